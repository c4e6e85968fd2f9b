package panel_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/addresslist"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/views/viewstest"
)

func (s *scene) roles(account *core.Record) string {
	s.t.Helper()
	m, err := members.Find(s.App, s.team.Id, account.Id)
	if errors.Is(err, record.ErrNotFound) {
		return "gone"
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return m.Roles().Words()
}

func (s *scene) status(invitation string) string {
	s.t.Helper()
	i, err := invitations.Find(s.App, invitation)
	if err != nil {
		s.t.Fatal(err)
	}
	return i.Status()
}

// went expects that a form was done: a way on, and a sentence there.
func went(t *testing.T, b *viewstest.Browser, r viewstest.Reply, to string, toast string) {
	t.Helper()
	if r.Status != http.StatusSeeOther || r.Location != to {
		t.Fatalf("%d %s, want %s: %s", r.Status, r.Location, to, words(r.Body))
	}
	if toast != "" {
		has(t, b.Get(to), toast)
	}
}

// handed expects that a deed was done, and a receipt over the list, which is shown once.
func (s *scene) handed(b *viewstest.Browser, r viewstest.Reply, texts ...string) {
	s.t.Helper()
	if r.Status != http.StatusSeeOther || !strings.HasPrefix(r.Location, s.path("/users?")) || !strings.Contains(r.Location, "receipt=") {
		s.t.Fatalf("%d %s: %s", r.Status, r.Location, words(r.Body))
	}
	has(s.t, b.Get(r.Location), texts...)
	hasNot(s.t, b.Get(r.Location), "What was done")
}

func role(name string) url.Values { return url.Values{"role": {name}} }

func TestAMemberIsAskedToTakeARole(t *testing.T) {
	s := open(t, true)
	b := s.As(s.admin)
	want(t, b.Get(s.user(s.member, "/ask?role=organizer")), http.StatusOK,
		"Ask Noor to be Organizer?", "1 Organizer seat is reserved until the answer", "Nothing changes before the person accepts")
	r := b.Post(s.user(s.member, "/ask"), role("organizer"))
	went(t, b, r, s.user(s.member, ""), "Noor was asked")
	if s.roles(s.member) != "member" {
		t.Fatal("the role is there before it was accepted")
	}
	pending, err := invitations.FindPending(s.App, s.team.Id, s.member.Email())
	if err != nil || !pending.Roles().Organizer {
		t.Fatal(pending, err)
	}
	want(t, b.Post(s.user(s.member, "/ask"), role("organizer")), http.StatusUnprocessableEntity, "Nothing was changed.", "Already invited")
	want(t, b.Post(s.user(s.member, "/ask"), role("king")), http.StatusUnprocessableEntity, "Nothing was changed.")

	owner := s.As(s.owner) // what waits stays when more is asked
	went(t, owner, owner.Post(s.user(s.member, "/ask"), role("admin")), s.user(s.member, ""), "")
	if pending, _ = invitations.FindPending(s.App, s.team.Id, s.member.Email()); pending.Roles().Words() != "Admin and Organizer" {
		t.Fatal(pending.Roles().Words())
	}
}

func TestAdminsManageAdminsOnlyWhereTheOwnerLetsThem(t *testing.T) {
	s := open(t, true)
	priya := hookstest.Member(t, s.App, s.team, "priya@halation.example", "admin", "organizer")
	asked := hookstest.Invite(t, s.App, s.owner, s.team, "ada@halation.example", "admin")
	b := s.As(s.admin)

	r := b.Get(s.user(priya, ""))
	want(t, r, http.StatusOK, "Only the Owner manages Admins in this team.", "Only the Owner removes Admins")
	hasNot(t, r, "Revoke role…", `/remove"`)
	hasNot(t, b.Get(s.user(s.member, "")), "Ask to be Admin…")
	hasNot(t, b.Get(s.path("/users/"+asked.ID)), "Revoke invitation…")
	refusals := map[string]url.Values{
		s.user(priya, "/revoke-role"):              role("organizer"),
		s.user(priya, "/remove"):                   nil,
		s.user(s.member, "/ask"):                   role("admin"),
		s.path("/users/" + asked.ID + "/revoke"):   nil,
		s.path("/users/" + asked.ID + "/resend"):   nil,
		s.path("/users/preview"):                   {"list": {"x@halation.example"}, "role": {"admin"}},
		s.path("/users/add"):                       {"list": {"x@halation.example"}, "role": {"admin"}, "do": {"send"}},
		s.user(s.owner, "/remove"):                 nil,
		s.user(s.owner, "/revoke-role"):            role("organizer"),
		s.user(s.owner, "/revoke-role") + "?also=": {"role": {"organizer"}, "also": {"remove"}},
	}
	for path, form := range refusals {
		if r := b.Post(path, form); r.Status != http.StatusForbidden {
			t.Errorf("%s: %d %s", path, r.Status, words(r.Body))
		}
	}
	has(t, b.Get(s.path("/users/add")), "Only the Owner invites Admins in this team.")

	s.allow()
	want(t, b.Get(s.user(priya, "")), http.StatusOK, "Revoke role…", `/remove"`)
	went(t, b, b.Post(s.path("/users/"+asked.ID+"/revoke"), nil), s.path("/users/"+asked.ID), "was revoked")
	went(t, b, b.Post(s.user(priya, "/revoke-role"), role("admin")), s.user(priya, ""), "Priya is no longer Admin. Freed: 1 Admin seat.")
	want(t, b.Post(s.user(s.owner, "/remove"), nil), http.StatusForbidden, "The Owner can't be removed or lose the Owner role.")
	if s.roles(priya) != "Organizer" || s.roles(s.owner) != "Owner and Organizer" {
		t.Fatal(s.roles(priya), s.roles(s.owner))
	}
}

func TestAnInvitationIsRevokedOnce(t *testing.T) {
	s := open(t, true)
	b := s.As(s.admin)
	pending := hookstest.Invite(t, s.App, s.owner, s.team, "lucia@halation.example", "organizer")
	at := s.path("/users/" + pending.ID)
	want(t, b.Get(at+"/revoke"), http.StatusOK, "Revoke the invitation of lucia@halation.example?", "Free again: 1 Organizer seat.")
	went(t, b, b.Post(at+"/revoke", nil), at, "Its link is dead")
	if s.status(pending.ID) != invitations.Revoked {
		t.Fatal(s.status(pending.ID))
	}
	want(t, b.Post(at+"/revoke", nil), http.StatusUnprocessableEntity, "Nothing was changed.", "was revoked")
	want(t, b.Post(at+"/resend", nil), http.StatusUnprocessableEntity, "was revoked")
	want(t, b.Get(at+"/revoke"), http.StatusNotFound)
}

func TestWhatWasAcceptedMeanwhileIsNotRevoked(t *testing.T) {
	s := open(t, true)
	b := s.As(s.admin)
	pending := hookstest.Invite(t, s.App, s.owner, s.team, "lucia@halation.example", "organizer")
	lucia := hookstest.Person(t, s.App, "lucia@halation.example")
	if _, err := invitations.Accept(s.App, invitations.Answer{Account: lucia, ID: pending.ID}); err != nil {
		t.Fatal(err)
	}
	r := b.Post(s.path("/users/"+pending.ID+"/revoke"), url.Values{"invitation": {pending.ID}})
	want(t, r, http.StatusUnprocessableEntity, "already accepted", "Revoke role…")
	if s.roles(lucia) != "Organizer" {
		t.Fatal(s.roles(lucia))
	}
}

func TestALetterIsSentAgainAtMostOnceAMinute(t *testing.T) {
	s := open(t, true)
	b := s.As(s.admin)
	pending := hookstest.Invite(t, s.App, s.owner, s.team, "lucia@halation.example", "organizer")
	at := s.path("/users/" + pending.ID)
	want(t, b.Post(at+"/resend", nil), http.StatusUnprocessableEntity, "less than a minute ago")
	if _, err := s.App.DB().NewQuery("UPDATE outbox SET created = '2020-01-01 00:00:00.000Z'").Execute(); err != nil {
		t.Fatal(err)
	}
	went(t, b, b.Post(at+"/resend", nil), at, "A new link is on its way")
	want(t, b.Post(at+"/resend", nil), http.StatusUnprocessableEntity, "less than a minute ago")
	if r := b.Post(s.user(s.member, "/resend"), nil); r.Status != http.StatusNotFound {
		t.Fatalf("resend of nothing: %d", r.Status)
	}
}

func TestWhoDeclinedIsInvitedAgainWithTheSameRoles(t *testing.T) {
	s := open(t, true)
	b := s.As(s.admin)
	first := hookstest.Invite(t, s.App, s.owner, s.team, "lucia@halation.example", "organizer")
	lucia := hookstest.Person(t, s.App, "lucia@halation.example")
	if _, err := invitations.Decline(s.App, invitations.Answer{Account: lucia, ID: first.ID}); err != nil {
		t.Fatal(err)
	}
	at := s.path("/users/" + first.ID)
	want(t, b.Get(at+"/again"), http.StatusOK, "Invite lucia@halation.example again?", "The same is offered: Organizer.")
	r := b.Post(at+"/again", nil)
	pending, err := invitations.FindPending(s.App, s.team.Id, "lucia@halation.example")
	if err != nil || !pending.Roles().Organizer {
		t.Fatal(err, words(r.Body))
	}
	went(t, b, r, s.path("/users/"+pending.Id), "was asked")
	if s.status(first.ID) != invitations.Declined {
		t.Fatal("the old invitation came alive")
	}
	want(t, b.Post(at+"/again", nil), http.StatusUnprocessableEntity, "Already invited")
}

func TestWhoIsInvitedAgainKeepsTheName(t *testing.T) {
	s := open(t, true)
	results, err := invitations.Invite(s.App, hookstest.Actor(t, s.App, s.owner, s.team),
		invitations.Offer{Lines: addresslist.Read("Bruno Castel <bruno@castel.example>").Entries})
	if err != nil {
		t.Fatal(err)
	}
	b := s.As(s.owner)
	b.Post(s.path("/users/"+results[0].ID+"/revoke"), nil)
	b.Post(s.path("/users/"+results[0].ID+"/again"), nil)
	again, err := invitations.FindPending(s.App, s.team.Id, "bruno@castel.example")
	if err != nil || again.GetString("name") != "Bruno Castel" {
		t.Fatalf("%v, %v", again, err)
	}
}

func TestARoleIsRevokedAndThePersonStays(t *testing.T) {
	s := open(t, true)
	b := s.As(s.admin)
	r := b.Get(s.user(s.organizer, "/revoke-role?role=organizer"))
	want(t, r, http.StatusOK, "Revoke the role Organizer of Theo?", "The person stays in the team", "Also remove from the team", `name="also"`)
	went(t, b, b.Post(s.user(s.organizer, "/revoke-role"), role("organizer")), s.user(s.organizer, ""), "Theo is no longer Organizer. Freed: 1 Organizer seat.")
	if s.roles(s.organizer) != "member" {
		t.Fatal(s.roles(s.organizer))
	}
	want(t, b.Post(s.user(s.organizer, "/revoke-role"), role("organizer")), http.StatusUnprocessableEntity, "does not have this role")
	want(t, b.Get(s.user(s.organizer, "/revoke-role?role=organizer")), http.StatusNotFound)
}

func TestARoleIsRevokedAndThePersonRemoved(t *testing.T) {
	s := open(t, true)
	b := s.As(s.admin)
	r := b.Post(s.user(s.organizer, "/revoke-role"), url.Values{"role": {"organizer"}, "also": {"remove"}})
	s.handed(b, r, "Theo was removed from the team. Freed: 1 Organizer seat.")
	if s.roles(s.organizer) != "gone" {
		t.Fatal(s.roles(s.organizer))
	}
}

func TestAnAdminWhoGivesUpTheRoleLandsInTheApp(t *testing.T) {
	s := open(t, true)
	b := s.As(s.admin)
	r := b.Get(s.user(s.admin, "/revoke-role?role=admin"))
	want(t, r, http.StatusOK, "Give up your role Admin?", "you land in the App")
	hasNot(t, r, "Also remove")
	r = b.Post(s.user(s.admin, "/revoke-role"), role("admin"))
	if r.Status != http.StatusSeeOther || r.Location != "/app/"+s.team.Slug() || !strings.Contains(r.Header.Get("Set-Cookie"), "usher-toast") {
		t.Fatal(r.Status, r.Location)
	}
	want(t, b.Get(s.path("/users")), http.StatusForbidden)
}

func TestRemovingEndsEverythingInTheTeam(t *testing.T) {
	s := open(t, true)
	waiting := hookstest.Invite(t, s.App, s.owner, s.team, s.organizer.Email(), "admin")
	b := s.As(s.owner)
	theirs := s.As(s.organizer)
	want(t, b.Get(s.user(s.organizer, "/remove")), http.StatusOK, "Remove Theo from the team?", "Free again: 1 Admin seat and 1 Organizer seat.",
		"What is still offered to them ends as revoked.", "The accounts and other teams stay")
	s.handed(b, b.Post(s.user(s.organizer, "/remove"), nil), "Theo was removed from the team. Freed: 1 Admin seat and 1 Organizer seat.")
	if s.roles(s.organizer) != "gone" || s.status(waiting.ID) != invitations.Revoked {
		t.Fatal(s.roles(s.organizer), s.status(waiting.ID))
	}
	want(t, theirs.Get(s.path("/users")), http.StatusForbidden, "You're no longer a member of Halation Post")
	want(t, b.Post(s.user(s.organizer, "/remove"), nil), http.StatusNotFound, "this person is not in the team, or not any more")
	want(t, b.Post(s.user(s.owner, "/remove"), nil), http.StatusUnprocessableEntity, "neither removed nor demoted")
	want(t, s.As(s.admin).Post(s.user(s.admin, "/remove"), nil), http.StatusUnprocessableEntity, "You cannot remove yourself")

	pending := hookstest.Invite(t, s.App, s.owner, s.team, "lucia@halation.example", "organizer")
	b.Post(s.path("/users/"+pending.ID+"/remove"), nil)
	if s.status(pending.ID) != invitations.Revoked {
		t.Fatal(s.status(pending.ID))
	}
}

func TestARoleWithoutAFreeSeatIsRefusedWithTheWaysOut(t *testing.T) {
	s := open(t, true)
	s.team.Set("organizer_seats", 2)
	if err := s.App.Save(s.team); err != nil {
		t.Fatal(err)
	}
	b := s.As(s.owner)
	for _, r := range []viewstest.Reply{b.Get(s.user(s.member, "/ask?role=organizer")), b.Post(s.user(s.member, "/ask"), role("organizer"))} {
		has(t, r, "There is no free Organizer seat.", "Free one by revoking a role or an invitation", `href="`+s.path("/settings#plan")+`"`)
		hasNot(t, r, "Send the invitation")
	}
	if r := b.Post(s.user(s.member, "/ask"), role("organizer")); r.Status != http.StatusUnprocessableEntity {
		t.Fatal(r.Status)
	}
}

func TestADialogComesAlone(t *testing.T) {
	s := open(t, true)
	r := s.fragment(s.As(s.owner), s.user(s.member, "/remove"), "div#dialog")
	want(t, r, http.StatusOK, `<dialog`, "Remove Noor from the team?", `action="`+s.user(s.member, "/remove")+`"`)
	hasNot(t, r, "<html", "id=\"list\"")
}

func TestWithoutMailTheInviterSeesTheLinkOnce(t *testing.T) {
	s := open(t, false)
	b := s.As(s.owner)
	r := b.Post(s.user(s.member, "/ask"), role("organizer"))
	want(t, r, http.StatusOK, "/invite/usi_", "hand the link on yourself", "shown this once")
	hasNot(t, b.Get(s.user(s.member, "")), "usi_")
	if _, err := s.App.DB().NewQuery("UPDATE outbox SET created = '2020-01-01 00:00:00.000Z'").Execute(); err != nil {
		t.Fatal(err)
	}
	want(t, b.Post(s.user(s.member, "/resend"), nil), http.StatusOK, "/invite/usi_")
}
