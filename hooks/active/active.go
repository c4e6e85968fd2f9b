// Package active shows what runs in a team now: its sessions, who is in them and how well they are connected (R114 to R116). It
// also delivers messages of those who may end a session to everyone in it.
package active

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/actors"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// Session is a running session.
type Session struct {
	ID        string         `db:"id"`
	Title     string         `db:"title"`
	RoomID    string         `db:"room"`      // or empty
	Room      string         `db:"room_name"` // or empty
	HostID    string         `db:"host"`
	HostName  string         `db:"host_name"`
	Started   types.DateTime `db:"started"`
	Ends      types.DateTime `db:"ends"` // scheduled end, including extensions
	External  bool           `db:"external"`
	Recording bool           `db:"recording"`
	People    int            `db:"people"` // participants in it now
	Leads     bool           `db:"leads"`  // the actor is its host or a co-host

	Quality string `db:"-"` // the worst that a participant reported; empty if none did
}

// Over reports whether the session runs beyond its scheduled end.
func (s *Session) Over(now time.Time) bool { return now.After(s.Ends.Time()) }

const sessionColumns = `s.id, s.title, s.room, coalesce((SELECT r.name FROM rooms r WHERE r.id = s.room), '') room_name, s.host, s.host_name, s.started, s.ends,
	s.elsewhere != '' external, EXISTS (SELECT 1 FROM recordings r WHERE r.session = s.id AND r.status = 'recording') recording,
	(SELECT count(DISTINCT CASE a.participant WHEN '' THEN a.id ELSE a.participant END) FROM attendances a WHERE a.session = s.id AND a.left = '') people,
	EXISTS (SELECT 1 FROM participants p WHERE p.session = s.id AND p.user = {:user} AND p.part IN ('host', 'cohost') AND p.state NOT IN ('out', 'refused')) leads`

// List lists the running sessions of the actor's team, the longest running first: all for the Owner and Admins, for others those
// that they host or co-host.
func List(app core.App, actor *actors.Actor) ([]*Session, error) { return query(app, actor, "") }

// Find finds a session of List by id, or returns errs.ErrNotFound.
func Find(app core.App, actor *actors.Actor, id string) (*Session, error) {
	found, err := query(app, actor, id)
	if err == nil && len(found) == 0 {
		err = errs.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

func query(app core.App, actor *actors.Actor, id string) ([]*Session, error) {
	where := "s.team = {:team} AND s.status = 'running'"
	if !actor.CanUsePanel() {
		where += " AND leads"
	}
	if id != "" {
		where += " AND s.id = {:id}"
	}
	found := []*Session{}
	err := app.DB().NewQuery("SELECT " + sessionColumns + " FROM sessions s WHERE " + where + " ORDER BY s.started, s.id").
		Bind(dbx.Params{"team": actor.Team.Id, "user": actor.Account.Id, "id": id}).WithContext(record.Prepared).All(&found)
	if err != nil {
		return nil, fmt.Errorf("list what runs: %w", err)
	}
	for _, s := range found {
		for _, device := range devicesIn(app, s.ID) {
			s.Quality = worse(s.Quality, device.Quality)
		}
	}
	return found, nil
}

// Participant is someone who is in a session now.
type Participant struct {
	ID     string         `db:"participant"` // empty for someone in an external session who isn't a participant
	UserID string         `db:"user"`
	Name   string         `db:"name"`
	Role   string         `db:"part"`
	Joined types.DateTime `db:"joined"`

	Device *Device `db:"-"` // what their page reported, or nil
}

// Participants lists who is in a session now, hosts first, then by time of joining. Someone with two connections is listed once.
func Participants(app core.App, session string) ([]*Participant, error) {
	stays := []*Participant{}
	err := app.DB().NewQuery(`SELECT a.participant, a.user, a.name, a.joined, coalesce(p.part, '') part FROM attendances a LEFT JOIN participants p ON p.id = a.participant
		WHERE a.session = {:session} AND a.left = '' ORDER BY (CASE p.part WHEN 'host' THEN 0 WHEN 'cohost' THEN 1 WHEN 'presenter' THEN 2 ELSE 3 END), a.joined, a.id`).
		Bind(dbx.Params{"session": session}).All(&stays)
	if err != nil {
		return nil, fmt.Errorf("list who is in a session: %w", err)
	}
	devices := devicesIn(app, session)
	seen := map[string]bool{}
	return slices.DeleteFunc(stays, func(p *Participant) bool {
		if device, ok := devices[p.ID]; ok {
			p.Device = &device
		}
		again := p.ID != "" && seen[p.ID]
		seen[p.ID] = true
		return again
	}), nil
}

// The qualities of a connection, as pages report them. Levels of concern are in the order of badness.
var badness = map[string]int{Excellent: 1, Good: 2, Poor: 3, Lost: 4}

// Qualities of a connection.
const (
	Excellent = "excellent"
	Good      = "good"
	Poor      = "poor"
	Lost      = "lost"
)

func worse(a, b string) string {
	return slices.MaxFunc([]string{a, b}, func(x, y string) int { return cmp.Compare(badness[x], badness[y]) })
}
