package panel_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/sessions"
	"usher/views/viewstest"
)

// selectedPath returns the URL of the confirmation dialog for these users.
func (s *fixture) selectedPath(action string, ids ...string) string {
	return s.path("/users/selected?" + url.Values{"operation": {action}, "person": ids}.Encode())
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)

// dialogForm returns the fields that the dialog submits.
func dialogForm(t *testing.T, r viewstest.Reply) url.Values {
	t.Helper()
	_, dialog, ok := strings.Cut(r.Body, "<dialog")
	if !ok {
		t.Fatalf("no question: %s", pageText(r.Body))
	}
	form := url.Values{}
	for _, field := range hiddenField.FindAllStringSubmatch(dialog, -1) {
		form.Add(field[1], field[2])
	}
	return form
}

func TestBulkRemove_AsksWithNamesFirst(t *testing.T) {
	s := newFixture(t, true)
	open := hookstest.Invite(t, s.App, s.owner, s.team, "lucia@halation.example", "organizer")
	hookstest.Invite(t, s.App, s.owner, s.team, s.member.Email(), "admin")
	b := s.As(s.owner)
	question := b.Get(s.selectedPath("remove", s.owner.Id, s.organizer.Id, s.member.Id, open.ID, s.other.Id) + "&sort=-added&status=accepted")
	assertPage(t, question, http.StatusOK, "Remove 2 users from the team and revoke the invitation to lucia@halation.example?", "Frees 1 Admin seat and 2 Organizer seats.",
		"Their pending invitations are revoked.", "Theo, Noor", "lucia@halation.example", "Skipped", "who can't leave, be removed or lose the role", "Not in the team, or already removed")
	assertNotContains(t, question, "Wanda")
	if s.roles(s.organizer) != "Organizer" {
		t.Fatal("showing the dialog removed a user")
	}
	form := dialogForm(t, question)
	r := b.Post(s.path("/users/selected"), form)
	if !strings.Contains(r.Location, "status=accepted") || !strings.Contains(r.Location, "sort=-added") {
		t.Errorf("the list is not where it stood: %s, want it to contain %q and %q", r.Location, "status=accepted", "sort=-added")
	}
	s.assertResult(b, r, "2 users were removed from the team, the invitation to lucia@halation.example was revoked. Freed: 1 Admin seat and 2 Organizer seats.",
		"Theo, Noor", "Skipped", "who can't leave, be removed or lose the role")
	if s.roles(s.organizer) != "gone" || s.roles(s.member) != "gone" || s.status(open.ID) != invitations.Revoked || s.roles(s.owner) == "gone" {
		t.Error("not as the receipt says")
	}
	if hookstest.Count(t, s.App, "memberships", dbx.HashExp{"user": s.other.Id}) != 1 {
		t.Error("a user of another team was removed")
	}
	s.assertResult(b, b.Post(s.path("/users/selected"), form), "No changes were made.", "Not in the team, or already removed", "was already revoked")
}

func TestBulk_SelectAll_ListsTheUsersFound(t *testing.T) {
	s := newFixture(t, true)
	for n := range 55 {
		hookstest.Member(t, s.App, s.team, fmt.Sprintf("extra%02d@halation.example", n))
	}
	b := s.As(s.admin)
	assertContains(t, b.Get(s.path("/users")), "All 60", `data-select-everything="60"`)
	assertNotContains(t, b.Get(s.path("/users?q=extra0")), `data-select-everything`)
	question := b.Get(s.path("/users/selected?operation=remove&all=1&q=extra&person=" + s.member.Id))
	assertPage(t, question, http.StatusOK, "Remove 55 users from the team?", "and 47 more")
	form := dialogForm(t, question)
	if len(form["person"]) != 55 || form.Has("all") {
		t.Fatalf("the form sends %d people, all: %q", len(form["person"]), form["all"])
	}
	late := hookstest.Member(t, s.App, s.team, "extra-late@halation.example") // joined after the dialog was shown
	s.assertResult(b, b.Post(s.path("/users/selected"), form), "55 users were removed from the team.")
	if s.roles(late) != "member" || s.roles(s.member) != "member" {
		t.Error("users were removed that the dialog didn't show")
	}
}

