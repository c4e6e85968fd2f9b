package commands

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/record"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/teams"
)

// usageMonths is for how many months before the current one the sample has usage.
const usageMonths = 2

// pastPlan is a kind of session that the sample team held regularly.
type pastPlan struct {
	title, host, room        string
	hour, minute, minutes    int
	resolution, codec, audio string
	guests                   []string
	weekdays                 string // letters of the days: MTWTF, - for none
}

var pastPlans = []pastPlan{
	{"Dailies, unit A", "samuel", "Edit bay 2", 8, 30, 30, "1080p", "vp9", "speech", []string{"ruth", "leo"}, "MTWTF"},
	{"Kestrel, grade review", "theo", "Grading suite", 10, 0, 90, "2160p", "vp9", "stereo", []string{"anneke", "clara@kestrel-pictures.example", "owen@kestrel-pictures.example"}, "M-W-F"},
	{"Fjord, temp mix playback", "dario", "Mix stage", 11, 30, 60, "720p", "vp8", "stereo", []string{"kaito", "hanna"}, "-T-T-"},
	{"Kestrel, VFX turnover", "anneke", "", 14, 0, 120, "1080p", "vp9", "music", []string{"wiktoria", "noor", "elif", "theo"}, "--W--"},
	{"Producers' weekly", "hanna", "Client lounge", 15, 0, 45, "720p", "vp8", "speech", []string{"elif", "marta"}, "M----"},
}

// pastOutcomes are how such sessions went, in turn: minutes late, seconds more or less than planned, and the height of the
// video in percent. Without minutes, a session was never started.
var pastOutcomes = []struct{ late, seconds, height int }{
	{2, -48, 100}, {0, 21, 100}, {4, 1447, 100}, {1, -1083, 100}, {0, 12, 50}, {3, -2400, 100}, {-1, 0, 0}, {1, 58, 100}, {6, 371, 50}, {0, -33, 100}, {2, 44, 100},
}

// SeedUsage adds sessions of the current month and those before it to the sample team. The sessions that Seed adds have their
// days to themselves.
func SeedUsage(app core.App, sample *SampleTeam) error {
	taken := map[int]bool{}
	for _, m := range sampleSessions {
		taken[m.dayOffset] = true
	}
	team := sample.Team
	now, n := time.Now().In(team.Zone()), 0
	first := time.Date(now.Year(), now.Month()-usageMonths, 1, 12, 0, 0, 0, team.Zone())
	today := time.Date(now.Year(), now.Month(), now.Day(), 12, 0, 0, 0, team.Zone())
	return app.RunInTransaction(func(tx core.App) error {
		for day := first; day.Before(today); day = day.AddDate(0, 0, 1) {
			if taken[-int(today.Sub(day).Round(24*time.Hour)/(24*time.Hour))] {
				continue
			}
			for _, plan := range pastPlans {
				if weekday := int(day.Weekday()) - 1; weekday < 0 || weekday > 4 || plan.weekdays[weekday] == '-' {
					continue
				}
				if err := addPastSession(tx, team, plan, day, n); err != nil {
					return fmt.Errorf("%s: %w", plan.title, err)
				}
				n++
			}
		}
		return nil
	})
}

// addPastSession inserts a session that is over, bypassing the rules: sessions can't be scheduled in the past.
func addPastSession(tx core.App, team *teams.Team, plan pastPlan, day time.Time, n int) error {
	outcome := pastOutcomes[n%len(pastOutcomes)]
	starts := time.Date(day.Year(), day.Month(), day.Day(), plan.hour, plan.minute, 0, 0, team.Zone())
	started := starts.Add(time.Duration(outcome.late)*time.Minute + time.Duration(n*7%60)*time.Second)
	ended := started.Add(time.Duration(plan.minutes)*time.Minute + time.Duration(outcome.seconds)*time.Second)
	host, err := accounts.Find(tx, sampleEmail(plan.host))
	if err != nil {
		return err
	}
	room, err := roomID(tx, team, plan.room)
	if err != nil {
		return err
	}
	id := core.GenerateDefaultRandomId()
	row := dbx.Params{"id": id, "team": team.Id, "host": host.Id, "host_name": actors.PublicName(host), "title": plan.title, "room": room, "code": "demo" + id[5:],
		"uid": id + "@usher.invalid", "starts": record.FormatTime(starts), "minutes": plan.minutes, "ends": record.FormatTime(starts.Add(time.Duration(plan.minutes) * time.Minute)),
		"timezone": team.Zone().String(), "status": sessions.Scheduled, "recording": "host", "resolution": plan.resolution, "fps": 25, "codec": plan.codec, "audio": plan.audio,
		"created": record.FormatTime(starts.AddDate(0, 0, -4)), "updated": record.FormatTime(starts)}
	if outcome.height > 0 {
		reason := runs.EndedByHost
		if outcome.seconds > 1000 {
			reason = runs.EndedByTime
		}
		row["status"], row["started"], row["ended"], row["end_reason"], row["media"] = sessions.Ended, record.FormatTime(started), record.FormatTime(ended), reason, "demo"+id
	}
	if _, err := tx.DB().Insert("sessions", row).Execute(); err != nil {
		return err
	}
	for n, name := range append([]string{plan.host}, plan.guests...) {
		if err := addPastParticipant(tx, row, plan, n, name, outcome.height, started.Add(time.Duration(n*50)*time.Second), ended.Add(-time.Duration(n*25)*time.Second)); err != nil {
			return err
		}
	}
	return nil
}

// addPastParticipant inserts the nth participant of a session, who attended it if its video had a height.
func addPastParticipant(tx core.App, session dbx.Params, plan pastPlan, n int, name string, height int, joined, left time.Time) error {
	account, err := accounts.Find(tx, sampleEmail(name))
	if err != nil {
		return err
	}
	part := sessions.Attendee
	if n == 0 {
		part = sessions.Host
	}
	id := core.GenerateDefaultRandomId()
	if _, err := tx.DB().Insert("participants", dbx.Params{"id": id, "team": session["team"], "session": session["id"], "user": account.Id, "email": account.Email(),
		"name": actors.PublicName(account), "part": part, "state": sessions.StateAdmitted, "answer": sessions.Yes, "created": session["created"], "updated": session["created"]}).Execute(); err != nil {
		return err
	}
	if height == 0 || n > 0 && n == len(plan.guests) && joined.Minute()%3 == 0 { // some don't come
		return nil
	}
	pixels := map[string]int{"720p": 720, "1080p": 1080, "2160p": 2160}[plan.resolution] * height / 100
	_, err = tx.DB().Insert("attendances", dbx.Params{"id": core.GenerateDefaultRandomId(), "team": session["team"], "session": session["id"], "participant": id, "user": account.Id,
		"name": actors.PublicName(account), "sid": "demo-" + id, "joined": record.FormatTime(joined), "left": record.FormatTime(left), "width": pixels * 16 / 9, "height": pixels, "fps": 25,
		"codec": plan.codec, "audio": plan.audio, "created": record.FormatTime(joined), "updated": record.FormatTime(left)}).Execute()
	return err
}

func roomID(tx core.App, team *teams.Team, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	var ids []string
	err := tx.DB().NewQuery("SELECT id FROM rooms WHERE team = {:team} AND name = {:name}").Bind(dbx.Params{"team": team.Id, "name": name}).Column(&ids)
	if err != nil || len(ids) == 0 {
		return "", err
	}
	return ids[0], nil
}
