package sessions_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

func daysFromNow(days, hour int) time.Time {
	return time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, days).Add(time.Duration(hour) * time.Hour)
}

func TestSchedule_InvalidForm_IsRefused(t *testing.T) {
	s := newFixture(t, "pro")
	many := make([]string, 10_000)
	for n := range many {
		many[n] = fmt.Sprintf("p%d@x.example", n)
	}
	for what, c := range map[string]struct {
		form        sessions.Form
		field, code string
	}{
		"no title":           {sessions.Form{Title: " \n"}, "title", "required"},
		"200 characters":     {sessions.Form{Title: strings.Repeat("é", 200)}, "", ""},
		"201 characters":     {sessions.Form{Title: strings.Repeat("é", 201)}, "title", "too_long"},
		"a title that turns": {sessions.Form{Title: "a\u202eb"}, "title", "bad_text"},
		"501 of description": {sessions.Form{Description: strings.Repeat("x", 501)}, "description", "too_long"},
		"14 minutes":         {sessions.Form{Minutes: 14}, "minutes", sessions.CodeBadLength},
		"an end before":      {sessions.Form{Minutes: -60}, "minutes", sessions.CodeBadLength},
		"40 hours":           {sessions.Form{Minutes: 40 * 60}, "", ""},
		"41 hours":           {sessions.Form{Minutes: 41 * 60}, "minutes", sessions.CodeBadLength},
		"two minutes ago":    {sessions.Form{Starts: time.Now().Add(-3 * time.Minute)}, "starts", sessions.CodePast},
		"now":                {sessions.Form{Starts: time.Now()}, "", ""},
		"in three years":     {sessions.Form{Starts: time.Now().AddDate(3, 0, 0)}, "starts", sessions.CodeTooFar},
		"no such zone":       {sessions.Form{Zone: "Mars/Olympus"}, "timezone", sessions.CodeBadTimezone},
		"the server's zone":  {sessions.Form{Zone: "Local"}, "timezone", sessions.CodeBadTimezone},
		"no such room":       {sessions.Form{Room: "abcdefghijklmno"}, "room", rooms.CodeUnknown},
		"a rule without end": {sessions.Form{Rule: "FREQ=WEEKLY"}, "rule", sessions.CodeBadRule},
		"a hundred a second": {sessions.Form{FPS: 100}, "fps", sessions.CodeBadSetting},
		"no such resolution": {sessions.Form{Resolution: "9000p"}, "resolution", "validation_invalid_value"},
		"10,000 guests":      {sessions.Form{Guests: many}, "guests", sessions.CodeTooManyPeople},
		"101 on this plan":   {sessions.Form{Guests: many[:100]}, "guests", sessions.CodeTooManyPeople},
		"100 on this plan":   {sessions.Form{Guests: many[:99]}, "", ""},
		"three of two":       {sessions.Form{MaxPeople: 2, Guests: many[:2]}, "guests", sessions.CodeTooManyPeople},
		"200 of 100":         {sessions.Form{MaxPeople: 200}, "people", sessions.CodeTooManyPeople},
		"no address":         {sessions.Form{Guests: []string{"ada", "b@x.example"}}, "guests", "bad_email"},
		"a guest to co-host": {sessions.Form{Cohosts: []string{s.users["guest"].Id}}, "cohosts", sessions.CodeBadCohost},
		"a stranger":         {sessions.Form{Cohosts: []string{"abcdefghijklmno"}}, "cohosts", sessions.CodeBadCohost},
		"plain http":         {sessions.Form{ExternalLink: "http://meet.example.org/x"}, "elsewhere", sessions.CodeBadLink},
		"a name of the host": {sessions.Form{ExternalLink: "https://a:b@meet.example.org/x"}, "elsewhere", sessions.CodeBadLink},
		"this machine":       {sessions.Form{ExternalLink: "https://localhost./x"}, "elsewhere", sessions.CodeBadLink},
		"this machine again": {sessions.Form{ExternalLink: "https://[::ffff:127.0.0.1]/x"}, "elsewhere", sessions.CodeBadLink},
		"as a number":        {sessions.Form{ExternalLink: "https://2130706433/x"}, "elsewhere", sessions.CodeBadLink},
		"a private network":  {sessions.Form{ExternalLink: "https://10.1.2.3/x"}, "elsewhere", sessions.CodeBadLink},
		"outside":            {sessions.Form{ExternalLink: "https://meet.example.org/x"}, "", ""},
	} {
		err := s.schedule("organizer", c.form)
		hookstest.AssertCode(t, what, err, c.code)
		if field, _, _, _ := errs.Details(err); field != c.field {
			t.Errorf("%s is refused under %q: %v, want %v", what, field, err, c.field)
		}
	}
	if n := hookstest.Count(t, s.app, "participants"); n != 5+99 { // the hosts of five, and the guests of one
		t.Errorf("%d people are asked, want %v", n, 5+99)
	}
}