func TestBulk_NoneOrTooManySelected_IsRefused(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.owner)
	for _, action := range []string{"remove", "resend", "revoke", "revoke-invitation", "revoke-organizer", "revoke-admin", "tag"} {
		r := b.Get(s.path("/users/selected?operation=" + action))
		assertPage(t, r, http.StatusOK, "No users selected", "Select at least one user.")
		assertNotContains(t, r, `id="confirm-f"`)
	}
	for _, action := range []string{"", "burn", "tags"} {
		assertPage(t, b.Get(s.selectedPath(action, s.member.Id)), http.StatusNotFound)
		assertPage(t, b.Post(s.path("/users/selected"), url.Values{"operation": {action}, "person": {s.member.Id}}), http.StatusNotFound)
	}
	assertPage(t, b.Post(s.path("/users/selected"), url.Values{"operation": {"revoke"}, "person": {s.member.Id}}), http.StatusNotFound)
	assertPage(t, b.Post(s.path("/users/selected"), url.Values{"operation": {"remove"}}), http.StatusUnprocessableEntity, "Select at least one user.")
	assertPage(t, b.Get(s.selectedPath("remove", s.owner.Id)), http.StatusOK, "Nothing to change", "Skipped")
	hookstest.Exec(t, s.App, `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20001)
		INSERT INTO invitations (id, team, email, status, expires, created, updated)
		SELECT printf('i%014d', i), {:team}, 'i' || i || '@x.example', 'declined', '2030-01-01', '2026-01-01', '2026-01-01' FROM n`, dbx.Params{"team": s.team.Id})
	assertPage(t, b.Get(s.path("/users/selected?operation=tag&all=1")), http.StatusOK, "Too many users selected", "up to 20,000 users")
	hookstest.Exec(t, s.App, "DELETE FROM invitations WHERE id > 'i00000000001100'", nil)
	fields := []string{`name="all" value="1"`, `name="shown" value="1105"`}
	assertPage(t, b.Get(s.path("/users/selected?operation=clear&all=1")), http.StatusOK, fields...)
	again := url.Values{"operation": {"clear"}, "all": {"1"}, "shown": {"1104"}}
	assertPage(t, b.Post(s.path("/users/selected"), again), http.StatusOK, fields...) // one more than was confirmed
}

func TestBulkRevoke_ChoicesShowCounts(t *testing.T) {
	s := newFixture(t, true)
	open := hookstest.Invite(t, s.App, s.owner, s.team, "lucia@halation.example", "organizer")
	ids := []string{s.admin.Id, s.organizer.Id, s.member.Id, open.ID}
	b := s.As(s.owner)
	assertPage(t, b.Get(s.selectedPath("revoke", ids...)), http.StatusOK, "What do you want to revoke?",
		"Pending invitations: revoke 1", "Organizer role: revoke 1", "Admin role: revoke 1")
	for _, c := range []struct{ action, title, result string }{
		{"revoke-invitation", "Revoke the invitation to lucia@halation.example?", "The invitation to lucia@halation.example was revoked. Freed: 1 Organizer seat."},
		{"revoke-organizer", "Revoke the Organizer role from Theo?", "Theo is no longer an Organizer. Freed: 1 Organizer seat."},
		{"revoke-admin", "Revoke the Admin role from Jonas?", "Jonas is no longer an Admin. Freed: 1 Admin seat."},
	} {
		question := b.Get(s.selectedPath(c.action, ids...))
		assertPage(t, question, http.StatusOK, c.title)
		s.assertResult(b, b.Post(s.path("/users/selected"), dialogForm(t, question)), c.result)
	}
	if s.roles(s.admin) != "member" || s.roles(s.organizer) != "member" || s.status(open.ID) != invitations.Revoked {
		t.Error(s.roles(s.admin), s.roles(s.organizer), s.status(open.ID))
	}
	assertPage(t, b.Get(s.selectedPath("revoke-organizer", ids...)), http.StatusOK, "Nothing to change")
}

func TestBulkResend_EmailOff_ShowsTheLinksOnce(t *testing.T) {
	s := newFixture(t, false)
	first, second := hookstest.Invite(t, s.App, s.owner, s.team, "lucia@halation.example"), hookstest.Invite(t, s.App, s.owner, s.team, "ben@halation.example")
	hookstest.Exec(t, s.App, "DELETE FROM outbox WHERE about = {:id}", dbx.Params{"id": first.ID})
	b := s.As(s.admin)
	question := b.Get(s.selectedPath("resend", first.ID, second.ID))
	assertPage(t, question, http.StatusOK, "Resend the invitation to lucia@halation.example?", "The previous link no longer works.", "less than 1 minute ago")
	r := b.Post(s.path("/users/selected"), dialogForm(t, question))
	page := b.Get(r.Location)
	assertContains(t, page, "The invitation to lucia@halation.example was resent.", "Share each link yourself", "/invite/usi_")
	if n := strings.Count(page.Body, "/invite/usi_"); n != 2 { // the field, and the button that copies it
		t.Errorf("%d links, want 2", n)
	}
	assertNotContains(t, b.Get(r.Location), "/invite/usi_")
}

