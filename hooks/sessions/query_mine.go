package sessions

import (
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/record"
	"usher/hooks/tools/text"
)

// Row is a session in a list for one person, with that person's participant. Without a participant the person is its host.
type Row struct {
	ID          string `db:"id"`
	Title       string `db:"title"`
	StartsText  string `db:"starts"`
	EndsText    string `db:"ends"`
	StartedText string `db:"started"`
	EndedText   string `db:"ended"`
	Status      string `db:"status"`
	Code        string `db:"code"`
	Series      string `db:"series"`
	Host        string `db:"host"`
	HostName    string `db:"host_name"`
	Room        string `db:"room"`
	RoomName    string `db:"room_name"`
	People      int    `db:"people"` // number of participants; 0 in ListRowsInRange
	Role        string `db:"part"`
	State       string `db:"state"`
	Answer      string `db:"answer"`
}

// Starts is when the session is scheduled to start.
func (r Row) Starts() time.Time { return record.ParseTime(r.StartsText) }

// Ends is when the session is scheduled to end, including extensions.
func (r Row) Ends() time.Time { return record.ParseTime(r.EndsText) }

// Started is when the session actually started, or zero.
func (r Row) Started() time.Time { return record.ParseTime(r.StartedText) }

// Ended is when the session actually ended, or zero.
func (r Row) Ended() time.Time { return record.ParseTime(r.EndedText) }

// IsHost reports whether the account hosts the session.
func (r Row) IsHost(account string) bool { return r.Host == account || r.Role == Host }

// NeedsAnswer reports whether the session needs the person's answer.
func (r Row) NeedsAnswer(account string) bool {
	return r.Status == Scheduled && r.Role != "" && !r.IsHost(account) && r.ReaderStatus() == StatusNoAnswer
}

// The lists of a person's sessions.
const (
	ShowUpcoming = "coming" // not started, by start
	ShowRunning  = "running"
	ShowPast     = "past" // ended, never started, or cancelled and its time has passed; newest first
)

// Query is a filter for a list of a person's sessions.
type Query struct {
	Show      string // ShowUpcoming, ShowRunning or ShowPast
	Hosting   bool   // only sessions that the person hosts
	Search    string // words of the title, description, room or host; Show is ignored then. Without words: no search
	Cancelled bool   // with cancelled sessions among the upcoming or found ones, at their time
	After     string // id of the row before the page
	Before    string // id of the row after the page
	Size      int
}

// Page is one page of a person's sessions.
type Page struct {
	Rows []Row
	Back bool // there are rows before the page
	Next bool // and after it
}

// Counts are the numbers of sessions in each list.
type Counts struct {
	Upcoming       int `db:"coming"` // without cancelled ones
	CancelledAhead int `db:"off"`    // cancelled ones whose time is still to come: Query.Cancelled lists them among the upcoming
	Running        int `db:"running"`
	Past           int `db:"past"`
}

const rowColumns = `s.id, s.title, s.starts, s.ends, s.started, s.ended, s.status, s.code, s.series, s.host, s.host_name, s.room,
	coalesce((SELECT r.name FROM rooms r WHERE r.id = s.room), '') room_name, coalesce(p.part, '') part, coalesce(p.state, '') state, coalesce(p.answer, '') answer`

// participantJoin joins the person's participant of a session: by account, or by verified email if the participant has no
// account.
const participantJoin = ` LEFT JOIN participants p ON p.id = coalesce(
		(SELECT id FROM participants WHERE user = {:user} AND user != '' AND session = s.id LIMIT 1),
		(SELECT id FROM participants WHERE session = s.id AND email = {:email} AND user = ''))`

// userSessionsQuery selects the ids of all sessions that a person hosts or is invited to, without those that they were
// removed from.
const userSessionsQuery = `SELECT session id FROM participants WHERE user = {:user} AND user != '' AND team = {:team} AND state != 'out'
	UNION SELECT session FROM participants WHERE team = {:team} AND email = {:email} AND user = '' AND state != 'out'
	UNION SELECT id FROM sessions WHERE host = {:user} AND team = {:team}`

var showConditions = map[string]string{
	ShowUpcoming: "s.status = 'scheduled' AND s.ends > {:now}",
	ShowRunning:  "s.status = 'running'",
	ShowPast:     isPast,
}

const (
	isPast         = "(s.status = 'ended' OR s.status IN ('scheduled', 'cancelled') AND s.ends <= {:now})"
	cancelledAhead = "s.status = 'cancelled' AND s.ends > {:now}"
	searchedTexts  = `s.title || ' ' || s.host_name || ' ' || coalesce((SELECT r.name FROM rooms r WHERE r.id = s.room), '') || ' ' || s.description`

	// listOrder is the order of every list: what is still to come by start, then what is past, newest first.
	listOrder = "iif(" + isPast + ", 1e12 - unixepoch(s.starts), unixepoch(s.starts) - 1e12)"
)

