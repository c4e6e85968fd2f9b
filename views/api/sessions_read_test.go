package api_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
)

// sessionVisibility says who sees a session: by the rules, the API's list and details, and the App's lists.
func (w *fixture) sessionVisibility(role string, s *sessions.Session) map[string]bool {
	w.t.Helper()
	at := func(path string) bool { return w.sendAs(role, http.MethodGet, path, "").Status == http.StatusOK }
	lists := func(path string) bool {
		_, body := w.callAs(role, "GET", path, nil)
		items, _ := body["items"].([]any)
		return slices.ContainsFunc(items, func(one any) bool { return one.(object)["id"] == s.Id })
	}
	actor := hookstest.Actor(w.t, w.App, w.accounts[role], w.team)
	page, err := sessions.ListForUser(w.App, actor, sessions.Query{Show: sessions.ShowUpcoming, Size: 50})
	if err != nil {
		w.t.Fatal(err)
	}
	during, err := sessions.ListRowsInRange(w.App, actor, s.Starts().Add(-time.Hour), s.Ends())
	if err != nil {
		w.t.Fatal(err)
	}
	has := func(rows []sessions.Row) bool {
		return slices.ContainsFunc(rows, func(r sessions.Row) bool { return r.ID == s.Id })
	}
	return map[string]bool{
		"the rule of the list": lists("/api/collections/sessions/records"), "the rule of the row": at("/api/collections/sessions/records/" + s.Id),
		"the API's list": lists(w.path("/sessions")), "the API's session": at("/api/sessions/" + s.Id), "the App's list": has(page.Rows), "the App's calendar": has(during),
	}
}

// TestRules_Sessions_MatchApp covers every state of a participant, invited by account and by address.
func TestRules_Sessions_MatchApp(t *testing.T) {
	w := newFixture(t)
	s := w.newSession(sessions.Form{Guests: []string{w.accounts["member"].Email(), w.accounts["guest"].Email()}})
	check := func(what, role string, want bool) {
		t.Helper()
		for way, told := range w.sessionVisibility(role, s) {
			if told != want {
				t.Errorf("%s, %s: %s tells: %v, want %v", role, what, way, told, want)
			}
		}
	}
	for _, state := range []string{sessions.StateInvited, sessions.StateDeclined, sessions.StateWaiting, sessions.StateAdmitted, sessions.StateDenied, sessions.StateRemoved} {
		for _, role := range []string{"member", "guest"} {
			for _, account := range []string{w.accounts[role].Id, ""} {
				hookstest.Exec(t, w.App, "UPDATE participants SET state = {:state}, user = {:user} WHERE session = {:id} AND email = {:email}",
					dbx.Params{"state": state, "user": account, "id": s.Id, "email": w.accounts[role].Email()})
				check(state+" by "+account, role, state != sessions.StateRemoved)
			}
		}
	}
	for _, role := range []string{"member", "guest"} {
		hookstest.Exec(t, w.App, "UPDATE participants SET state = 'invited', user = {:user} WHERE session = {:id} AND email = {:email}",
			dbx.Params{"user": w.accounts["organizer"].Id, "id": s.Id, "email": w.accounts[role].Email()})
		check("by an address that was another's", role, false)
	}
	check("hosts", "organizer", true)
	other := hookstest.ScheduleSession(t, w.App, w.accounts["owner"], w.team, sessions.Form{})
	for _, role := range []string{"member", "guest", "organizer"} {
		for way, told := range w.sessionVisibility(role, other) {
			if told {
				t.Errorf("%s, who is not asked: %s tells", role, way)
			}
		}
	}
	if status, _ := w.callAs("admin", "GET", "/api/collections/sessions/records/"+other.Id, nil); status != 200 {
		t.Errorf("an Admin: %d, want 200", status)
	}
}
