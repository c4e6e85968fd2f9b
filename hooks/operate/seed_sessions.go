package operate

import (
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/hooks/teams"
)

// place is a room of the sample.
type place struct {
	name, about, entry, quality string
	lobby, muted                bool
}

var places = []place{
	{"Grading suite", "Colour reviews, calibrated on the client's side too.", rooms.Team, "2160p", false, false},
	{"Mix stage", "Sound reviews in stereo.", rooms.Invited, "1080p", false, true},
	{"Edit bay 2", "", rooms.Team, "1080p", false, false},
	{"Client lounge", "For clients who drop in. Somebody lets them in.", rooms.Anyone, "1080p", true, false},
}

// meeting is a session of the sample: on which day from today, at which time in Lisbon, for how long. Of one that is
// over, ran is how long it really took and late how many minutes after its time it began.
type meeting struct {
	title, host, room string
	day, hour, minute int
	minutes, ran      int
	late              int
	rule              string
	guests            []string
	cohost            string
	answers           string // of the guests in their order: y, m, n or -
}

var meetings = []meeting{
	{title: "Kestrel, reel 1 grade", host: "theo", room: "Grading suite", day: -9, hour: 10, minutes: 90, ran: 84, late: 3, guests: []string{"anneke", "clara@kestrel-pictures.example"}, answers: "yy"},
	{title: "Fjord, spotting", host: "dario", room: "Mix stage", day: -6, hour: 11, minutes: 60, ran: 71, late: 1, guests: []string{"kaito", "samuel"}, answers: "yy"},
	{title: "Kestrel, reel 3 grade", host: "theo", room: "Grading suite", day: -2, hour: 10, minutes: 90, ran: 52, late: 6, guests: []string{"anneke", "clara@kestrel-pictures.example", "owen@kestrel-pictures.example"}, answers: "ymn"},
	{title: "Northlight, fine cut", host: "marta", room: "Edit bay 2", day: -1, hour: 14, minutes: 60, ran: 63, late: 0, guests: []string{"ruth", "jonas"}, answers: "yy"},
	{title: "Kestrel, reel 4 grade review", host: "marta", room: "Grading suite", day: 0, minutes: 90, guests: []string{"theo", "anneke", "clara@kestrel-pictures.example", "owen@kestrel-pictures.example", "ida"}, cohost: "theo", answers: "yym--"},
	{title: "Dailies", host: "marta", room: "Edit bay 2", day: 1, hour: 9, minutes: 30, rule: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=15", guests: []string{"ruth", "samuel", "leo"}, answers: "yy-"},
	{title: "Conform", host: "ruth", room: "Edit bay 2", day: 2, hour: 10, minutes: 60, guests: []string{"marta", "samuel"}, answers: "-y"},
	{title: "ADR, Northlight", host: "dario", room: "Mix stage", day: 2, hour: 10, minute: 30, minutes: 60, guests: []string{"marta", "hanna"}, answers: "--"},
	{title: "Vendor review, Lantern", host: "wiktoria", day: 3, hour: 15, minutes: 45, guests: []string{"noor", "marta", "grace@lantern-vfx.example"}, answers: "y--"},
	{title: "Kestrel, final approval", host: "marta", room: "Client lounge", day: 6, hour: 16, minutes: 120, guests: []string{"theo", "clara@kestrel-pictures.example", "owen@kestrel-pictures.example"}, cohost: "theo", answers: "yy-"},
}

// meet gives the team rooms, sessions that are over, are to come, repeat, and one that can be started at once.
func (s *seeder) meet(team *teams.Team, owner *core.Record) {
	if s.err != nil {
		return
	}
	actor, err := actors.In(s.app, owner, team.Record)
	if s.err = err; err != nil {
		return
	}
	byName := map[string]string{}
	for _, p := range places {
		room, err := rooms.Create(s.app, actor, rooms.Profile{Name: &p.name, Description: &p.about, Entry: &p.entry,
			Quality: &p.quality, Lobby: &p.lobby, Muted: &p.muted})
		if err != nil {
			s.err = fmt.Errorf("%s: %w", p.name, err)
			return
		}
		byName[p.name] = room.Id
	}
	for _, m := range meetings {
		if err := s.schedule(team, byName[m.room], m); err != nil {
			s.err = fmt.Errorf("%s: %w", m.title, err)
			return
		}
	}
}

// addressed is somebody of the team by the first part of his address, or an address as it is.
func addressed(name string) string {
	if strings.Contains(name, "@") {
		return name
	}
	return name + "@halation.example"
}

func (s *seeder) schedule(team *teams.Team, room string, m meeting) error {
	host, err := accounts.Find(s.app, addressed(m.host))
	if err != nil {
		return err
	}
	actor, err := actors.In(s.app, host, team.Record)
	if err != nil {
		return err
	}
	form := sessions.Form{Title: m.title, Starts: s.when(team, m), Minutes: m.minutes, Zone: team.Zone().String(), Room: room, Rule: m.rule}
	for _, g := range m.guests {
		form.Guests = append(form.Guests, addressed(g))
	}
	if m.cohost != "" {
		account, err := accounts.Find(s.app, addressed(m.cohost))
		if err != nil {
			return err
		}
		form.Cohosts = []string{account.Id}
	}
	past := m.day < 0
	if past { // nothing is scheduled in the past: it is moved there
		form.Starts = form.Starts.AddDate(0, 2, 0)
	}
	session, err := sessions.Schedule(s.app, actor, form)
	if err != nil {
		return err
	}
	if err := s.answers(session, m); err != nil || !past {
		return err
	}
	return s.over(session, m, s.when(team, m))
}

// when is the planned time; today's is in some minutes, so that it can be started.
func (s *seeder) when(team *teams.Team, m meeting) time.Time {
	now := time.Now().In(team.Zone())
	if m.day == 0 {
		return now.Add(9 * time.Minute).Truncate(5 * time.Minute)
	}
	return time.Date(now.Year(), now.Month(), now.Day()+m.day, m.hour, m.minute, 0, 0, team.Zone())
}

var answerOf = map[byte]string{'y': sessions.Yes, 'm': sessions.Maybe, 'n': sessions.No}

func (s *seeder) answers(session *sessions.Session, m meeting) error {
	for n, g := range m.guests {
		answer, ok := answerOf[m.answers[n]]
		if !ok {
			continue
		}
		p, err := sessions.ParticipantBy(s.app, session.Id, addressed(g))
		if err != nil {
			return err
		}
		if err := sessions.Answer(s.app, p.Id, answer, ""); err != nil {
			return err
		}
	}
	return nil
}

// over writes down a session as it ran, and who was there.
func (s *seeder) over(session *sessions.Session, m meeting, starts time.Time) error {
	started := starts.Add(time.Duration(m.late) * time.Minute)
	ended := started.Add(time.Duration(m.ran) * time.Minute)
	_, err := s.app.DB().Update("sessions", dbx.Params{
		"starts": record.Stamp(starts), "ends": record.Stamp(starts.Add(time.Duration(m.minutes) * time.Minute)),
		"status": sessions.Ended, "started": record.Stamp(started), "ended": record.Stamp(ended), "end_reason": sessions.ByHost,
		"media": "demo" + session.Id, "created": record.Stamp(starts.AddDate(0, 0, -3)),
	}, dbx.HashExp{"id": session.Id}).Execute()
	if err != nil {
		return err
	}
	people, err := sessions.Participants(s.app, session.Id)
	if err != nil {
		return err
	}
	for n, p := range people {
		if p.GetString("answer") == sessions.No {
			continue
		}
		joined := started.Add(time.Duration(n*70) * time.Second)
		_, err := s.app.DB().Insert("attendances", dbx.Params{
			"id": core.GenerateDefaultRandomId(), "team": session.TeamID(), "session": session.Id, "participant": p.Id, "user": p.UserID(), "name": p.Called(),
			"sid": "demo-" + security.PseudorandomString(8), "joined": record.Stamp(joined), "left": record.Stamp(ended.Add(-time.Duration(n*40) * time.Second)),
			"width": 1280, "height": 720, "fps": 30, "codec": "vp8", "audio": "speech", "created": record.Stamp(joined), "updated": record.Stamp(ended),
		}).Execute()
		if err != nil {
			return err
		}
	}
	return nil
}
