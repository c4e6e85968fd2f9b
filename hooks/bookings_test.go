package hooks_test

import (
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
	"pgregory.net/rapid"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/hookstest"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/hooks/teams"
)

// Random histories of bookings, moves, cancellations and handovers, while members leave: the rules of sessions hold
// after each action.
func TestSessionRules_RandomHistory(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		_ = f.Value.Set("25")
	}
	rapid.Check(t, func(r *rapid.T) {
		p := newSessionFixture(t)
		defer hookstest.CloseApp(p.app)
		r.Repeat(map[string]func(*rapid.T){
			"schedule": p.schedule, "schedule a series": p.scheduleSeries, "change": p.change, "cancel": p.cancel, "duplicate": p.duplicate,
			"start": p.start, "end": p.end, "hand over": p.handOver, "remove": p.remove, "revoke Organizer": p.revoke, "come back": p.rejoin,
			"archive": p.archive, "members host": p.toggleMembersHost, "delete an account": p.deleteAccount,
			"": p.check,
		})
		if err := audit.Verify(p.app, p.team.Id); err != nil {
			r.Fatal(err)
		}
	})
}

// sessionFixture is a team with two rooms and people who book sessions.
type sessionFixture struct {
	t           *testing.T
	app         *core.BaseApp
	team        *teams.Team
	rooms       []string
	finalStatus map[string]string // final status of each session
}

func newSessionFixture(t *testing.T) *sessionFixture {
	p := &sessionFixture{t: t, app: hookstest.NewApp(t), finalStatus: map[string]string{}}
	hookstest.Exec(t, p.app, `INSERT INTO users (id, email, name, verified, password, tokenKey, created, updated)
		WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < 5)
		SELECT printf('person%09d', i), printf('p%d@x.example', i), printf('Person %d', i), 1, '-', printf('%050d', i), {:now}, {:now} FROM n`,
		dbx.Params{"now": types.NowDateTime().String()})
	p.team = hookstest.Team(t, p.app, p.account(0), "Halation Post", "unlimited")
	p.team.Set("members_host", "off")
	if err := p.app.Save(p.team); err != nil {
		t.Fatal(err)
	}
	for n := 1; n < 5; n++ {
		p.join(n)
	}
	for n := range 2 {
		room, err := rooms.Create(p.app, p.actorOf(0), rooms.Profile{Name: new(fmt.Sprint("Room ", n))})
		if err != nil {
			t.Fatal(err)
		}
		p.rooms = append(p.rooms, room.Id)
	}
	return p
}

func (p *sessionFixture) join(n int) {
	hookstest.Exec(p.t, p.app, "INSERT OR IGNORE INTO memberships (id, team, user, kind, organizer, created, updated) VALUES ({:id}, {:team}, {:user}, 'member', {:o}, {:now}, {:now})",
		dbx.Params{"id": fmt.Sprintf("mm%013d", n), "team": p.team.Id, "user": fmt.Sprintf("person%09d", n), "o": n < 4, "now": types.NowDateTime().String()})
}

func (p *sessionFixture) account(n int) *core.Record {
	account, err := p.app.FindRecordById("users", fmt.Sprintf("person%09d", n))
	if err != nil {
		return nil
	}
	return account
}

// actorOf returns the actor of an account; nil if it isn't in the team.
func (p *sessionFixture) actorOf(n int) *actors.Actor {
	account := p.account(n)
	if account == nil {
		return nil
	}
	team, err := p.app.FindRecordById("teams", p.team.Id)
	if err != nil {
		p.t.Fatal(err)
	}
	actor, err := actors.InTeam(p.app, account, team)
	if err != nil {
		return nil
	}
	return actor
}

func (p *sessionFixture) anyActor(r *rapid.T) *actors.Actor {
	return p.actorOf(rapid.SampledFrom([]int{0, 0, 1, 1, 2, 3, 4}).Draw(r, "actor"))
}

func (p *sessionFixture) anyUser(r *rapid.T) string {
	return fmt.Sprintf("person%09d", rapid.IntRange(0, 4).Draw(r, "person"))
}

// anySession returns a random session, usually one in the future.
func (p *sessionFixture) anySession(r *rapid.T) string {
	query := "SELECT id FROM sessions ORDER BY status = 'scheduled' DESC, rowid DESC LIMIT 6"
	ids := hookstest.QueryRows(p.t, p.app, query)
	if len(ids) == 0 {
		return ""
	}
	return rapid.SampledFrom(ids).Draw(r, "session")
}

func (p *sessionFixture) form(r *rapid.T) sessions.Form {
	starts := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)
	return sessions.Form{
		Title: "Review", Minutes: rapid.SampledFrom([]int{15, 60, 90, 26 * 60}).Draw(r, "minutes"), Zone: "Europe/Lisbon",
		Starts: starts.Add(time.Duration(rapid.IntRange(0, 100).Draw(r, "half hours")) * 30 * time.Minute),
		Room:   rapid.SampledFrom(append([]string{""}, p.rooms...)).Draw(r, "room"),
		Guests: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"p1@x.example", "p4@x.example", "zed@out.example", "kim@out.example"}), 0, 3, rapid.ID).Draw(r, "guests"),
	}
}

