package sessions

import (
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/record"
)

// Row is a session as lists show it to one person, with what he is in it. Without a participant he hosts it.
type Row struct {
	ID       string `db:"id"`
	Title    string `db:"title"`
	From     string `db:"starts"`
	To       string `db:"ends"`
	Began    string `db:"started"`
	Over     string `db:"ended"`
	Status   string `db:"status"`
	Code     string `db:"code"`
	Series   string `db:"series"`
	Host     string `db:"host"`
	HostName string `db:"host_name"`
	Room     string `db:"room"`
	RoomName string `db:"room_name"`
	People   int    `db:"people"` // who are asked and came; not counted by During
	Part     string `db:"part"`
	State    string `db:"state"`
	Answer   string `db:"answer"`
}

// Starts is when it is planned to start.
func (r Row) Starts() time.Time { return record.Time(r.From) }

// Ends is when it is to end, by the plan and what it was extended by.
func (r Row) Ends() time.Time { return record.Time(r.To) }

// Started is when it really began, or zero.
func (r Row) Started() time.Time { return record.Time(r.Began) }

// Ended is when it was really over, or zero.
func (r Row) Ended() time.Time { return record.Time(r.Over) }

// Hosted reports whether the account hosts it.
func (r Row) Hosted(account string) bool { return r.Host == account || r.Part == Host }

// Waits reports whether it waits for the person's answer.
func (r Row) Waits(account string) bool {
	return r.Status == Scheduled && r.Part != "" && !r.Hosted(account) && r.Standing() == StatusNoAnswer
}

// The lists of a person's sessions.
const (
	Coming = "coming" // that have not started, by start
	Now    = "running"
	Past   = "past" // ended, cancelled, or never started: the newest first
)

// Query is what a list of a person's sessions is narrowed to.
type Query struct {
	Show    string // Coming, Now or Past
	Hosting bool   // only those that he hosts
	Search  string // part of a title; then Show is not looked at
	After   string // the id of the row that the page follows
	Before  string // or precedes
	Size    int
}

// Page is one page of a person's sessions.
type Page struct {
	Rows []Row
	Back bool // there are rows before it
	Next bool // and behind
}

// Counts are how many sessions each list has.
type Counts struct {
	Coming  int `db:"coming"`
	Running int `db:"running"`
	Past    int `db:"past"`
}

const rowColumns = `s.id, s.title, s.starts, s.ends, s.started, s.ended, s.status, s.code, s.series, s.host, s.host_name, s.room,
	coalesce((SELECT r.name FROM rooms r WHERE r.id = s.room), '') room_name, coalesce(p.part, '') part, coalesce(p.state, '') state, coalesce(p.answer, '') answer`

// partOf joins who the person is in a session: by account, else by the confirmed address, where that is no other
// account's place.
const partOf = ` LEFT JOIN participants p ON p.id = coalesce(
		(SELECT id FROM participants WHERE user = {:user} AND user != '' AND session = s.id LIMIT 1),
		(SELECT id FROM participants WHERE session = s.id AND email = {:email} AND user = ''))`

// mine are the ids of all sessions that somebody holds or is asked to. Who is out of one has no part in it.
const mine = `SELECT session id FROM participants WHERE user = {:user} AND user != '' AND team = {:team} AND state != 'out'
	UNION SELECT session FROM participants WHERE team = {:team} AND email = {:email} AND user = '' AND state != 'out'
	UNION SELECT id FROM sessions WHERE host = {:user} AND team = {:team}`

var shows = map[string]string{
	Coming: "s.status = 'scheduled' AND s.ends > {:now}",
	Now:    "s.status = 'running'",
	Past:   "(s.status IN ('ended', 'cancelled') OR s.status = 'scheduled' AND s.ends <= {:now})",
}

func who(actor *actors.Actor) dbx.Params {
	subject := Subject{Team: actor.Team.Id, User: actor.Account.Id}
	if actor.Account.Verified() {
		subject.Email = actor.Account.Email()
	}
	return subject.params()
}

// Mine lists a page of what the actor holds or is asked to, in the whole of the team's time.
func Mine(app core.App, actor *actors.Actor, query Query) (Page, error) {
	return list(app, who(actor), query)
}

