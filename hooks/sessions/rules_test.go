package sessions_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
)

func soon(days, hour int) time.Time {
	return time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, days).Add(time.Duration(hour) * time.Hour)
}

func TestWhatCannotBeASession(t *testing.T) {
	s := open(t, "pro")
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
		"three of two":       {sessions.Form{People: 2, Guests: many[:2]}, "guests", sessions.CodeTooManyPeople},
		"200 of 100":         {sessions.Form{People: 200}, "people", sessions.CodeTooManyPeople},
		"no address":         {sessions.Form{Guests: []string{"ada", "b@x.example"}}, "guests", "bad_email"},
		"a guest to co-host": {sessions.Form{Cohosts: []string{s.by["guest"].Id}}, "cohosts", sessions.CodeBadCohost},
		"a stranger":         {sessions.Form{Cohosts: []string{"abcdefghijklmno"}}, "cohosts", sessions.CodeBadCohost},
		"plain http":         {sessions.Form{Elsewhere: "http://meet.example.org/x"}, "elsewhere", sessions.CodeBadAddress},
		"a name of the host": {sessions.Form{Elsewhere: "https://a:b@meet.example.org/x"}, "elsewhere", sessions.CodeBadAddress},
		"this machine":       {sessions.Form{Elsewhere: "https://localhost./x"}, "elsewhere", sessions.CodeBadAddress},
		"this machine again": {sessions.Form{Elsewhere: "https://[::ffff:127.0.0.1]/x"}, "elsewhere", sessions.CodeBadAddress},
		"as a number":        {sessions.Form{Elsewhere: "https://2130706433/x"}, "elsewhere", sessions.CodeBadAddress},
		"a private network":  {sessions.Form{Elsewhere: "https://10.1.2.3/x"}, "elsewhere", sessions.CodeBadAddress},
		"outside":            {sessions.Form{Elsewhere: "https://meet.example.org/x"}, "", ""},
	} {
		err := s.try("organizer", c.form)
		hookstest.Refused(t, what, err, c.code)
		if field, _, _, _ := record.Refusal(err); field != c.field {
			t.Errorf("%s is refused under %q: %v", what, field, err)
		}
	}
	if n := hookstest.Count(t, s.app, "participants"); n != 5+99 { // the hosts of five, and the guests of one
		t.Errorf("%d people are asked", n)
	}
}

func TestWhatHoldsForEveryWriterOfASession(t *testing.T) {
	s := open(t, "pro")
	other := hookstest.Team(t, s.app, hookstest.Person(t, s.app, "rival@x.example"), "Other", "free")
	for _, c := range []struct {
		set  map[string]any
		code string
	}{
		{map[string]any{"team": other.Id}, sessions.CodeFixed}, {map[string]any{"code": "abcdefghijkl"}, sessions.CodeFixed},
		{map[string]any{"status": "ended"}, sessions.CodeNotStarted}, {map[string]any{"minutes": 5000}, sessions.CodeBadLength},
		{map[string]any{"host": s.by["member"].Id}, sessions.CodeCannotHost}, {map[string]any{"host": s.by["guest"].Id}, sessions.CodeCannotHost},
		{map[string]any{"host": ""}, sessions.CodeCannotHost}, {map[string]any{"started": time.Now()}, sessions.CodeNotStarted},
		{map[string]any{"ends": time.Now().AddDate(1, 0, 0)}, ""}, {map[string]any{"starts": soon(3, 9)}, ""}, {map[string]any{"host": s.by["owner"].Id}, ""},
	} {
		session := s.session(sessions.Form{})
		r := hookstest.Stored(t, s.app, "sessions", session.Id)
		r.Load(c.set)
		hookstest.Refused(t, fmt.Sprint(c.set), s.app.Save(r), c.code)
		s.agrees(session.Id)
	}
	begun := hookstest.Blank(t, s.app, "sessions", map[string]any{"team": s.team.Id, "host": s.by["owner"].Id, "title": "x", "starts": soon(1, 1), "minutes": 60,
		"timezone": "UTC", "status": "running", "resolution": "720p", "fps": 30, "codec": "vp8", "audio": "speech"})
	hookstest.Refused(t, "begun at birth", s.app.Save(begun), sessions.CodeFixed)
	begun.Set("status", "scheduled")
	if err := s.app.Save(begun); err != nil {
		t.Fatal(err)
	}
	s.agrees(begun.Id)
}

// agrees fails the test unless the session ends when its plan says, and its host stands on its list once.
func (s *studio) agrees(id string) {
	s.Helper()
	r := hookstest.Stored(s.T, s.app, "sessions", id)
	length := time.Duration(r.GetInt("minutes")+r.GetInt("extra")) * time.Minute
	if got := r.GetDateTime("ends").Time().Sub(r.GetDateTime("starts").Time()); got != length {
		s.Errorf("lasts %v, not %v", got, length)
	}
	all, err := sessions.Participants(s.app, id)
	if err != nil || len(all) == 0 || all[0].Part() != sessions.Host || all[0].UserID() != r.GetString("host") || len(all) > 1 && all[1].Part() == sessions.Host {
		s.Errorf("the list is %s, %v", s.people(id), err)
	}
}

func (s *studio) run(session *sessions.Session) {
	s.Helper()
	r := hookstest.Stored(s.T, s.app, "sessions", session.Id)
	r.Load(map[string]any{"status": "running", "started": time.Now(), "media": "m" + session.Id})
	if err := s.app.Save(r); err != nil {
		s.Fatal(err)
	}
}

