package licences_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/record"
	"usher/hooks/teams"
)

// fixture is a team in Lisbon, whose clocks changed on 29 March and 25 October 2026, at 01:00 UTC.
type fixture struct {
	*testing.T
	app      *core.BaseApp
	owner    *core.Record
	team     *teams.Team
	sessions int
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "marta@x.example")
	f := &fixture{T: t, app: app, owner: owner, team: hookstest.Team(t, app, owner, "Halation Post", "pro")}
	hookstest.Exec(t, app, "UPDATE teams SET timezone = 'Europe/Lisbon', licences = 2", nil)
	return f
}

// at parses a time in UTC.
func at(stamp string) time.Time {
	parsed, err := time.Parse("2006-01-02 15:04:05", stamp)
	if err != nil {
		panic(err)
	}
	return parsed
}

// seed adds a session with that title as it is stored, whatever the rules say about its times. Times are "" or as at takes them.
func (f *fixture) seed(title, status, starts, ends, started, ended string) {
	f.Helper()
	stored := func(stamp string) string {
		if stamp == "" {
			return ""
		}
		return record.FormatTime(at(stamp))
	}
	f.sessions++
	hookstest.Exec(f.T, f.app, `INSERT INTO sessions (id, team, host, host_name, title, starts, minutes, ends, timezone, status, code, resolution, codec, audio, started, ended, created, updated)
		VALUES ({:id}, {:team}, {:host}, 'Marta', {:title}, {:starts}, 60, {:ends}, 'UTC', {:status}, {:id}, '1080p', 'vp9', 'stereo', {:started}, {:ended}, {:starts}, {:starts})`,
		dbx.Params{"id": fmt.Sprintf("seed%011d", f.sessions), "team": f.team.Id, "host": f.owner.Id, "title": title, "status": status,
			"starts": stored(starts), "ends": stored(ends), "started": stored(started), "ended": stored(ended)})
}

// ran adds a session that ran in that time.
func (f *fixture) ran(started, ended string) {
	f.seed("Dailies", "ended", started, ended, started, ended)
}

// planned adds a scheduled session.
func (f *fixture) planned(title, starts, ends string) {
	f.seed(title, "scheduled", starts, ends, "", "")
}
