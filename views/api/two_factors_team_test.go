package api_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/hooks/sessions"
	"usher/hooks/tags"
	"usher/hooks/teams"
)

// requireTwoFactors makes the team require two-factor authentication of its Owner and Admins. The Owner must have it.
func (w *fixture) requireTwoFactors() {
	w.t.Helper()
	on := true
	if _, err := teams.Update(w.App, hookstest.Actor(w.t, w.App, w.accounts["owner"], w.team), teams.Profile{RequireTwoFactors: &on}); err != nil {
		w.t.Fatal(err)
	}
}

// enableTwoFactors sets up two-factor authentication in a role, and signs in again.
func (w *fixture) enableTwoFactors(role string) {
	w.t.Helper()
	hookstest.EnableTwoFactors(w.t, w.App, w.accounts[role])
	w.tokens[role] = w.Token(w.accounts[role])
}

// fillPanelCollections makes one row of each collection that the Owner and Admins read.
func (w *fixture) fillPanelCollections() *sessions.Session {
	w.t.Helper()
	w.invite("lucia@halation.example")
	if err := tags.Set(w.App, hookstest.Actor(w.t, w.App, w.accounts["owner"], w.team), w.accounts["member"].Id, []string{"Kestrel"}); err != nil {
		w.t.Fatal(err)
	}
	status, body := w.callAs("owner", "POST", w.path("/imports"), object{"csv": "nora@halation.example"})
	requireOK(w.t, status, body)
	return w.newSession(sessions.Form{Title: "Grading"})
}

// TestRules_RequiredTwoFactors_HideRowsOfOthers reads the records API as everyone, before and after the team requires two-factor
// authentication.
func TestRules_RequiredTwoFactors_HideRowsOfOthers(t *testing.T) {
	w := newFixture(t)
	w.fillPanelCollections()
	own := func(role string) []string { return []string{w.accounts[role].Id} }
	assertReads := func(when string, panel, others []string) {
		t.Helper()
		for _, role := range panel {
			for collection, field := range map[string]string{"invitations": "email", "tags": "name", "imports": "id", "sessions": "title"} {
				if got := w.listValues(role, collection, field, ""); len(got) == 0 {
					t.Errorf("%s: %s sees no %s, want them", when, role, collection)
				}
			}
			if got := w.listValues(role, "memberships", "user", ""); len(got) != 5 {
				t.Errorf("%s: %s sees %d memberships, want 5", when, role, len(got))
			}
		}
		for _, role := range others {
			for collection, field := range map[string]string{"invitations": "email", "tags": "name", "imports": "id"} {
				if got := w.listValues(role, collection, field, ""); len(got) != 0 {
					t.Errorf("%s: %s sees the %s %v, want none", when, role, collection, got)
				}
			}
			if got := w.listValues(role, "memberships", "user", ""); !slices.Equal(got, own(role)) {
				t.Errorf("%s: %s sees the memberships of %v, want their own", when, role, got)
			}
			if got := w.listValues(role, "sessions", "title", ""); (len(got) > 0) != (role == "organizer") {
				t.Errorf("%s: %s sees the sessions %v", when, role, got)
			}
		}
	}
	assertReads("while it isn't required", []string{"owner", "admin"}, []string{"organizer", "member", "guest"})
	w.enableTwoFactors("owner")
	assertReads("while it isn't required, but the Owner has it", []string{"owner", "admin"}, []string{"organizer", "member", "guest"})
	w.requireTwoFactors()
	assertReads("while the Admin has none", []string{"owner"}, []string{"admin", "organizer", "member", "guest"})

	membership, err := members.Find(w.App, w.team.Id, w.accounts["member"].Id)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		"/api/collections/memberships/records/" + membership.Id,
		"/api/collections/memberships/records?filter=team.invitations_via_team.email~%27lucia%27",
		"/api/collections/memberships/records?expand=team.invitations_via_team,team.memberships_via_team",
	} {
		status, body := w.callAs("admin", "GET", path, nil)
		if shown := toJSON(body); strings.Contains(shown, "lucia@") || strings.Contains(shown, w.accounts["owner"].Id) || body["id"] != nil {
			t.Errorf("the Admin reads %s: %d %s, want nothing of others", path, status, toJSON(body))
		}
	}

	w.enableTwoFactors("admin")
	assertReads("with it", []string{"owner", "admin"}, []string{"organizer", "member", "guest"})
}