func userParams(actor *actors.Actor) dbx.Params {
	subject := Subject{Team: actor.Team.Id, User: actor.Account.Id}
	if actor.Account.Verified() {
		subject.Email = actor.Account.Email()
	}
	return subject.params()
}

// ListForUser lists a page of the sessions that the actor hosts or is invited to in the team.
func ListForUser(app core.App, actor *actors.Actor, query Query) (Page, error) {
	return listPage(app, userParams(actor), query)
}

func listPage(app core.App, params dbx.Params, query Query) (Page, error) {
	page := Page{}
	where := "(" + showConditions[query.Show]
	switch search := text.CleanSearch(query.Search); {
	case search != "":
		where = "(contains_words(" + searchedTexts + ", {:search})"
		params["search"] = search
		if !query.Cancelled {
			where += " AND s.status != 'cancelled'"
		}
	case query.Cancelled && query.Show == ShowUpcoming:
		where += " OR " + cancelledAhead
	}
	where += ")"
	if query.Hosting {
		where += " AND s.host = {:user}"
	}
	turned := query.Before != ""
	order, sign := "ASC", ">"
	if turned {
		order, sign = "DESC", "<"
	}
	if at := query.After + query.Before; at != "" {
		where += " AND (" + listOrder + ", s.id) " + sign + " (SELECT " + listOrder + ", s.id FROM sessions s WHERE s.id = {:at})"
		params["at"] = at
	}
	params["size"] = query.Size + 1
	err := app.DB().NewQuery("WITH mine AS (" + userSessionsQuery + ") SELECT " + rowColumns + `, (SELECT count(*) FROM participants c WHERE c.session = s.id) people
		FROM mine CROSS JOIN sessions s ON s.id = mine.id` + participantJoin + " WHERE " + where + " ORDER BY " + listOrder + " " + order + ", s.id " + order + " LIMIT {:size}").
		Bind(params).WithContext(record.Prepared).All(&page.Rows)
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

// CountForUser counts the sessions in each of the actor's lists.
func CountForUser(app core.App, actor *actors.Actor, hosting bool) (Counts, error) {
	return countRows(app, userParams(actor), hosting)
}

func countRows(app core.App, params dbx.Params, hosting bool) (Counts, error) {
	counts, where := Counts{}, ""
	if hosting {
		where = " WHERE s.host = {:user}"
	}
	err := app.DB().NewQuery("WITH mine AS (" + userSessionsQuery + ") SELECT coalesce(sum(" + showConditions[ShowUpcoming] + "), 0) coming, coalesce(sum(" + cancelledAhead + "), 0) off, coalesce(sum(" + showConditions[ShowRunning] + "), 0) running, coalesce(sum(" +
		showConditions[ShowPast] + "), 0) past FROM mine CROSS JOIN sessions s ON s.id = mine.id" + where).Bind(params).WithContext(record.Prepared).One(&counts)
	if err != nil {
		return counts, fmt.Errorf("count the sessions of a person: %w", err)
	}
	return counts, nil
}

// CountRunning counts the running sessions that the actor can join.
func CountRunning(app core.App, actor *actors.Actor) (int, error) {
	var n int
	err := app.DB().NewQuery("SELECT count(*) FROM sessions s" + participantJoin + ` WHERE s.team = {:team} AND s.status = 'running'
		AND (s.host = {:user} OR p.state NOT IN ('refused', 'out'))`).Bind(userParams(actor)).WithContext(record.Prepared).Row(&n)
	if err != nil {
		return 0, fmt.Errorf("count what runs: %w", err)
	}
	return n, nil
}

// maxLookback is how long ago a session that isn't over can have started.
const maxLookback = 2 * MaxMinutes * time.Minute

// ListRowsInRange lists up to 1,000 sessions between from and to that the actor hosts or is invited to, by start,
// including cancelled ones.
func ListRowsInRange(app core.App, actor *actors.Actor, from, to time.Time) ([]Row, error) {
	params := userParams(actor)
	params["from"], params["to"], params["early"] = record.FormatTime(from), record.FormatTime(to), record.FormatTime(from.Add(-maxLookback))
	rows := []Row{}
	err := app.DB().NewQuery("SELECT " + rowColumns + ", 0 people FROM sessions s" + participantJoin + ` WHERE s.team = {:team} AND s.starts >= {:early} AND s.starts < {:to}
		AND s.ends > {:from} AND s.id IN (` + userSessionsQuery + `) ORDER BY s.starts, s.id`).Bind(params).WithContext(record.Prepared).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("list the sessions of some time: %w", err)
	}
	return rows, nil
}