func list(app core.App, params dbx.Params, query Query) (Page, error) {
	page := Page{}
	where := shows[query.Show]
	if query.Search != "" {
		where = "instr(lower(s.title), lower({:search})) > 0 AND s.status != 'cancelled'"
		params["search"] = query.Search
	}
	if query.Hosting {
		where += " AND s.host = {:user}"
	}
	down := query.Show == Past || query.Search != ""
	turned := query.Before != ""
	order, sign := "ASC", ">"
	if down != turned {
		order, sign = "DESC", "<"
	}
	if at := query.After + query.Before; at != "" {
		where += " AND (s.starts, s.id) " + sign + " (SELECT starts, id FROM sessions WHERE id = {:at})"
		params["at"] = at
	}
	params["size"] = query.Size + 1
	err := app.DB().NewQuery("WITH mine AS (" + mine + ") SELECT " + rowColumns + `, (SELECT count(*) FROM participants c WHERE c.session = s.id) people
		FROM mine CROSS JOIN sessions s ON s.id = mine.id` + partOf + " WHERE " + where + " ORDER BY s.starts " + order + ", s.id " + order + " LIMIT {:size}").
		Bind(params).WithContext(record.Kept).All(&page.Rows)
	if err != nil {
		return page, fmt.Errorf("list the sessions of a person: %w", err)
	}
	more := len(page.Rows) > query.Size
	if more {
		page.Rows = page.Rows[:query.Size]
	}
	page.Back, page.Next = query.After != "", more
	if turned {
		slices.Reverse(page.Rows)
		page.Back, page.Next = more, true
	}
	return page, nil
}

// Count counts the sessions of each of the actor's lists.
func Count(app core.App, actor *actors.Actor, hosting bool) (Counts, error) {
	return count(app, who(actor), hosting)
}

func count(app core.App, params dbx.Params, hosting bool) (Counts, error) {
	counts, where := Counts{}, ""
	if hosting {
		where = " WHERE s.host = {:user}"
	}
	err := app.DB().NewQuery("WITH mine AS (" + mine + ") SELECT coalesce(sum(" + shows[Coming] + "), 0) coming, coalesce(sum(" + shows[Now] + "), 0) running, coalesce(sum(" +
		shows[Past] + "), 0) past FROM mine CROSS JOIN sessions s ON s.id = mine.id" + where).Bind(params).WithContext(record.Kept).One(&counts)
	if err != nil {
		return counts, fmt.Errorf("count the sessions of a person: %w", err)
	}
	return counts, nil
}

// RunningOf counts the sessions that run now and that the actor may go to.
func RunningOf(app core.App, actor *actors.Actor) (int, error) {
	var n int
	err := app.DB().NewQuery("SELECT count(*) FROM sessions s" + partOf + ` WHERE s.team = {:team} AND s.status = 'running'
		AND (s.host = {:user} OR p.state NOT IN ('refused', 'out'))`).Bind(who(actor)).WithContext(record.Kept).Row(&n)
	if err != nil {
		return 0, fmt.Errorf("count what runs: %w", err)
	}
	return n, nil
}

// longest is how far back a session may have begun that is not over yet.
const longest = 2 * MaxMinutes * time.Minute

// During lists what the actor holds or is asked to and that touches the time from from to to, by start: cancelled
// sessions, too. A thousand of them are read at once.
func During(app core.App, actor *actors.Actor, from, to time.Time) ([]Row, error) {
	params := who(actor)
	params["from"], params["to"], params["early"] = record.Stamp(from), record.Stamp(to), record.Stamp(from.Add(-longest))
	rows := []Row{}
	err := app.DB().NewQuery("SELECT " + rowColumns + ", 0 people FROM sessions s" + partOf + ` WHERE s.team = {:team} AND s.starts >= {:early} AND s.starts < {:to}
		AND s.ends > {:from} AND s.id IN (` + mine + `) ORDER BY s.starts, s.id`).Bind(params).WithContext(record.Kept).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("list the sessions of some time: %w", err)
	}
	return rows, nil
}