// TestRealtime_RequiredTwoFactors_HoldForOpenStreams subscribes before the team requires two-factor authentication.
func TestRealtime_RequiredTwoFactors_HoldForOpenStreams(t *testing.T) {
	w := newFixture(t)
	w.enableTwoFactors("owner")
	if err := w.App.RunInTransaction(func(tx core.App) error {
		return members.Grant(tx, w.otherTeam.Id, w.accounts["admin"].Id, parseRoles(t, "admin"))
	}); err != nil {
		t.Fatal(err)
	}
	topics := append([]string{"sessions/*", "imports/*"}, teamTopics...)
	theirs, ours := w.subscribe("admin", topics...), w.subscribe("owner", topics...)
	w.invite("first@halation.example")
	waitForRecords(t, theirs, "email", "first@halation.example")
	w.requireTwoFactors()
	w.fillPanelCollections()
	waitForRecords(t, ours, "email", "lucia@halation.example", "nora@halation.example")
	hookstest.Invite(t, w.App, w.accounts["other"], w.otherTeam, "last@other.example")
	for _, m := range waitForRecords(t, theirs, "email", "last@other.example") {
		own := m.record["user"] == w.accounts["admin"].Id || m.record["id"] == w.team.Id
		if (m.record["team"] == w.team.Id || m.record["id"] == w.team.Id) && !own {
			t.Errorf("the Admin hears %s %s %s, want nothing of others", m.topic, m.action, toJSON(m.record))
		}
		if _, told := m.record["admin_seats"]; told && m.record["id"] == w.team.Id && m.record["require_two_factors"] == true {
			t.Error("the Admin hears the limits of the plan")
		}
	}
}

// TestRequiredTwoFactors_RefusalsSaySo tries what an Admin could do with two-factor authentication, outside of /api/teams/.
func TestRequiredTwoFactors_RefusalsSaySo(t *testing.T) {
	w := newFixture(t)
	pending, session := w.newInvitation("organizer").ID, w.newSession(sessions.Form{Title: "Grading"})
	listed := w.newSession(sessions.Form{Title: "With Ada", Guests: []string{"ada@halation.example"}, Starts: dayAt(4, 9)})
	later := w.newSession(sessions.Form{Title: "Later", Starts: dayAt(5, 9)})
	w.enableTwoFactors("owner")
	w.requireTwoFactors()
	of := func(id, rest string) string { return "/api/sessions/" + id + rest }
	for _, c := range []struct {
		method, path string
		body         any
	}{
		{"POST", "/api/invitations/" + pending + "/revoke", nil},
		{"POST", "/api/invitations/" + pending + "/resend", nil},
		{"POST", "/api/invitations/" + pending + "/correct", object{"email": "x@y.example"}},
		{"GET", of(session.Id, ""), nil},
		{"PATCH", of(session.Id, ""), object{"title": "B"}},
		{"POST", of(session.Id, "/cancel"), nil},
		{"POST", of(session.Id, "/participants"), object{"guests": []string{"zed@out.example"}}},
		{"POST", of(session.Id, "/end"), nil},
		{"POST", of(session.Id, "/message"), object{"text": "Hello"}},
		{"POST", of(session.Id, "/events"), object{"events": []object{}}},
		{"POST", of(listed.Id, "/cancel"), nil},
		{"POST", of(listed.Id, "/end"), nil},
	} {
		status, body := w.callAs("admin", c.method, c.path, c.body)
		assertRefused(t, status, body, 403, "base", "two_factors_required")
		if status, body := w.callAs("organizer", c.method, c.path, c.body); strings.Contains(toJSON(body), "two_factors_required") {
			t.Errorf("an Organizer: %s %s: %d %s", c.method, c.path, status, toJSON(body))
		}
	}
	// Only the host and co-hosts can start a session: an Admin couldn't with two-factor authentication either.
	status, body := w.callAs("admin", "POST", of(listed.Id, "/start"), nil)
	assertRefused(t, status, body, 403, "base", "not_allowed")
	w.enableTwoFactors("admin")
	status, body = w.callAs("admin", "POST", of(later.Id, "/cancel"), nil)
	requireOK(t, status, body)
}
