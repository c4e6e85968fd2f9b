package sessions

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
)

// Stay is the time that somebody was in a session, from when to when. Left is zero while he is in.
type Stay struct {
	User   string
	Name   string
	Joined time.Time
	Left   time.Time
}

// Stays lists who was in a session from when to when, by when they came first.
func Stays(app core.App, session string) ([]Stay, error) {
	var rows []struct {
		User   string `db:"user"`
		Name   string `db:"name"`
		Joined string `db:"joined"`
		Left   string `db:"left"`
	}
	err := app.DB().NewQuery("SELECT user, name, joined, `left` FROM attendances WHERE session = {:session} ORDER BY joined, id").
		Bind(dbx.Params{"session": session}).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("list who was in a session: %w", err)
	}
	stays := make([]Stay, len(rows))
	for n, row := range rows {
		stays[n] = Stay{row.User, row.Name, record.Time(row.Joined), record.Time(row.Left)}
	}
	return stays, nil
}

// Using lists the sessions of a team that run now, each with a licence of its own, by when they began (R110).
func Using(app core.App, team string) ([]Row, error) {
	rows := []Row{}
	err := app.DB().NewQuery("SELECT id, title, starts, ends, started, ended, status, host, host_name, room FROM sessions WHERE team = {:team} AND status = 'running' ORDER BY started").
		Bind(dbx.Params{"team": team}).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("list what uses a licence: %w", err)
	}
	return rows, nil
}
