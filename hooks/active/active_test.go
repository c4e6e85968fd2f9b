package active_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/active"
	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/live"
	"usher/hooks/live/livetest"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

// fixture is a team with a running session of the organizer, with a co-host and an invitee.
type fixture struct {
	*testing.T
	app     *core.BaseApp
	team    *teams.Team
	users   map[string]*core.Record
	session *sessions.Session
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "owner@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "unlimited")
	f := &fixture{T: t, app: app, team: team, users: map[string]*core.Record{
		"owner":     owner,
		"admin":     hookstest.Member(t, app, team, "admin@x.example", "admin"),
		"organizer": hookstest.Member(t, app, team, "organizer@x.example", "organizer"),
		"other":     hookstest.Member(t, app, team, "other@x.example", "organizer"),
		"cohost":    hookstest.Member(t, app, team, "cohost@x.example"),
		"guest":     hookstest.Guest(t, app, team, "guest@x.example"),
	}}
	f.session = hookstest.StartSession(t, app, f.users["organizer"], team, sessions.Form{Title: "Kestrel", Cohosts: []string{f.users["cohost"].Id}, Guests: []string{"guest@x.example"}})
	return f
}

func (f *fixture) actor(who string) *actors.Actor {
	f.Helper()
	return hookstest.Actor(f.T, f.app, f.users[who], f.team)
}

func (f *fixture) participant(email string) *sessions.Participant {
	f.Helper()
	p, err := sessions.FindParticipantByEmail(f.app, f.session.Id, email)
	if err != nil {
		f.Fatal(err)
	}
	return p
}

// join stores that a participant is in the session.
func (f *fixture) join(email, sid string) *core.Record {
	f.Helper()
	p := f.participant(email)
	stay := hookstest.NewRecord(f.T, f.app, "attendances", map[string]any{"team": f.team.Id, "session": f.session.Id, "sid": sid, "participant": p.Id,
		"name": p.DisplayName(), "joined": time.Now()})
	if err := f.app.Save(stay); err != nil {
		f.Fatal(err)
	}
	return stay
}

func TestList_OnlySessionsThatTheActorCanEnd(t *testing.T) {
	f := newFixture(t)
	stranger := hookstest.Account(t, f.app, "stranger@x.example")
	elsewhere := hookstest.Team(t, f.app, stranger, "Other", "unlimited")
	for who, want := range map[string]int{"owner": 1, "admin": 1, "organizer": 1, "cohost": 1, "other": 0, "guest": 0} {
		found, err := active.List(f.app, f.actor(who))
		if err != nil || len(found) != want {
			t.Errorf("%s: got %d sessions, %v, want %d", who, len(found), err, want)
		}
		_, err = active.Find(f.app, f.actor(who), f.session.Id)
		if (err == nil) != (want == 1) || err != nil && errs.IgnoreNotFound(err) != nil {
			t.Errorf("%s: finding it: got %v", who, err)
		}
	}
	other := hookstest.Actor(t, f.app, stranger, elsewhere)
	if found, err := active.List(f.app, other); err != nil || len(found) != 0 {
		t.Errorf("another team's owner: got %d, %v, want 0", len(found), err)
	}
	if err := runs.End(f.app, f.actor("admin"), f.session.Id); err != nil {
		t.Fatal(err)
	}
	if found, err := active.List(f.app, f.actor("owner")); err != nil || len(found) != 0 {
		t.Errorf("after the end: got %d, %v, want 0", len(found), err)
	}
}

func TestList_CountsParticipantsOnceAndShowsOvertime(t *testing.T) {
	f := newFixture(t)
	f.join("organizer@x.example", "PA_1")
	f.join("organizer@x.example", "PA_2") // a second connection
	left := f.join("guest@x.example", "PA_3")
	left.Set("left", time.Now())
	if err := f.app.Save(left); err != nil {
		t.Fatal(err)
	}
	s, err := active.Find(f.app, f.actor("admin"), f.session.Id)
	if err != nil {
		t.Fatal(err)
	}
	if s.Title != "Kestrel" || s.People != 1 || s.External || s.Recording || s.Over(time.Now()) || !s.Over(s.Ends.Time().Add(time.Second)) || s.HostID != f.users["organizer"].Id {
		t.Errorf("got %+v", s)
	}
	people, err := active.Participants(f.app, f.session.Id)
	if err != nil || len(people) != 1 || people[0].Role != sessions.Host || people[0].Device != nil {
		t.Errorf("got %+v, %v, want the host", people, err)
	}
}

