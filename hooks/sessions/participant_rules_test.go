package sessions_test

import (
	"fmt"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
)

func TestParticipant_SaveRules(t *testing.T) {
	s := newFixture(t, "pro")
	session := s.newSession(sessions.Form{Guests: []string{"zed@out.example", "member@x.example"}})
	other := hookstest.Team(t, s.app, hookstest.Account(t, s.app, "rival@x.example"), "Other", "free")
	for _, c := range []struct {
		set  map[string]any
		code string
	}{
		{map[string]any{"email": "Zed@OUT.example"}, sessions.CodeAlreadyInvited}, {map[string]any{"email": "zed"}, "bad_email"},
		{map[string]any{"email": "n1@out.example", "team": other.Id}, sessions.CodeFixed},
		{map[string]any{"email": "n2@out.example", "part": "host"}, sessions.CodeOneHost},
		{map[string]any{"email": "n3@out.example", "part": "cohost"}, sessions.CodeBadCohost},
		{map[string]any{"email": "guest@x.example", "user": s.users["guest"].Id, "part": "cohost"}, sessions.CodeBadCohost},
		{map[string]any{"email": "admin@x.example", "user": s.users["admin"].Id, "part": "cohost"}, ""},
		{map[string]any{"email": "N4@out.example"}, ""},
	} {
		r := hookstest.NewRecord(t, s.app, "participants", map[string]any{"team": s.team.Id, "session": session.Id})
		r.Load(c.set)
		hookstest.AssertCode(t, fmt.Sprint(c.set), s.app.Save(r), c.code)
	}
	host, err := sessions.FindParticipantByEmail(s.app, session.Id, "organizer@x.example")
	if err != nil {
		t.Fatal(err)
	}
	hookstest.AssertCode(t, "without a host", s.app.Delete(host), sessions.CodeHostRequired)
	p, err := sessions.FindParticipantByEmail(s.app, session.Id, "zed@out.example")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ field, value, code string }{
		{"email", "other@out.example", sessions.CodeFixed}, {"state", "out", ""}, {"state", "admitted", sessions.CodeRemoved}, {"state", "invited", sessions.CodeRemoved},
	} {
		r := hookstest.FindRecord(t, s.app, "participants", p.Id)
		r.Set(c.field, c.value)
		hookstest.AssertCode(t, c.field+" "+c.value, s.app.Save(r), c.code)
	}
}

// raceLastSlot lets four people race for the last slot of a session, and returns how many got it.
func raceLastSlot(t *testing.T, app core.App, team, session string) int {
	t.Helper()
	rows := make([]*core.Record, 4)
	for n := range rows {
		rows[n] = hookstest.NewRecord(t, app, "participants", map[string]any{"team": team, "session": session,
			"email": fmt.Sprintf("p%d@x.example", n), "part": "attendee", "state": "invited"})
	}
	return hookstest.CountSucceeded(t, hookstest.Race(4, func(n int) error { return app.Save(rows[n]) }), sessions.CodeTooManyPeople)
}

func TestParticipant_ConcurrentForLastSlot_OneWins(t *testing.T) {
	s := newFixture(t, "pro")
	session := s.newSession(sessions.Form{MaxPeople: 2})
	hookstest.SlowWrites(s.app, "participants")
	if won := raceLastSlot(t, s.app, s.team.Id, session.Id); won != 1 {
		t.Errorf("%d took the last place, want 1", won)
	}
}

// The control: checked outside of the transaction, the last slot is given out several times.
func TestParticipant_LastSlotWithoutTx_LosesRace(t *testing.T) {
	app := hookstest.NewBareApp(t, func(app core.App) {
		app.OnRecordCreateExecute("participants").BindFunc(func(e *core.RecordEvent) error {
			if err := sessions.ValidateNewParticipant(e.App, e.Record); err != nil {
				return err
			}
			return e.Next()
		})
		hookstest.SlowWrites(app, "participants")
	})
	plan, err := app.FindFirstRecordByData("plans", "key", "pro")
	if err != nil {
		t.Fatal(err)
	}
	put := func(collection string, values map[string]any) *core.Record {
		r := hookstest.NewRecord(t, app, collection, values)
		if err := app.Save(r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	team := put("teams", map[string]any{"name": "Loose", "slug": "loose", "plan": plan.Id})
	session := put("sessions", map[string]any{"team": team.Id, "title": "x", "starts": daysFromNow(1, 1), "ends": daysFromNow(1, 2), "minutes": 60, "code": "abcdefghijklmn",
		"timezone": "UTC", "status": "scheduled", "resolution": "720p", "fps": 30, "codec": "vp8", "audio": "speech", "people": 1})
	if won := raceLastSlot(t, app, team.Id, session.Id); won < 2 {
		t.Error("one took the last place without a transaction; the race is not wide enough to show a fault")
	}
}