func TestSession_SaveRules(t *testing.T) {
	s := newFixture(t, "pro")
	other := hookstest.Team(t, s.app, hookstest.Account(t, s.app, "rival@x.example"), "Other", "free")
	for _, c := range []struct {
		set  map[string]any
		code string
	}{
		{map[string]any{"team": other.Id}, sessions.CodeFixed}, {map[string]any{"code": "abcdefghijkl"}, sessions.CodeFixed},
		{map[string]any{"status": "ended"}, sessions.CodeNotStarted}, {map[string]any{"minutes": 5000}, sessions.CodeBadLength},
		{map[string]any{"host": s.users["member"].Id}, sessions.CodeCannotHost}, {map[string]any{"host": s.users["guest"].Id}, sessions.CodeCannotHost},
		{map[string]any{"host": ""}, sessions.CodeCannotHost}, {map[string]any{"started": time.Now()}, sessions.CodeNotStarted},
		{map[string]any{"ends": time.Now().AddDate(1, 0, 0)}, ""}, {map[string]any{"starts": daysFromNow(3, 9)}, ""}, {map[string]any{"host": s.users["owner"].Id}, ""},
	} {
		session := s.newSession(sessions.Form{})
		r := hookstest.FindRecord(t, s.app, "sessions", session.Id)
		r.Load(c.set)
		hookstest.AssertCode(t, fmt.Sprint(c.set), s.app.Save(r), c.code)
		s.wantConsistent(session.Id)
	}
	begun := hookstest.NewRecord(t, s.app, "sessions", map[string]any{"team": s.team.Id, "host": s.users["owner"].Id, "title": "x", "starts": daysFromNow(1, 1), "minutes": 60,
		"timezone": "UTC", "status": "running", "resolution": "720p", "fps": 30, "codec": "vp8", "audio": "speech"})
	hookstest.AssertCode(t, "begun at birth", s.app.Save(begun), sessions.CodeFixed)
	begun.Set("status", "scheduled")
	if err := s.app.Save(begun); err != nil {
		t.Fatal(err)
	}
	s.wantConsistent(begun.Id)
}

// wantConsistent fails the test unless the session's end matches its schedule and its host is a participant exactly once.
func (s *fixture) wantConsistent(id string) {
	s.Helper()
	r := hookstest.FindRecord(s.T, s.app, "sessions", id)
	length := time.Duration(r.GetInt("minutes")+r.GetInt("extra")) * time.Minute
	if got := r.GetDateTime("ends").Time().Sub(r.GetDateTime("starts").Time()); got != length {
		s.Errorf("got length %v, want %v", got, length)
	}
	all, err := sessions.ListParticipants(s.app, id)
	if err != nil || len(all) == 0 || all[0].Role() != sessions.Host || all[0].UserID() != r.GetString("host") || len(all) > 1 && all[1].Role() == sessions.Host {
		s.Errorf("the list is %s, %v", s.participantList(id), err)
	}
}

