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
	"usher/hooks/tools/errs"
	"usher/views/viewstest"
)

func (s *fixture) roles(account *core.Record) string {
	s.t.Helper()
	m, err := members.Find(s.App, s.team.Id, account.Id)
	if errors.Is(err, errs.ErrNotFound) {
		return "gone"
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return m.Roles().Label()
}

func (s *fixture) status(invitation string) string {
	s.t.Helper()
	i, err := invitations.Find(s.App, invitation)
	if err != nil {
		s.t.Fatal(err)
	}
	return i.Status()
}

// assertRedirect expects a redirect to a page that shows the toast.
func assertRedirect(t *testing.T, b *viewstest.Browser, r viewstest.Reply, to string, toast string) {
	t.Helper()
	if r.Status != http.StatusSeeOther || r.Location != to {
		t.Fatalf("%d %s, want %s: %s", r.Status, r.Location, to, pageText(r.Body))
	}
	if toast != "" {
		assertContains(t, b.Get(to), toast)
	}
}

// assertResult expects a redirect to the list, which shows the result once.
func (s *fixture) assertResult(b *viewstest.Browser, r viewstest.Reply, texts ...string) {
	s.t.Helper()
	if r.Status != http.StatusSeeOther || !strings.HasPrefix(r.Location, s.path("/users?")) || !strings.Contains(r.Location, "receipt=") {
		s.t.Fatalf("%d %s: %s", r.Status, r.Location, pageText(r.Body))
	}
	assertContains(s.t, b.Get(r.Location), texts...)
	assertNotContains(s.t, b.Get(r.Location), "notice receipt")
}

func roleForm(name string) url.Values { return url.Values{"role": {name}} }

func TestOfferRole_Member_GetsAnInvitation(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.admin)
	assertPage(t, b.Get(s.userPath(s.member, "/ask?role=organizer")), http.StatusOK,
		"Invite Noor to be an Organizer?", "1 Organizer seat is reserved until they answer", "Nothing changes until they accept")
	r := b.Post(s.userPath(s.member, "/ask"), roleForm("organizer"))
	assertRedirect(t, b, r, s.userPath(s.member, ""), "Invitation sent to Noor")
	if s.roles(s.member) != "member" {
		t.Fatal("the role is there before it was accepted")
	}
	pending, err := invitations.FindPending(s.App, s.team.Id, s.member.Email())
	if err != nil || !pending.Roles().Organizer {
		t.Fatal(pending, err)
	}
	assertPage(t, b.Post(s.userPath(s.member, "/ask"), roleForm("organizer")), http.StatusUnprocessableEntity, "No changes were made.", "Already invited")
	assertPage(t, b.Post(s.userPath(s.member, "/ask"), roleForm("king")), http.StatusUnprocessableEntity, "No changes were made.")

	owner := s.As(s.owner) // the pending role is kept when another is offered
	assertRedirect(t, owner, owner.Post(s.userPath(s.member, "/ask"), roleForm("admin")), s.userPath(s.member, ""), "")
	if pending, _ = invitations.FindPending(s.App, s.team.Id, s.member.Email()); pending.Roles().Label() != "Admin and Organizer" {
		t.Fatal(pending.Roles().Label())
	}
}

