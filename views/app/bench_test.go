package app_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
)

// BenchmarkCalendarMonth reads a month with 1,000 sessions of one person, and nine times as many of others in the team,
// as a browser does.
func BenchmarkCalendarMonth(b *testing.B) {
	w := newFixture(b)
	sql := `WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
		INSERT INTO sessions (id, team, host, host_name, title, starts, minutes, ends, timezone, status, code, resolution, fps, codec, audio, recording, created, updated)
		SELECT printf('s%014d', i), {:team}, CASE i % 10 WHEN 0 THEN {:host} ELSE {:other} END, 'Olga', 'Session ' || i,
			strftime('%Y-%m-%d %H:%M:%f', '2030-07-01', (i % 44640) || ' minutes', '+' || (i * 4 % 43200) || ' minutes') || 'Z', 60,
			strftime('%Y-%m-%d %H:%M:%f', '2030-07-01', (i % 44640) || ' minutes', '+' || (i * 4 % 43200 + 60) || ' minutes') || 'Z',
			'UTC', 'scheduled', printf('c%014d', i), '720p', 30, 'vp8', 'speech', 'host', '2026-01-01 00:00:00.000Z', '2026-01-01 00:00:00.000Z' FROM n`
	hookstest.Exec(b, w.App, sql, dbx.Params{"team": w.team.Id, "host": w.olga.Id, "other": w.owner.Id})
	hookstest.Exec(b, w.App, `INSERT INTO participants (id, team, session, user, email, part, state, created, updated)
		SELECT 'p' || substr(s.id, 2), s.team, s.id, s.host, CASE s.host WHEN {:host} THEN 'olga@halation.example' ELSE 'marta@halation.example' END, 'host', 'invited', s.created, s.updated FROM sessions s`, dbx.Params{"host": w.olga.Id})
	browser := w.As(w.olga)
	for _, view := range []string{"month", "week", "agenda"} {
		b.Run(view, func(b *testing.B) {
			for b.Loop() {
				response, err := browser.Client.Get(w.URL + appURL + "/calendar?date=2030-07-05&view=" + view)
				if err != nil || response.StatusCode != http.StatusOK {
					b.Fatal(response, err)
				}
				n, _ := io.Copy(io.Discard, response.Body)
				_ = response.Body.Close()
				b.SetBytes(n)
			}
		})
	}
}
