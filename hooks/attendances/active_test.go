package attendances_test

import (
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/people"
	"usher/hooks/record"
	"usher/hooks/sessions"
)

// Joining a session and being in it is activity in the team, for guests and members.
func TestAttendance_CountsAsTeamActivity(t *testing.T) {
	s := newFixture(t, externalConfig(), sessions.Form{})
	hookstest.Exec(t, s.app, "UPDATE sessions SET started = {:at}", dbx.Params{"at": record.FormatTime(time.Now().Add(-time.Hour))})
	guest, stranger := hookstest.Guest(t, s.app, s.team, "guest@x.example"), hookstest.Account(t, s.app, "stranger@x.example")
	seen := func(account *core.Record) string {
		t.Helper()
		var at string
		if err := people.Refresh(s.app, s.team.Id); err != nil {
			t.Fatal(err)
		}
		err := s.app.DB().NewQuery("SELECT coalesce((SELECT active FROM people WHERE team = {:team} AND user = {:user}), 'not listed')").
			Bind(dbx.Params{"team": s.team.Id, "user": account.Id}).Row(&at)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	if at := seen(guest); at != "" {
		t.Fatalf("active before: %q, want none", at)
	}
	collection, err := s.app.FindCollectionByNameOrId("attendances")
	if err != nil {
		t.Fatal(err)
	}
	come := func(account *core.Record, sid string) *core.Record {
		t.Helper()
		stay := core.NewRecord(collection)
		stay.Load(map[string]any{"team": s.team.Id, "session": s.session.Id, "sid": sid, "user": account.Id, "name": "Sam", "joined": time.Now().Add(-30 * time.Minute)})
		if err := s.app.Save(stay); err != nil {
			t.Fatal(err)
		}
		return stay
	}
	stay := come(guest, "PA_1")
	if at := seen(guest); at != stay.GetDateTime("joined").String() {
		t.Errorf("active at %q after joining at %s", at, stay.GetDateTime("joined"))
	}
	stay.Set("left", time.Now().Add(-10*time.Minute))
	if err := s.app.Save(stay); err != nil {
		t.Fatal(err)
	}
	left := stay.GetDateTime("left").String()
	if at := seen(guest); at != left {
		t.Errorf("active at %q after leaving at %s, want %v", at, left, left)
	}
	come(guest, "PA_0") // reported late: what is known of later stays
	if at := seen(guest); at != left {
		t.Errorf("active at %q after a late report, want %v", at, left)
	}
	come(stranger, "PA_2")
	if at := seen(stranger); at != "not listed" {
		t.Errorf("a stranger is active: %q, want %q", at, "not listed")
	}
}