func TestAdminActions_OnAdmins_NeedTheTeamSetting(t *testing.T) {
	s := newFixture(t, true)
	priya := hookstest.Member(t, s.App, s.team, "priya@halation.example", "admin", "organizer")
	invited := hookstest.Invite(t, s.App, s.owner, s.team, "ada@halation.example", "admin")
	b := s.As(s.admin)

	r := detailsOf(b.Get(s.userPath(priya, "")))
	assertPage(t, r, http.StatusOK, "Only the Owner can manage Admins in this team.", "Only the Owner can remove Admins")
	assertNotContains(t, r, "Revoke role…", `/remove"`)
	assertNotContains(t, detailsOf(b.Get(s.userPath(s.member, ""))), "Invite as Admin…")
	assertNotContains(t, detailsOf(b.Get(s.path("/users/"+invited.ID))), "Revoke invitation…")
	refusals := map[string]url.Values{
		s.userPath(priya, "/revoke-role"):              roleForm("organizer"),
		s.userPath(priya, "/remove"):                   nil,
		s.userPath(s.member, "/ask"):                   roleForm("admin"),
		s.path("/users/" + invited.ID + "/revoke"):     nil,
		s.path("/users/" + invited.ID + "/resend"):     nil,
		s.path("/users/preview"):                       {"list": {"x@halation.example"}, "role": {"admin"}},
		s.path("/users/add"):                           {"list": {"x@halation.example"}, "role": {"admin"}, "do": {"send"}},
		s.userPath(s.owner, "/remove"):                 nil,
		s.userPath(s.owner, "/revoke-role"):            roleForm("organizer"),
		s.userPath(s.owner, "/revoke-role") + "?also=": {"role": {"organizer"}, "also": {"remove"}},
	}
	for path, form := range refusals {
		if r := b.Post(path, form); r.Status != http.StatusForbidden {
			t.Errorf("%s: %d %s, want %v", path, r.Status, pageText(r.Body), http.StatusForbidden)
		}
	}
	assertContains(t, b.Get(s.path("/users/add")), "Only the Owner can invite Admins in this team.")

	s.allowAdminsToManageAdmins()
	assertPage(t, b.Get(s.userPath(priya, "")), http.StatusOK, "Revoke role…", `/remove"`)
	assertRedirect(t, b, b.Post(s.path("/users/"+invited.ID+"/revoke"), nil), s.path("/users/"+invited.ID), "was revoked")
	assertRedirect(t, b, b.Post(s.userPath(priya, "/revoke-role"), roleForm("admin")), s.userPath(priya, ""), "Priya is no longer an Admin. Freed: 1 Admin seat.")
	assertPage(t, b.Post(s.userPath(s.owner, "/remove"), nil), http.StatusForbidden, "The Owner can't be removed or lose the Owner role.")
	if s.roles(priya) != "Organizer" || s.roles(s.owner) != "Owner and Organizer" {
		t.Fatal(s.roles(priya), s.roles(s.owner))
	}
}

func TestRevokeInvitation_Twice_IsRefused(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.admin)
	pending := hookstest.Invite(t, s.App, s.owner, s.team, "lucia@halation.example", "organizer")
	at := s.path("/users/" + pending.ID)
	assertPage(t, b.Get(at+"/revoke"), http.StatusOK, "Revoke the invitation to lucia@halation.example?", "Frees 1 Organizer seat.")
	assertRedirect(t, b, b.Post(at+"/revoke", nil), at, "Its link no longer works")
	if s.status(pending.ID) != invitations.Revoked {
		t.Fatal(s.status(pending.ID))
	}
	assertPage(t, b.Post(at+"/revoke", nil), http.StatusUnprocessableEntity, "No changes were made.", "was revoked")
	assertPage(t, b.Post(at+"/resend", nil), http.StatusUnprocessableEntity, "was revoked")
	assertPage(t, b.Get(at+"/revoke"), http.StatusNotFound)
}

func TestRevokeInvitation_AlreadyAccepted_IsRefused(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.admin)
	pending := hookstest.Invite(t, s.App, s.owner, s.team, "lucia@halation.example", "organizer")
	lucia := hookstest.Account(t, s.App, "lucia@halation.example")
	if _, err := invitations.Accept(s.App, invitations.Response{Account: lucia, ID: pending.ID}); err != nil {
		t.Fatal(err)
	}
	r := b.Post(s.path("/users/"+pending.ID+"/revoke"), url.Values{"invitation": {pending.ID}})
	assertPage(t, r, http.StatusUnprocessableEntity, "already accepted", "Revoke role…")
	if s.roles(lucia) != "Organizer" {
		t.Fatal(s.roles(lucia))
	}
}

func TestResendInvitation_WithinAMinute_IsRefused(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.admin)
	pending := hookstest.Invite(t, s.App, s.owner, s.team, "lucia@halation.example", "organizer")
	at := s.path("/users/" + pending.ID)
	assertPage(t, b.Post(at+"/resend", nil), http.StatusUnprocessableEntity, "less than 1 minute ago")
	if _, err := s.App.DB().NewQuery("UPDATE outbox SET created = '2020-01-01 00:00:00.000Z'").Execute(); err != nil {
		t.Fatal(err)
	}
	assertRedirect(t, b, b.Post(at+"/resend", nil), at, "Invitation resent")
	assertPage(t, b.Post(at+"/resend", nil), http.StatusUnprocessableEntity, "less than 1 minute ago")
	if r := b.Post(s.userPath(s.member, "/resend"), nil); r.Status != http.StatusNotFound {
		t.Fatalf("resend of nothing: %d, want %v", r.Status, http.StatusNotFound)
	}
}