func TestReport_ShowsWorstQualityUntilTheParticipantLeaves(t *testing.T) {
	f := newFixture(t)
	const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	f.join("organizer@x.example", "PA_1")
	guest := f.join("guest@x.example", "PA_2")
	report := func(email, quality string) {
		t.Helper()
		if err := active.Report(f.app, f.participant(email), active.Device{Quality: quality, Camera: true}, firefox); err != nil {
			t.Fatal(err)
		}
	}
	want := func(quality string) {
		t.Helper()
		if s, err := active.Find(f.app, f.actor("admin"), f.session.Id); err != nil || s.Quality != quality {
			t.Errorf("got quality %q, %v, want %q", s.Quality, err, quality)
		}
	}
	want("")
	report("organizer@x.example", active.Excellent)
	want(active.Excellent)
	report("guest@x.example", active.Poor)
	want(active.Poor)
	people, err := active.Participants(f.app, f.session.Id)
	if err != nil || len(people) != 2 || people[0].Device == nil || *people[0].Device != (active.Device{Quality: active.Excellent, Camera: true, Browser: "Firefox on Linux"}) {
		t.Errorf("got %+v, %v", people, err)
	}
	guest.Set("left", time.Now())
	if err := f.app.Save(guest); err != nil {
		t.Fatal(err)
	}
	want(active.Excellent)
	if err := active.Report(f.app, f.participant("guest@x.example"), active.Device{Quality: "superb"}, ""); errs.Code(err) != active.CodeBadReport {
		t.Errorf("got %v, want %s", err, active.CodeBadReport)
	}
	if err := runs.End(f.app, f.actor("admin"), f.session.Id); err != nil {
		t.Fatal(err)
	}
	if n := active.CountReports(f.app); n != 0 {
		t.Errorf("%d reports are kept after the end, want 0", n)
	}
}

func TestReport_TooMany_IsRefused(t *testing.T) {
	f := newFixture(t)
	var err error
	for range 25 {
		if err = active.Report(f.app, f.participant("guest@x.example"), active.Device{Quality: active.Good}, ""); err != nil {
			break
		}
	}
	if errs.Code(err) != errs.CodeTooMany {
		t.Errorf("got %v, want %s", err, errs.CodeTooMany)
	}
}

func TestReport_Expires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := active.NewDevices()
		store.Set("session", "ada", active.Device{Quality: active.Good}, time.Now())
		time.Sleep(3*active.ReportInterval + time.Second)
		if n := store.Current("session"); n != 0 {
			t.Errorf("%d reports count after their time, want 0", n)
		}
		store.Set("another session", "ada", active.Device{Quality: active.Good}, time.Now())
		if n := store.Sessions(); n != 1 {
			t.Errorf("the reports of %d sessions are kept, want 1", n)
		}
	})
}

func TestSendMessage_Rules(t *testing.T) {
	f := newFixture(t)
	livetest.Start(t, f.app)
	if err := live.OpenRoom(f.app, f.session.Media()); err != nil {
		t.Fatal(err)
	}
	send := func(who, text string) string {
		t.Helper()
		return errs.Code(active.SendMessage(f.app, f.actor(who), f.session.Id, text))
	}
	for _, c := range []struct{ who, text, code string }{
		{"guest", "Hello", errs.CodeNotAllowed}, {"other", "Hello", errs.CodeNotAllowed},
		{"admin", "", active.CodeRequired}, {"admin", " \n ", active.CodeRequired}, {"admin", strings.Repeat("é", active.MaxMessage+1), "too_long"}, {"admin", "a\x00b", "bad_text"},
		{"admin", strings.Repeat("é", active.MaxMessage), ""}, {"owner", "Ten minutes left.", ""}, {"organizer", "Hello", ""}, {"cohost", "Hello", ""}, {"admin", "Hello", ""},
		{"admin", "One too many", errs.CodeTooMany},
	} {
		if code := send(c.who, c.text); code != c.code {
			t.Errorf("%s sends %.20q: got %q, want %q", c.who, c.text, code, c.code)
		}
	}
	if n := hookstest.Count(t, f.app, "audit", dbx.HashExp{"action": "session.message", "result": "ok"}); n != 5 {
		t.Errorf("got %d entries, want 5", n)
	}
	stranger := hookstest.Account(t, f.app, "stranger@x.example")
	other := hookstest.Actor(t, f.app, stranger, hookstest.Team(t, f.app, stranger, "Other", "unlimited"))
	if err := active.SendMessage(f.app, other, f.session.Id, "Hello"); err == nil || errs.IgnoreNotFound(err) != nil {
		t.Errorf("another team: got %v, want not found", err)
	}
	if err := runs.End(f.app, f.actor("admin"), f.session.Id); err != nil {
		t.Fatal(err)
	}
	if code := send("owner", "Hello"); code != sessions.CodeEnded {
		t.Errorf("after the end: got %q, want %s", code, sessions.CodeEnded)
	}
}

func TestSendMessage_ExternalSession_IsRefused(t *testing.T) {
	f := newFixture(t)
	external := hookstest.StartSession(t, f.app, f.users["organizer"], f.team, sessions.Form{ExternalLink: "https://meet.example.com/x"})
	if err := active.SendMessage(f.app, f.actor("admin"), external.Id, "Hello"); errs.Code(err) != active.CodeExternal {
		t.Errorf("got %v, want %s", err, active.CodeExternal)
	}
}
