package hookstest

import (
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/hooks/teams"
)

// PastRun is when a session was planned and ran, and what was measured in it.
type PastRun struct {
	Title          string
	Starts         time.Time
	Minutes        int // 60 by default
	Started, Ended time.Time
	Height, FPS    int // of the video that the host sent; 0: none
	Codec, Audio   string
	Form           sessions.Form // for anything else
}

// PastSession schedules a session hosted by the account and moves it into the past, bypassing all rules. It has one
// attendance, of its host, if it was started.
func PastSession(t testing.TB, app core.App, host *core.Record, team *teams.Team, run PastRun) *sessions.Session {
	t.Helper()
	form := run.Form
	form.Title, form.Minutes = run.Title, run.Minutes
	session := ScheduleSession(t, app, host, team, form)
	run.Starts = run.Starts.Truncate(time.Minute)
	status := sessions.Scheduled
	switch {
	case !run.Ended.IsZero():
		status = sessions.Ended
	case !run.Started.IsZero():
		status = sessions.Running
	}
	Exec(t, app, `UPDATE sessions SET starts = {:starts}, ends = {:ends}, started = {:started}, ended = {:ended}, status = {:status} WHERE id = {:id}`, dbx.Params{
		"starts": formatTime(run.Starts), "ends": formatTime(run.Starts.Add(time.Duration(session.Minutes()) * time.Minute)),
		"started": formatTime(run.Started), "ended": formatTime(run.Ended), "status": status, "id": session.Id})
	if !run.Started.IsZero() {
		Exec(t, app, `INSERT INTO attendances (id, team, session, participant, user, name, sid, joined, "left", width, height, fps, codec, audio, created, updated)
			SELECT {:attendance}, team, session, id, user, name, 'PA_' || id, {:started}, {:ended}, {:height} * 16 / 9, {:height}, {:fps}, {:codec}, {:audio}, {:started}, {:started}
			FROM participants WHERE session = {:id} AND part = 'host'`, dbx.Params{"attendance": core.GenerateDefaultRandomId(), "id": session.Id,
			"started": formatTime(run.Started), "ended": formatTime(run.Ended), "height": run.Height, "fps": run.FPS, "codec": run.Codec, "audio": run.Audio})
	}
	session, err := sessions.FindByID(app, session.Id)
	if err != nil {
		t.Fatal(err)
	}
	return session
}

func formatTime(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return record.FormatTime(at)
}

// SeedUsage fills a month with ended sessions of an hour, and attendances that are spread over them.
func SeedUsage(t testing.TB, app core.App, team string, host *core.Record, month time.Time, count, attendances int) {
	t.Helper()
	err := app.RunInTransaction(func(tx core.App) error {
		run := func(sql string) {
			Exec(t, tx, sql, dbx.Params{"team": team, "host": host.Id, "month": formatTime(month), "prefix": month.Format("0601"), "n": count, "attendances": attendances})
		}
		run(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {:n})
			INSERT INTO sessions (id, team, host, host_name, title, code, starts, minutes, ends, timezone, status, started, ended, end_reason, resolution, fps, codec, audio, recording, media, created, updated)
			SELECT 's' || {:prefix} || printf('%010d', i), {:team}, {:host}, 'Host', 'Review ' || i, {:prefix} || printf('%010d', i), at, 60, strftime('%Y-%m-%d %H:%M:%fZ', at, '+60 minutes'), 'UTC', 'ended',
				strftime('%Y-%m-%d %H:%M:%fZ', at, '+1 minutes'), strftime('%Y-%m-%d %H:%M:%fZ', at, (i % 80) || ' minutes', '+2 minutes'), 'host', '1080p', 30, 'vp9', 'speech', 'host', 'm' || {:prefix} || i, at, at
			FROM (SELECT i, strftime('%Y-%m-%d %H:%M:%fZ', {:month}, (i * 2400000 / {:n}) || ' seconds') at FROM n)`)
		run(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {:attendances})
			INSERT INTO attendances (id, team, session, name, sid, joined, "left", width, height, fps, codec, audio, created, updated)
			SELECT 'a' || {:prefix} || printf('%010d', i), {:team}, s.id, 'Person ' || (i / {:n}), 'P' || i, s.started, s.ended, 1280, 720, 30, 'vp8', 'speech', s.started, s.started
			FROM n JOIN sessions s ON s.id = 's' || {:prefix} || printf('%010d', i % {:n})`)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