func (p *sessionFixture) anyRule(r *rapid.T) string {
	return rapid.SampledFrom([]string{"FREQ=DAILY;COUNT=4", "FREQ=DAILY;INTERVAL=2;COUNT=3", "FREQ=WEEKLY;COUNT=3", "FREQ=WEEKLY"}).Draw(r, "rule")
}

func (p *sessionFixture) schedule(r *rapid.T) {
	if actor := p.anyActor(r); actor != nil {
		_, err := sessions.Schedule(p.app, actor, p.form(r))
		checkResult(r, err)
	}
}

func (p *sessionFixture) scheduleSeries(r *rapid.T) {
	if actor := p.anyActor(r); actor != nil {
		form := p.form(r)
		form.Rule = p.anyRule(r)
		_, err := sessions.Schedule(p.app, actor, form)
		checkResult(r, err)
	}
}

func (p *sessionFixture) change(r *rapid.T) {
	actor, id := p.anyActor(r), p.anySession(r)
	session, err := sessions.Find(p.app, p.team.Id, id)
	if actor == nil || err != nil {
		return
	}
	form, err := sessions.FormOf(p.app, session)
	if err != nil {
		r.Fatal(err)
	}
	drawn := p.form(r)
	switch rapid.IntRange(0, 3).Draw(r, "what") {
	case 0:
		form.Starts = form.Starts.Add(time.Duration(rapid.IntRange(-30, 60).Draw(r, "by")) * time.Hour)
	case 1:
		form.Minutes, form.Room = drawn.Minutes, drawn.Room
	case 2:
		form.Title, form.Guests = "Other", drawn.Guests
	case 3:
		form.Rule = p.anyRule(r)
	}
	scope := rapid.SampledFrom([]sessions.Scope{sessions.ScopeSession, sessions.ScopeSeries}).Draw(r, "scope")
	checkResult(r, sessions.Change(p.app, actor, id, form, scope))
}

func (p *sessionFixture) cancel(r *rapid.T) {
	if actor := p.anyActor(r); actor != nil {
		scope := rapid.SampledFrom([]sessions.Scope{sessions.ScopeSession, sessions.ScopeSession, sessions.ScopeSeries}).Draw(r, "scope")
		checkResult(r, sessions.Cancel(p.app, actor, p.anySession(r), scope))
	}
}

func (p *sessionFixture) duplicate(r *rapid.T) {
	actor := p.anyActor(r)
	session, err := sessions.Find(p.app, p.team.Id, p.anySession(r))
	if actor == nil || err != nil {
		return
	}
	form, err := sessions.FormOf(p.app, session)
	if err != nil {
		r.Fatal(err)
	}
	form.Rule, form.Starts = "", p.form(r).Starts
	_, err = sessions.Schedule(p.app, actor, form)
	checkResult(r, err)
}

func (p *sessionFixture) saveSession(r *rapid.T, id string, values map[string]any) {
	if found, err := p.app.FindRecordById("sessions", id); err == nil {
		found.Load(values)
		checkResult(r, p.app.Save(found))
	}
}

func (p *sessionFixture) start(r *rapid.T) {
	p.saveSession(r, p.anySession(r), map[string]any{"status": "running"})
}
func (p *sessionFixture) end(r *rapid.T) {
	p.saveSession(r, p.anySession(r), map[string]any{"status": "ended"})
}

func (p *sessionFixture) handOver(r *rapid.T) {
	from, to := p.anyUser(r), p.anyUser(r)
	checkResult(r, p.app.RunInTransaction(func(tx core.App) error {
		_, err := sessions.HandOver(tx, p.actorOf(0), p.team.Id, from, to)
		return err
	}))
}

// anySuccessor returns a random new host, or "".
func (p *sessionFixture) anySuccessor(r *rapid.T) string {
	if rapid.Bool().Draw(r, "cancelled") {
		return ""
	}
	return p.anyUser(r)
}

func (p *sessionFixture) remove(r *rapid.T) {
	if actor := p.anyActor(r); actor != nil {
		_, err := sessions.Remove(p.app, actor, p.anyUser(r), p.anySuccessor(r))
		checkResult(r, err)
	}
}

func (p *sessionFixture) revoke(r *rapid.T) {
	if actor := p.anyActor(r); actor != nil {
		_, err := sessions.RevokeRoles(p.app, actor, p.anyUser(r), actors.Roles{Organizer: true}, p.anySuccessor(r))
		checkResult(r, err)
	}
}