func TestBulk_NameAtSentenceStart_IsNotCapitalized(t *testing.T) {
	s := newFixture(t, true)
	s.member.Set("name", "émile d'Or")
	if err := s.App.Save(s.member); err != nil {
		t.Fatal(err)
	}
	b := s.As(s.admin)
	assertPage(t, b.Get(s.selectedPath("remove", s.member.Id)), http.StatusOK, "Remove émile d'Or from the team?")
	s.assertResult(b, b.Post(s.path("/users/selected"), url.Values{"operation": {"remove"}, "person": {s.member.Id}}), "émile d'Or was removed from the team.")
}

func TestBulkRemove_SaysThatRecordingsStay(t *testing.T) {
	s := newFixture(t, true)
	session := hookstest.ScheduleSession(t, s.App, s.organizer, s.team, sessions.Form{Title: "Kestrel"})
	hookstest.Recording(t, s.App, session, map[string]any{"host": s.member.Id})
	b := s.As(s.admin)
	assertPage(t, b.Get(s.selectedPath("remove", s.member.Id)), http.StatusOK, "1 recording of a session they hosted stays with the team.")
	s.assertResult(b, b.Post(s.path("/users/selected"), url.Values{"operation": {"remove"}, "person": {s.member.Id}}), "Noor was removed from the team. 1 recording of a session they hosted stays with the team.")
	assertPage(t, s.As(s.owner).Get(s.path("/settings/delete")), http.StatusOK, "Recordings, with all files", "1 recording, 1 KB")
}

func TestBulkResult_IsOnlyShownToTheActor(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.admin)
	r := b.Post(s.path("/users/selected"), url.Values{"operation": {"remove"}, "person": {s.member.Id}})
	assertNotContains(t, s.As(s.owner).Get(r.Location), "was removed from the team")
	s.assertResult(b, r, "Noor was removed from the team.")
}

func TestBulkTag_InvalidTag_KeepsTheInput(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.admin)
	question := b.Get(s.selectedPath("tag", s.member.Id, s.guest.Id))
	assertPage(t, question, http.StatusOK, "Tag 2 users", `name="add"`, `name="drop"`)
	form := dialogForm(t, question)
	for _, c := range []struct{ add, drop, says string }{
		{strings.Repeat("x", 500), "", "at most 40 characters"},
		{"", strings.Repeat("x,", 1000), "can have at most"},
		{"", "", "Enter at least one tag."},
	} {
		form.Set("add", c.add)
		form.Set("drop", c.drop)
		assertPage(t, b.Post(s.path("/users/selected"), form), http.StatusUnprocessableEntity, c.says, c.add)
	}
	form.Set("add", " Kestrel , night  shift,kestrel")
	form.Set("drop", "")
	s.assertResult(b, b.Post(s.path("/users/selected"), form), "Tags were updated for 2 users.")
	s.assertTags(s.member, "Kestrel", "night shift")
	s.assertResult(b, b.Post(s.path("/users/selected"), form), "No changes were made.", "Already has these tags.")
	assertContains(t, b.Get(s.path("/users?tag=kestrel")), "Noor", "Clara")
}

// Whether ended invitations can be cleared doesn't depend on the rows of the page.
func TestBulkBar_OffersClearIfTheTeamHasEndedInvitations(t *testing.T) {
	s := newFixture(t, true)
	invited, b := hookstest.Invite(t, s.App, s.owner, s.team, "zoe@halation.example"), s.As(s.admin)
	offers := func(query string) bool {
		t.Helper()
		return strings.Contains(b.Get(s.path("/users"+query)).Body, "Clear from the list…")
	}
	if offers("") {
		t.Error("offered with a pending invitation only")
	}
	if _, err := invitations.Revoke(s.App, hookstest.Actor(t, s.App, s.owner, s.team), invited.ID); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{"", "?status=revoked", "?status=accepted", "?q=marta"} {
		if !offers(query) {
			t.Errorf("%s: not offered, although the team has an ended invitation", query)
		}
	}
}
