package sessions_test

import (
	"fmt"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
)

func TestWhatHoldsForEveryWriterOfAParticipant(t *testing.T) {
	s := open(t, "pro")
	session := s.session(sessions.Form{Guests: []string{"zed@out.example", "member@x.example"}})
	other := hookstest.Team(t, s.app, hookstest.Person(t, s.app, "rival@x.example"), "Other", "free")
	for _, c := range []struct {
		set  map[string]any
		code string
	}{
		{map[string]any{"email": "Zed@OUT.example"}, sessions.CodeTwice}, {map[string]any{"email": "zed"}, "bad_email"},
		{map[string]any{"email": "n1@out.example", "team": other.Id}, sessions.CodeFixed},
		{map[string]any{"email": "n2@out.example", "part": "host"}, sessions.CodeOneHost},
		{map[string]any{"email": "n3@out.example", "part": "cohost"}, sessions.CodeBadCohost},
		{map[string]any{"email": "guest@x.example", "user": s.by["guest"].Id, "part": "cohost"}, sessions.CodeBadCohost},
		{map[string]any{"email": "admin@x.example", "user": s.by["admin"].Id, "part": "cohost"}, ""},
		{map[string]any{"email": "N4@out.example"}, ""},
	} {
		r := hookstest.Blank(t, s.app, "participants", map[string]any{"team": s.team.Id, "session": session.Id})
		r.Load(c.set)
		hookstest.Refused(t, fmt.Sprint(c.set), s.app.Save(r), c.code)
	}
	host, err := sessions.ParticipantBy(s.app, session.Id, "organizer@x.example")
	if err != nil {
		t.Fatal(err)
	}
	hookstest.Refused(t, "without a host", s.app.Delete(host), sessions.CodeHostStands)
	p, err := sessions.ParticipantBy(s.app, session.Id, "zed@out.example")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ field, value, code string }{
		{"email", "other@out.example", sessions.CodeFixed}, {"state", "out", ""}, {"state", "admitted", sessions.CodeOut}, {"state", "invited", sessions.CodeOut},
	} {
		r := hookstest.Stored(t, s.app, "participants", p.Id)
		r.Set(c.field, c.value)
		hookstest.Refused(t, c.field+" "+c.value, s.app.Save(r), c.code)
	}
}

// lastPlace lets four race for the last place of a session, and says how many got it.
func lastPlace(t *testing.T, app core.App, team, session string) int {
	t.Helper()
	rows := make([]*core.Record, 4)
	for n := range rows {
		rows[n] = hookstest.Blank(t, app, "participants", map[string]any{"team": team, "session": session,
			"email": fmt.Sprintf("p%d@x.example", n), "part": "attendee", "state": "invited"})
	}
	return hookstest.Won(t, hookstest.Race(4, func(n int) error { return app.Save(rows[n]) }), sessions.CodeTooManyPeople)
}

func TestTheLastPlaceOfASessionIsTakenOnce(t *testing.T) {
	s := open(t, "pro")
	session := s.session(sessions.Form{People: 2})
	hookstest.Widen(s.app, "participants")
	if won := lastPlace(t, s.app, s.team.Id, session.Id); won != 1 {
		t.Errorf("%d took the last place", won)
	}
}

// The control: judged outside of the transaction that writes, the last place is taken several times.
func TestTheLastPlaceIsTakenTwiceWithoutATransaction(t *testing.T) {
	app := hookstest.Wired(t, func(app core.App) {
		app.OnRecordCreateExecute("participants").BindFunc(func(e *core.RecordEvent) error {
			if err := sessions.GuardNewPerson(e.App, e.Record); err != nil {
				return err
			}
			return e.Next()
		})
		hookstest.Widen(app, "participants")
	})
	plan, err := app.FindFirstRecordByData("plans", "key", "pro")
	if err != nil {
		t.Fatal(err)
	}
	put := func(collection string, values map[string]any) *core.Record {
		r := hookstest.Blank(t, app, collection, values)
		if err := app.Save(r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	team := put("teams", map[string]any{"name": "Loose", "slug": "loose", "plan": plan.Id})
	session := put("sessions", map[string]any{"team": team.Id, "title": "x", "starts": soon(1, 1), "ends": soon(1, 2), "minutes": 60, "code": "abcdefghijklmn",
		"timezone": "UTC", "status": "scheduled", "resolution": "720p", "fps": 30, "codec": "vp8", "audio": "speech", "people": 1})
	if won := lastPlace(t, app, team.Id, session.Id); won < 2 {
		t.Error("one took the last place without a transaction; the race is not wide enough to show a fault")
	}
}