func TestReinvite_Declined_OffersTheSameRoles(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.admin)
	first := hookstest.Invite(t, s.App, s.owner, s.team, "lucia@halation.example", "organizer")
	lucia := hookstest.Account(t, s.App, "lucia@halation.example")
	if _, err := invitations.Decline(s.App, invitations.Response{Account: lucia, ID: first.ID}); err != nil {
		t.Fatal(err)
	}
	at := s.path("/users/" + first.ID)
	assertPage(t, b.Get(at+"/again"), http.StatusOK, "Invite lucia@halation.example again?", "invited as Organizer")
	r := b.Post(at+"/again", nil)
	pending, err := invitations.FindPending(s.App, s.team.Id, "lucia@halation.example")
	if err != nil || !pending.Roles().Organizer {
		t.Fatal(err, pageText(r.Body))
	}
	assertRedirect(t, b, r, s.path("/users/"+pending.Id), "Invitation sent to")
	if s.status(first.ID) != invitations.Declined {
		t.Fatal("the old invitation came alive")
	}
	assertPage(t, b.Post(at+"/again", nil), http.StatusUnprocessableEntity, "Already invited")
}

func TestReinvite_KeepsTheName(t *testing.T) {
	s := newFixture(t, true)
	results, err := invitations.Invite(s.App, hookstest.Actor(t, s.App, s.owner, s.team),
		invitations.Request{Lines: addresslist.Read("Bruno Castel <bruno@castel.example>").Entries})
	if err != nil {
		t.Fatal(err)
	}
	b := s.As(s.owner)
	b.Post(s.path("/users/"+results[0].ID+"/revoke"), nil)
	b.Post(s.path("/users/"+results[0].ID+"/again"), nil)
	again, err := invitations.FindPending(s.App, s.team.Id, "bruno@castel.example")
	if err != nil || again.GetString("name") != "Bruno Castel" {
		t.Fatalf("%v, %v, want %q", again, err, "Bruno Castel")
	}
}

func TestRevokeRole_KeepsTheMember(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.admin)
	r := b.Get(s.userPath(s.organizer, "/revoke-role?role=organizer"))
	assertPage(t, r, http.StatusOK, "Revoke the Organizer role from Theo?", "They stay in the team", "Also remove from the team", `name="also"`)
	assertRedirect(t, b, b.Post(s.userPath(s.organizer, "/revoke-role"), roleForm("organizer")), s.userPath(s.organizer, ""), "Theo is no longer an Organizer. Freed: 1 Organizer seat.")
	if s.roles(s.organizer) != "member" {
		t.Fatal(s.roles(s.organizer))
	}
	assertPage(t, b.Post(s.userPath(s.organizer, "/revoke-role"), roleForm("organizer")), http.StatusUnprocessableEntity, "have the role")
	assertPage(t, b.Get(s.userPath(s.organizer, "/revoke-role?role=organizer")), http.StatusNotFound)
}

func TestRevokeRole_AlsoRemove_RemovesTheUser(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.admin)
	r := b.Post(s.userPath(s.organizer, "/revoke-role"), url.Values{"role": {"organizer"}, "also": {"remove"}})
	s.assertResult(b, r, "Theo was removed from the team. Freed: 1 Organizer seat.")
	if s.roles(s.organizer) != "gone" {
		t.Fatal(s.roles(s.organizer))
	}
}

func TestRevokeRole_OwnAdminRole_RedirectsToTheApp(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.admin)
	r := b.Get(s.userPath(s.admin, "/revoke-role?role=admin"))
	assertPage(t, r, http.StatusOK, "Give up your Admin role?", "return to the App")
	assertNotContains(t, r, "Also remove")
	r = b.Post(s.userPath(s.admin, "/revoke-role"), roleForm("admin"))
	if r.Status != http.StatusSeeOther || r.Location != "/app/"+s.team.Slug() || !strings.Contains(r.Header.Get("Set-Cookie"), "usher-toast") {
		t.Fatal(r.Status, r.Location)
	}
	assertPage(t, b.Get(s.path("/users")), http.StatusForbidden)
}