func (s *fixture) setRunning(session *sessions.Session) {
	s.Helper()
	r := hookstest.FindRecord(s.T, s.app, "sessions", session.Id)
	r.Load(map[string]any{"status": "running", "started": time.Now(), "media": "m" + session.Id})
	if err := s.app.Save(r); err != nil {
		s.Fatal(err)
	}
}

func TestUpdate_RunningKeepsPlan_EndedKeepsAll(t *testing.T) {
	s := newFixture(t, "pro")
	session := s.newSession(sessions.Form{Starts: time.Now()})
	s.setRunning(session)
	change := func(id, field string, value any, code string) {
		t.Helper()
		r := hookstest.FindRecord(t, s.app, "sessions", id)
		r.Set(field, value)
		hookstest.AssertCode(t, field, s.app.Save(r), code)
	}
	for field, value := range map[string]any{"title": "New", "starts": daysFromNow(2, 3), "minutes": 90, "resolution": "1080p", "elsewhere": "https://x.example/", "host": s.users["owner"].Id, "status": "cancelled"} {
		change(session.Id, field, value, sessions.CodeFixed)
	}
	hookstest.AssertCode(t, "changed", sessions.Change(s.app, s.actor("organizer"), session.Id, hookstest.DefaultSessionForm(sessions.Form{}), sessions.ScopeSession), sessions.CodeFixed)
	hookstest.AssertCode(t, "cancelled", sessions.Cancel(s.app, s.actor("organizer"), session.Id, sessions.ScopeSession), sessions.CodeFixed)
	change(session.Id, "extra", 15, "")
	change(session.Id, "lobby", true, "")
	s.wantConsistent(session.Id)
	change(session.Id, "status", "ended", "")
	for field, value := range map[string]any{"title": "New", "extra": 30, "status": "running", "lobby": false, "leaderless": time.Now()} {
		change(session.Id, field, value, sessions.CodeEnded)
	}
	gone := s.newSession(sessions.Form{})
	if err := sessions.Cancel(s.app, s.actor("organizer"), gone.Id, sessions.ScopeSession); err != nil {
		t.Fatal(err)
	}
	for field, value := range map[string]any{"title": "New", "status": "scheduled"} {
		change(gone.Id, field, value, sessions.CodeCancelled)
	}
	late := hookstest.NewRecord(t, s.app, "participants", map[string]any{"team": s.team.Id, "session": gone.Id, "email": "a@x.example"})
	hookstest.AssertCode(t, "asked to what is cancelled", s.app.Save(late), sessions.CodeCancelled)
}

// What was scheduled is compared with what ran, so it stays as it was when the time of the session has passed.
func TestUpdate_TimePassedWithoutStart_KeepsSchedule(t *testing.T) {
	s := newFixture(t, "pro")
	session := s.newSession(sessions.Form{})
	change := func(set map[string]any, code string) {
		t.Helper()
		r := hookstest.FindRecord(t, s.app, "sessions", session.Id)
		r.Load(set)
		hookstest.AssertCode(t, fmt.Sprint(set), s.app.Save(r), code)
	}
	move := func(by time.Duration) {
		t.Helper()
		starts := time.Now().Truncate(time.Minute).Add(by)
		hookstest.Exec(t, s.app, "UPDATE sessions SET starts = {:from}, ends = {:to}", dbx.Params{"from": record.FormatTime(starts), "to": record.FormatTime(starts.Add(time.Hour))})
	}
	move(-2 * time.Hour)
	for _, set := range []map[string]any{{"minutes": 30}, {"resolution": "360p"}, {"fps": 10}, {"codec": "av1"}, {"audio": "stereo"}, {"starts": daysFromNow(2, 3)}} {
		change(set, sessions.CodeEnded)
	}
	hookstest.AssertCode(t, "rescheduled", sessions.Change(s.app, s.actor("organizer"), session.Id, hookstest.DefaultSessionForm(sessions.Form{}), sessions.ScopeSession), sessions.CodeEnded)
	change(map[string]any{"title": "Missed"}, "")
	move(-55 * time.Minute) // it can still be started
	change(map[string]any{"starts": daysFromNow(2, 3)}, "")
}