func TestARunningSessionKeepsItsPlanAndAnEndedOneEverything(t *testing.T) {
	s := open(t, "pro")
	session := s.session(sessions.Form{Starts: time.Now()})
	s.run(session)
	change := func(id, field string, value any, code string) {
		t.Helper()
		r := hookstest.Stored(t, s.app, "sessions", id)
		r.Set(field, value)
		hookstest.Refused(t, field, s.app.Save(r), code)
	}
	for field, value := range map[string]any{"title": "New", "starts": soon(2, 3), "minutes": 90, "resolution": "1080p", "elsewhere": "https://x.example/", "host": s.by["owner"].Id, "status": "cancelled"} {
		change(session.Id, field, value, sessions.CodeFixed)
	}
	hookstest.Refused(t, "changed", sessions.Change(s.app, s.actor("organizer"), session.Id, hookstest.SessionForm(sessions.Form{}), sessions.This), sessions.CodeFixed)
	hookstest.Refused(t, "cancelled", sessions.Cancel(s.app, s.actor("organizer"), session.Id, sessions.This), sessions.CodeFixed)
	change(session.Id, "extra", 15, "")
	change(session.Id, "lobby", true, "")
	s.agrees(session.Id)
	change(session.Id, "status", "ended", "")
	for field, value := range map[string]any{"title": "New", "extra": 30, "status": "running", "lobby": false, "leaderless": time.Now()} {
		change(session.Id, field, value, sessions.CodeEnded)
	}
	gone := s.session(sessions.Form{})
	if err := sessions.Cancel(s.app, s.actor("organizer"), gone.Id, sessions.This); err != nil {
		t.Fatal(err)
	}
	for field, value := range map[string]any{"title": "New", "status": "scheduled"} {
		change(gone.Id, field, value, sessions.CodeCancelled)
	}
	late := hookstest.Blank(t, s.app, "participants", map[string]any{"team": s.team.Id, "session": gone.Id, "email": "a@x.example"})
	hookstest.Refused(t, "asked to what is cancelled", s.app.Save(late), sessions.CodeCancelled)
}

func TestASessionOfAnotherTeamIsNotFound(t *testing.T) {
	s := open(t, "pro")
	theirs := hookstest.Person(t, s.app, "rival@x.example")
	other := hookstest.Team(t, s.app, theirs, "Other", "free")
	session := hookstest.Session(t, s.app, theirs, other, sessions.Form{})
	for what, err := range map[string]error{
		"changed":   sessions.Change(s.app, s.actor("owner"), session.Id, hookstest.SessionForm(sessions.Form{}), sessions.This),
		"cancelled": sessions.Cancel(s.app, s.actor("owner"), session.Id, sessions.This),
	} {
		if !errors.Is(err, record.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	mine := s.session(sessions.Form{Guests: []string{"member@x.example"}})
	for who, code := range map[string]string{"member": record.CodeNotAllowed, "owner": "", "admin": ""} {
		form, _ := sessions.FormOf(s.app, mine)
		form.Title = "By " + who
		hookstest.Refused(t, who, sessions.Change(s.app, s.actor(who), mine.Id, form, sessions.This), code)
	}
	if err := sessions.Cancel(s.app, s.actor("guest"), mine.Id, sessions.This); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("the guest: %v", err)
	}
}

func (s *studio) room(values map[string]any) *rooms.Room {
	s.Helper()
	r := hookstest.Blank(s.T, s.app, "rooms", map[string]any{"team": s.team.Id, "name": "Stage", "slug": "stage", "entry": "invited", "recording": "host", "quality": "720p"})
	r.Load(values)
	if err := s.app.Save(r); err != nil {
		s.Fatal(err)
	}
	return &rooms.Room{Record: r}
}

func TestARoomBoundsWhatIsInIt(t *testing.T) {
	s := open(t, "pro")
	room := s.room(map[string]any{"people": 3, "recording": "off"})
	day := 0
	for what, c := range map[string]struct {
		form sessions.Form
		code string
	}{
		"as it is":        {sessions.Form{}, ""},
		"sharper":         {sessions.Form{Resolution: "1080p"}, sessions.CodeBadSetting},
		"recorded":        {sessions.Form{Recording: "always"}, sessions.CodeBadSetting},
		"four people":     {sessions.Form{Guests: []string{"a@x.example", "b@x.example", "c@x.example"}}, sessions.CodeTooManyPeople},
		"set to too many": {sessions.Form{People: 4}, sessions.CodeTooManyPeople},
	} {
		day++
		c.form.Room, c.form.Starts = room.Id, soon(day, 10)
		hookstest.Refused(t, what, s.try("organizer", c.form), c.code)
	}
	session := s.session(sessions.Form{Starts: soon(30, 10), Guests: []string{"a@x.example", "b@x.example", "c@x.example"}})
	form, _ := sessions.FormOf(s.app, session)
	form.Room, form.Recording = room.Id, "off"
	hookstest.Refused(t, "four go into it", sessions.Change(s.app, s.actor("organizer"), session.Id, form, sessions.This), sessions.CodeTooManyPeople)
	form.Guests = form.Guests[1:]
	hookstest.Refused(t, "three go into it", sessions.Change(s.app, s.actor("organizer"), session.Id, form, sessions.This), "")
	room.Set("archived", time.Now())
	if err := s.app.Save(room); err != nil {
		t.Fatal(err)
	}
	hookstest.Refused(t, "archived", s.try("organizer", sessions.Form{Room: room.Id, Starts: soon(40, 10)}), rooms.CodeArchived)
}
