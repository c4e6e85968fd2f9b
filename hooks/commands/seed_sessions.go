package commands

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
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/teams"
)

// sampleRoom is a room of the sample.
type sampleRoom struct {
	name, description, entry, quality string
	lobby, muted                      bool
}

var sampleRooms = []sampleRoom{
	{"Grading suite", "Colour reviews, calibrated on the client's side too.", rooms.AccessTeam, "2160p", false, false},
	{"Mix stage", "Sound reviews in stereo.", rooms.AccessInvited, "1080p", false, true},
	{"Edit bay 2", "", rooms.AccessTeam, "1080p", false, false},
	{"Client lounge", "For visiting clients. A host admits them.", rooms.AccessAnyone, "1080p", true, false},
}

// sampleSession is a session of the sample: on which day from today, at which time in Lisbon, for how long. Of one that is
// over, ran is how long it really took and late how many minutes after its time it began.
type sampleSession struct {
	title, host, room       string
	dayOffset, hour, minute int
	minutes, ranMinutes     int
	startDelay              int
	rule                    string
	guests                  []string
	cohost                  string
	rsvps                   string // of the guests in their order: y, m, n or -
}

var sampleSessions = []sampleSession{
	{title: "Kestrel, reel 1 grade", host: "theo", room: "Grading suite", dayOffset: -9, hour: 10, minutes: 90, ranMinutes: 84, startDelay: 3, guests: []string{"anneke", "clara@kestrel-pictures.example"}, rsvps: "yy"},
	{title: "Fjord, spotting", host: "dario", room: "Mix stage", dayOffset: -6, hour: 11, minutes: 60, ranMinutes: 71, startDelay: 1, guests: []string{"kaito", "samuel"}, rsvps: "yy"},
	{title: "Kestrel, reel 3 grade", host: "theo", room: "Grading suite", dayOffset: -2, hour: 10, minutes: 90, ranMinutes: 52, startDelay: 6, guests: []string{"anneke", "clara@kestrel-pictures.example", "owen@kestrel-pictures.example"}, rsvps: "ymn"},
	{title: "Northlight, fine cut", host: "marta", room: "Edit bay 2", dayOffset: -1, hour: 14, minutes: 60, ranMinutes: 63, startDelay: 0, guests: []string{"ruth", "jonas"}, rsvps: "yy"},
	{title: "Kestrel, reel 4 grade review", host: "marta", room: "Grading suite", dayOffset: 0, minutes: 90, guests: []string{"theo", "anneke", "clara@kestrel-pictures.example", "owen@kestrel-pictures.example", "ida"}, cohost: "theo", rsvps: "yym--"},
	{title: "Dailies", host: "marta", room: "Edit bay 2", dayOffset: 1, hour: 9, minutes: 30, rule: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=15", guests: []string{"ruth", "samuel", "leo"}, rsvps: "yy-"},
	{title: "Conform", host: "ruth", room: "Edit bay 2", dayOffset: 2, hour: 10, minutes: 60, guests: []string{"marta", "samuel"}, rsvps: "-y"},
	{title: "ADR, Northlight", host: "dario", room: "Mix stage", dayOffset: 2, hour: 10, minute: 30, minutes: 60, guests: []string{"marta", "hanna"}, rsvps: "--"},
	{title: "Vendor review, Lantern", host: "wiktoria", dayOffset: 3, hour: 15, minutes: 45, guests: []string{"noor", "marta", "grace@lantern-vfx.example"}, rsvps: "y--"},
	{title: "Kestrel, final approval", host: "marta", room: "Client lounge", dayOffset: 6, hour: 16, minutes: 120, guests: []string{"theo", "clara@kestrel-pictures.example", "owen@kestrel-pictures.example"}, cohost: "theo", rsvps: "yy-"},
}

// addRoomsAndSessions gives the team rooms, sessions that are over, are to come, repeat, and one that can be started now.
func (s *seeder) addRoomsAndSessions(team *teams.Team, owner *core.Record) {
	if s.err != nil {
		return
	}
	actor, err := actors.InTeam(s.app, owner, team.Record)
	if s.err = err; err != nil {
		return
	}
	byName := map[string]string{}
	for _, p := range sampleRooms {
		room, err := rooms.Create(s.app, actor, rooms.Profile{Name: &p.name, Description: &p.description, Access: &p.entry,
			Quality: &p.quality, Lobby: &p.lobby, Muted: &p.muted})
		if err != nil {
			s.err = fmt.Errorf("%s: %w", p.name, err)
			return
		}
		byName[p.name] = room.Id
	}
	for _, m := range sampleSessions {
		if err := s.schedule(team, byName[m.room], m); err != nil {
			s.err = fmt.Errorf("%s: %w", m.title, err)
			return
		}
	}
}

// sampleEmail returns the address of a team member from its first part, or an address as it is.
func sampleEmail(name string) string {
	if strings.Contains(name, "@") {
		return name
	}
	return name + "@halation.example"
}

func (s *seeder) schedule(team *teams.Team, room string, m sampleSession) error {
	host, err := accounts.Find(s.app, sampleEmail(m.host))
	if err != nil {
		return err
	}
	actor, err := actors.InTeam(s.app, host, team.Record)
	if err != nil {
		return err
	}
	form := sessions.Form{Title: m.title, Starts: s.startTime(team, m), Minutes: m.minutes, Zone: team.Zone().String(), Room: room, Rule: m.rule}
	for _, g := range m.guests {
		form.Guests = append(form.Guests, sampleEmail(g))
	}
	if m.cohost != "" {
		account, err := accounts.Find(s.app, sampleEmail(m.cohost))
		if err != nil {
			return err
		}
		form.Cohosts = []string{account.Id}
	}
	past := m.dayOffset < 0
	if past { // sessions can't be scheduled in the past, so it is moved there
		form.Starts = form.Starts.AddDate(0, 2, 0)
	}
	session, err := sessions.Schedule(s.app, actor, form)
	if err != nil {
		return err
	}
	if err := s.addRSVPs(session, m); err != nil || !past {
		return err
	}
	return s.recordPastRun(session, m, s.startTime(team, m))
}

// startTime is the planned time; today's is in some minutes, so that it can be started.
func (s *seeder) startTime(team *teams.Team, m sampleSession) time.Time {
	now := time.Now().In(team.Zone())
	if m.dayOffset == 0 {
		return now.Add(9 * time.Minute).Truncate(5 * time.Minute)
	}
	return time.Date(now.Year(), now.Month(), now.Day()+m.dayOffset, m.hour, m.minute, 0, 0, team.Zone())
}

var rsvpByLetter = map[byte]string{'y': sessions.Yes, 'm': sessions.Maybe, 'n': sessions.No}

func (s *seeder) addRSVPs(session *sessions.Session, m sampleSession) error {
	for n, g := range m.guests {
		answer, ok := rsvpByLetter[m.rsvps[n]]
		if !ok {
			continue
		}
		p, err := sessions.FindParticipantByEmail(s.app, session.Id, sampleEmail(g))
		if err != nil {
			return err
		}
		if err := sessions.Answer(s.app, p.Id, answer, ""); err != nil {
			return err
		}
	}
	return nil
}

// recordPastRun records how a session ran, and who attended.
func (s *seeder) recordPastRun(session *sessions.Session, m sampleSession, starts time.Time) error {
	started := starts.Add(time.Duration(m.startDelay) * time.Minute)
	ended := started.Add(time.Duration(m.ranMinutes) * time.Minute)
	_, err := s.app.DB().Update("sessions", dbx.Params{
		"starts": record.FormatTime(starts), "ends": record.FormatTime(starts.Add(time.Duration(m.minutes) * time.Minute)),
		"status": sessions.Ended, "started": record.FormatTime(started), "ended": record.FormatTime(ended), "end_reason": runs.EndedByHost,
		"media": "demo" + session.Id, "created": record.FormatTime(starts.AddDate(0, 0, -3)),
	}, dbx.HashExp{"id": session.Id}).Execute()
	if err != nil {
		return err
	}
	people, err := sessions.ListParticipants(s.app, session.Id)
	if err != nil {
		return err
	}
	for n, p := range people {
		if p.GetString("answer") == sessions.No {
			continue
		}
		joined := started.Add(time.Duration(n*70) * time.Second)
		_, err := s.app.DB().Insert("attendances", dbx.Params{
			"id": core.GenerateDefaultRandomId(), "team": session.TeamID(), "session": session.Id, "participant": p.Id, "user": p.UserID(), "name": p.DisplayName(),
			"sid": "demo-" + security.PseudorandomString(8), "joined": record.FormatTime(joined), "left": record.FormatTime(ended.Add(-time.Duration(n*40) * time.Second)),
			"width": 1280, "height": 720, "fps": 30, "codec": "vp8", "audio": "speech", "created": record.FormatTime(joined), "updated": record.FormatTime(ended),
		}).Execute()
		if err != nil {
			return err
		}
	}
	return nil
}