func TestChange_OtherTeamsSession_IsNotFound(t *testing.T) {
	s := newFixture(t, "pro")
	theirs := hookstest.Account(t, s.app, "rival@x.example")
	other := hookstest.Team(t, s.app, theirs, "Other", "free")
	session := hookstest.ScheduleSession(t, s.app, theirs, other, sessions.Form{})
	for what, err := range map[string]error{
		"changed":   sessions.Change(s.app, s.actor("owner"), session.Id, hookstest.DefaultSessionForm(sessions.Form{}), sessions.ScopeSession),
		"cancelled": sessions.Cancel(s.app, s.actor("owner"), session.Id, sessions.ScopeSession),
	} {
		if !errors.Is(err, errs.ErrNotFound) {
			t.Errorf("%s: %v, want %v", what, err, errs.ErrNotFound)
		}
	}
	mine := s.newSession(sessions.Form{Guests: []string{"member@x.example"}})
	for who, code := range map[string]string{"member": errs.CodeNotAllowed, "owner": "", "admin": ""} {
		form, _ := sessions.FormOf(s.app, mine)
		form.Title = "By " + who
		hookstest.AssertCode(t, who, sessions.Change(s.app, s.actor(who), mine.Id, form, sessions.ScopeSession), code)
	}
	if err := sessions.Cancel(s.app, s.actor("guest"), mine.Id, sessions.ScopeSession); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("the guest: %v, want %v", err, errs.ErrNotFound)
	}
}

func (s *fixture) newRoom(values map[string]any) *rooms.Room {
	s.Helper()
	r := hookstest.NewRecord(s.T, s.app, "rooms", map[string]any{"team": s.team.Id, "name": "Stage", "slug": "stage", "entry": "invited", "recording": "host", "quality": "720p"})
	r.Load(values)
	if err := s.app.Save(r); err != nil {
		s.Fatal(err)
	}
	return &rooms.Room{Record: r}
}

func TestSchedule_RoomLimits(t *testing.T) {
	s := newFixture(t, "pro")
	room := s.newRoom(map[string]any{"people": 3, "recording": "off"})
	day := 0
	for what, c := range map[string]struct {
		form sessions.Form
		code string
	}{
		"as it is":        {sessions.Form{}, ""},
		"sharper":         {sessions.Form{Resolution: "1080p"}, sessions.CodeBadSetting},
		"recorded":        {sessions.Form{Recording: "always"}, sessions.CodeBadSetting},
		"four people":     {sessions.Form{Guests: []string{"a@x.example", "b@x.example", "c@x.example"}}, sessions.CodeTooManyPeople},
		"set to too many": {sessions.Form{MaxPeople: 4}, sessions.CodeTooManyPeople},
	} {
		day++
		c.form.Room, c.form.Starts = room.Id, daysFromNow(day, 10)
		hookstest.AssertCode(t, what, s.schedule("organizer", c.form), c.code)
	}
	session := s.newSession(sessions.Form{Starts: daysFromNow(30, 10), Guests: []string{"a@x.example", "b@x.example", "c@x.example"}})
	form, _ := sessions.FormOf(s.app, session)
	form.Room, form.Recording = room.Id, "off"
	hookstest.AssertCode(t, "four go into it", sessions.Change(s.app, s.actor("organizer"), session.Id, form, sessions.ScopeSession), sessions.CodeTooManyPeople)
	form.Guests = form.Guests[1:]
	hookstest.AssertCode(t, "three go into it", sessions.Change(s.app, s.actor("organizer"), session.Id, form, sessions.ScopeSession), "")
	room.Set("archived", time.Now())
	if err := s.app.Save(room); err != nil {
		t.Fatal(err)
	}
	hookstest.AssertCode(t, "archived", s.schedule("organizer", sessions.Form{Room: room.Id, Starts: daysFromNow(40, 10)}), rooms.CodeArchived)
}