func (p *sessionFixture) rejoin(r *rapid.T) {
	if n := rapid.IntRange(1, 4).Draw(r, "person"); p.account(n) != nil {
		p.join(n)
	}
}

func (p *sessionFixture) archive(r *rapid.T) {
	action := rapid.SampledFrom([]func(core.App, *actors.Actor, string) (*rooms.Room, error){rooms.Archive, rooms.Restore}).Draw(r, "action")
	_, err := action(p.app, p.actorOf(0), rapid.SampledFrom(p.rooms).Draw(r, "room"))
	checkResult(r, err)
}

func (p *sessionFixture) toggleMembersHost(r *rapid.T) {
	team := hookstest.FindRecord(p.t, p.app, "teams", p.team.Id)
	team.Set("members_host", rapid.SampledFrom([]string{"on", "off"}).Draw(r, "members host"))
	checkResult(r, p.app.Save(team))
}

func (p *sessionFixture) deleteAccount(r *rapid.T) {
	if account := p.account(4); account != nil && rapid.IntRange(0, 3).Draw(r, "really") == 0 {
		checkResult(r, p.app.Delete(account))
	}
}

// check checks the invariants that hold after each action.
func (p *sessionFixture) check(r *rapid.T) {
	for what, query := range map[string]string{
		"two bookings of a room": `SELECT a.id, b.id FROM sessions a JOIN sessions b ON b.room = a.room AND a.room != '' AND b.id > a.id AND a.starts < b.ends AND b.starts < a.ends
			WHERE a.status IN ('scheduled', 'running') AND b.status IN ('scheduled', 'running')`,
		"an end that is not start and length": `SELECT id FROM sessions WHERE round((julianday(ends) - julianday(starts)) * 24 * 60) != minutes + extra`,
		"a planned session without its host, or with two": `SELECT id FROM sessions s WHERE status = 'scheduled' AND (host = ''
			OR 1 != (SELECT count(*) FROM participants WHERE session = s.id AND part = 'host')
			OR NOT EXISTS (SELECT 1 FROM participants WHERE session = s.id AND part = 'host' AND user = s.host AND state != 'out'))`,
		"two hosts": `SELECT session FROM participants WHERE part = 'host' GROUP BY session HAVING count(*) > 1`,
		"held by who may not host": `SELECT s.id FROM sessions s JOIN teams t ON t.id = s.team LEFT JOIN memberships m ON m.team = s.team AND m.user = s.host
			WHERE s.status = 'scheduled' AND NOT coalesce(m.organizer OR m.kind = 'member' AND t.organizer_seats = -1 AND t.members_host != 'off', 0)`,
		"led by who may not host": `SELECT p.id FROM participants p JOIN sessions s ON s.id = p.session AND s.status = 'running' WHERE p.part IN ('host', 'cohost') AND p.state != 'out'
			AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.team = s.team AND m.user = p.user)`,
		"in it though not in the team": `SELECT p.id FROM participants p JOIN sessions s ON s.id = p.session AND s.status IN ('scheduled', 'running') WHERE p.user != '' AND p.state != 'out'
			AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.team = s.team AND m.user = p.user)`,
		"participant of another team":    `SELECT p.id FROM participants p JOIN sessions s ON s.id = p.session WHERE p.team != s.team`,
		"a place in a series of nothing": `SELECT id FROM sessions WHERE (series = '') != (occurrence = '')`,
	} {
		if rows := hookstest.QueryRows(p.t, p.app, query); len(rows) > 0 {
			r.Fatalf("%s: %v", what, rows)
		}
	}
	p.checkSeries(r)
	for _, row := range hookstest.QueryRows(p.t, p.app, "SELECT id, status FROM sessions") {
		var id, status string
		_, _ = fmt.Sscan(row, &id, &status)
		if was := p.finalStatus[id]; was != "" && was != status {
			r.Fatalf("a session was %s and is %s", was, status)
		}
		if status == sessions.Ended || status == sessions.Cancelled {
			p.finalStatus[id] = status
		}
	}
}

// checkSeries checks that each scheduled session of a series is in its rule, and that no two have the same slot.
func (p *sessionFixture) checkSeries(r *rapid.T) {
	var all []*sessions.Series
	if err := p.app.RecordQuery("series").All(&all); err != nil {
		p.t.Fatal(err)
	}
	for _, series := range all {
		times, err := series.Occurrences()
		if err != nil {
			r.Fatalf("a rule that is none: %v", err)
		}
		rows, err := sessions.ListInSeries(p.app, series.Id, sessions.Scheduled)
		if err != nil {
			p.t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, row := range rows {
			at := row.GetDateTime("occurrence").Time()
			if !slices.ContainsFunc(times, at.Equal) || seen[record.FormatTime(at)] {
				r.Fatalf("%s is not in %s, or twice", at, series.Rule())
			}
			seen[record.FormatTime(at)] = true
		}
	}
}
