package licences_test

import (
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/licences"
)

// BenchmarkOf reads the report of a team that held 200 sessions on each of 90 days, and of one that held none.
func BenchmarkOf(b *testing.B) {
	for _, days := range []int{0, licences.PeakDays} {
		app := hookstest.NewApp(b)
		owner := hookstest.Account(b, app, "owner@x.example")
		team := hookstest.Team(b, app, owner, "Halation", "unlimited")
		hookstest.Exec(b, app, `
			WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {:n})
			INSERT INTO sessions (id, team, host, host_name, title, starts, minutes, ends, timezone, status, code, resolution, codec, audio, started, ended, created, updated)
			SELECT printf('bench%010d', i), {:team}, {:host}, 'Marta', 'Dailies', at, 60, strftime('%Y-%m-%d %H:%M:%fZ', at, '+60 minutes'), 'UTC', 'ended',
				printf('bench-%d', i), '1080p', 'vp9', 'stereo', at, strftime('%Y-%m-%d %H:%M:%fZ', at, '+55 minutes'), at, at
			FROM (SELECT i, strftime('%Y-%m-%d %H:%M:%fZ', 'now', '-' || (i / 200) || ' days', '-' || ((i % 200) * 3 + 120) || ' minutes') at FROM n) WHERE {:n} > 0`,
			dbx.Params{"n": days * 200, "team": team.Id, "host": owner.Id})
		actor := hookstest.Actor(b, app, owner, team)
		b.Run(map[bool]string{true: "sessions=0", false: "sessions=18000"}[days == 0], func(b *testing.B) {
			for b.Loop() {
				if _, err := licences.Of(app, actor, time.Now()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