func TestRemoveUser_EndsMembershipAndInvitations(t *testing.T) {
	s := newFixture(t, true)
	waiting := hookstest.Invite(t, s.App, s.owner, s.team, s.organizer.Email(), "admin")
	b := s.As(s.owner)
	theirs := s.As(s.organizer)
	assertPage(t, b.Get(s.userPath(s.organizer, "/remove")), http.StatusOK, "Remove Theo from the team?", "Frees 1 Admin seat and 1 Organizer seat.",
		"Their pending invitations are revoked.", "They keep their accounts and other teams")
	s.assertResult(b, b.Post(s.userPath(s.organizer, "/remove"), nil), "Theo was removed from the team. Freed: 1 Admin seat and 1 Organizer seat.")
	if s.roles(s.organizer) != "gone" || s.status(waiting.ID) != invitations.Revoked {
		t.Fatal(s.roles(s.organizer), s.status(waiting.ID))
	}
	assertPage(t, theirs.Get(s.path("/users")), http.StatusForbidden, "You're no longer a member of Halation Post")
	assertPage(t, b.Post(s.userPath(s.organizer, "/remove"), nil), http.StatusNotFound, "This user isn't in the team")
	assertPage(t, b.Post(s.userPath(s.owner, "/remove"), nil), http.StatusUnprocessableEntity, "who can't leave, be removed or lose the role")
	assertPage(t, s.As(s.admin).Post(s.userPath(s.admin, "/remove"), nil), http.StatusUnprocessableEntity, "You can't remove yourself")

	pending := hookstest.Invite(t, s.App, s.owner, s.team, "lucia@halation.example", "organizer")
	b.Post(s.path("/users/"+pending.ID+"/remove"), nil)
	if s.status(pending.ID) != invitations.Revoked {
		t.Fatal(s.status(pending.ID))
	}
}

func TestOfferRole_NoFreeSeat_IsRefusedWithAlternatives(t *testing.T) {
	s := newFixture(t, true)
	s.team.Set("organizer_seats", 2)
	if err := s.App.Save(s.team); err != nil {
		t.Fatal(err)
	}
	b := s.As(s.owner)
	for _, r := range []viewstest.Reply{b.Get(s.userPath(s.member, "/ask?role=organizer")), b.Post(s.userPath(s.member, "/ask"), roleForm("organizer"))} {
		assertContains(t, r, "There are no Organizer seats left.", "To free one, revoke a role or an invitation", `href="`+s.path("/billing")+`"`)
		assertNotContains(t, r, "Send invitation")
	}
	if r := b.Post(s.userPath(s.member, "/ask"), roleForm("organizer")); r.Status != http.StatusUnprocessableEntity {
		t.Fatal(r.Status)
	}
}

func TestConfirmAction_Fragment_IsOnlyTheDialog(t *testing.T) {
	s := newFixture(t, true)
	r := s.fragment(s.As(s.owner), s.userPath(s.member, "/remove"), "div#dialog")
	assertPage(t, r, http.StatusOK, `<dialog`, "Remove Noor from the team?", `action="`+s.userPath(s.member, "/remove")+`"`)
	assertNotContains(t, r, "<html", "id=\"list\"")
}

func TestOfferRole_EmailOff_ShowsTheLinkOnce(t *testing.T) {
	s := newFixture(t, false)
	b := s.As(s.owner)
	r := b.Post(s.userPath(s.member, "/ask"), roleForm("organizer"))
	assertPage(t, r, http.StatusOK, "/invite/usi_", "Share this link yourself", "shown only once")
	assertNotContains(t, b.Get(s.userPath(s.member, "")), "usi_")
	if _, err := s.App.DB().NewQuery("UPDATE outbox SET created = '2020-01-01 00:00:00.000Z'").Execute(); err != nil {
		t.Fatal(err)
	}
	assertPage(t, b.Post(s.userPath(s.member, "/resend"), nil), http.StatusOK, "/invite/usi_")
}
