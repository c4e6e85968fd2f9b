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
	"usher/hooks/members"
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
		f := newSessionFixture(t)
		defer hookstest.CloseApp(f.app)
		r.Repeat(map[string]func(*rapid.T){
			"schedule": f.schedule, "schedule a series": f.scheduleSeries, "change": f.change, "cancel": f.cancel, "undo": f.undoCancel, "duplicate": f.duplicate,
			"start": f.start, "end": f.end, "hand over": f.handOver, "remove": f.remove, "revoke Organizer": f.revoke, "come back": f.rejoin,
			"archive": f.archive, "members host": f.toggleMembersHost, "delete an account": f.deleteAccount,
			"": f.check,
		})
		if err := audit.Verify(f.app, f.team.Id); err != nil {
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
	f := &sessionFixture{t: t, app: hookstest.NewApp(t), finalStatus: map[string]string{}}
	hookstest.Exec(t, f.app, `INSERT INTO users (id, email, name, verified, password, tokenKey, created, updated)
		WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < 5)
		SELECT printf('person%09d', i), printf('p%d@x.example', i), printf('Person %d', i), 1, '-', printf('%050d', i), {:now}, {:now} FROM n`,
		dbx.Params{"now": types.NowDateTime().String()})
	f.team = hookstest.Team(t, f.app, f.account(0), "Halation Post", "unlimited")
	f.team.Set("members_host", "off")
	if err := f.app.Save(f.team); err != nil {
		t.Fatal(err)
	}
	for n := 1; n < 5; n++ {
		f.join(n)
	}
	for n := range 2 {
		room, err := rooms.Create(f.app, f.actorOf(0), rooms.Profile{Name: new(fmt.Sprint("Room ", n))})
		if err != nil {
			t.Fatal(err)
		}
		f.rooms = append(f.rooms, room.Id)
	}
	return f
}

func (f *sessionFixture) join(n int) {
	hookstest.Exec(f.t, f.app, "INSERT OR IGNORE INTO memberships (id, team, user, kind, organizer, created, updated) VALUES ({:id}, {:team}, {:user}, 'member', {:o}, {:now}, {:now})",
		dbx.Params{"id": fmt.Sprintf("mm%013d", n), "team": f.team.Id, "user": fmt.Sprintf("person%09d", n), "o": n < 4, "now": types.NowDateTime().String()})
}

func (f *sessionFixture) account(n int) *core.Record {
	account, err := f.app.FindRecordById("users", fmt.Sprintf("person%09d", n))
	if err != nil {
		return nil
	}
	return account
}

// actorOf returns the actor of an account; nil if it isn't in the team.
func (f *sessionFixture) actorOf(n int) *actors.Actor {
	account := f.account(n)
	if account == nil {
		return nil
	}
	team, err := f.app.FindRecordById("teams", f.team.Id)
	if err != nil {
		f.t.Fatal(err)
	}
	actor, err := actors.InTeam(f.app, account, team)
	if err != nil {
		return nil
	}
	return actor
}

func (f *sessionFixture) anyActor(r *rapid.T) *actors.Actor {
	return f.actorOf(rapid.SampledFrom([]int{0, 0, 1, 1, 2, 3, 4}).Draw(r, "actor"))
}

func (f *sessionFixture) anyUser(r *rapid.T) string {
	return fmt.Sprintf("person%09d", rapid.IntRange(0, 4).Draw(r, "person"))
}

// anySession returns a random session, usually one in the future.
func (f *sessionFixture) anySession(r *rapid.T) string {
	query := "SELECT id FROM sessions ORDER BY status = 'scheduled' DESC, rowid DESC LIMIT 6"
	ids := hookstest.QueryRows(f.t, f.app, query)
	if len(ids) == 0 {
		return ""
	}
	return rapid.SampledFrom(ids).Draw(r, "session")
}

func (f *sessionFixture) form(r *rapid.T) sessions.Form {
	starts := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)
	return sessions.Form{
		Title: "Review", Minutes: rapid.SampledFrom([]int{15, 60, 90, 26 * 60}).Draw(r, "minutes"), Zone: "Europe/Lisbon",
		Starts: starts.Add(time.Duration(rapid.IntRange(0, 100).Draw(r, "half hours")) * 30 * time.Minute),
		Room:   rapid.SampledFrom(append([]string{""}, f.rooms...)).Draw(r, "room"),
		Guests: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"p1@x.example", "p4@x.example", "zed@out.example", "kim@out.example"}), 0, 3, rapid.ID).Draw(r, "guests"),
	}
}

func (f *sessionFixture) anyRule(r *rapid.T) string {
	return rapid.SampledFrom([]string{"FREQ=DAILY;COUNT=4", "FREQ=DAILY;INTERVAL=2;COUNT=3", "FREQ=WEEKLY;COUNT=3", "FREQ=WEEKLY"}).Draw(r, "rule")
}

func (f *sessionFixture) schedule(r *rapid.T) {
	if actor := f.anyActor(r); actor != nil {
		_, err := sessions.Schedule(f.app, actor, f.form(r))
		checkResult(r, err)
	}
}

func (f *sessionFixture) scheduleSeries(r *rapid.T) {
	if actor := f.anyActor(r); actor != nil {
		form := f.form(r)
		form.Rule = f.anyRule(r)
		_, err := sessions.Schedule(f.app, actor, form)
		checkResult(r, err)
	}
}

func (f *sessionFixture) change(r *rapid.T) {
	actor, id := f.anyActor(r), f.anySession(r)
	session, err := sessions.Find(f.app, f.team.Id, id)
	if actor == nil || err != nil {
		return
	}
	form, err := sessions.FormOf(f.app, session)
	if err != nil {
		r.Fatal(err)
	}
	drawn := f.form(r)
	switch rapid.IntRange(0, 3).Draw(r, "what") {
	case 0:
		form.Starts = form.Starts.Add(time.Duration(rapid.IntRange(-30, 60).Draw(r, "by")) * time.Hour)
	case 1:
		form.Minutes, form.Room = drawn.Minutes, drawn.Room
	case 2:
		form.Title, form.Guests = "Other", drawn.Guests
	case 3:
		form.Rule = f.anyRule(r)
	}
	scope := rapid.SampledFrom([]sessions.Scope{sessions.ScopeSession, sessions.ScopeSeries}).Draw(r, "scope")
	checkResult(r, sessions.Change(f.app, actor, id, form, scope))
}

func (f *sessionFixture) cancel(r *rapid.T) {
	if actor := f.anyActor(r); actor != nil {
		scope := rapid.SampledFrom([]sessions.Scope{sessions.ScopeSession, sessions.ScopeSession, sessions.ScopeSeries}).Draw(r, "scope")
		checkResult(r, sessions.Cancel(f.app, actor, f.anySession(r), scope))
	}
}

func (f *sessionFixture) undoCancel(r *rapid.T) {
	if actor := f.anyActor(r); actor != nil {
		checkResult(r, sessions.UndoCancel(f.app, actor, f.anySession(r)))
	}
}

func (f *sessionFixture) duplicate(r *rapid.T) {
	actor := f.anyActor(r)
	session, err := sessions.Find(f.app, f.team.Id, f.anySession(r))
	if actor == nil || err != nil {
		return
	}
	form, err := sessions.FormOf(f.app, session)
	if err != nil {
		r.Fatal(err)
	}
	form.Rule, form.Starts = "", f.form(r).Starts
	_, err = sessions.Schedule(f.app, actor, form)
	checkResult(r, err)
}

func (f *sessionFixture) saveSession(r *rapid.T, id string, values map[string]any) {
	if found, err := f.app.FindRecordById("sessions", id); err == nil {
		found.Load(values)
		checkResult(r, f.app.Save(found))
	}
}

func (f *sessionFixture) start(r *rapid.T) {
	f.saveSession(r, f.anySession(r), map[string]any{"status": "running"})
}
func (f *sessionFixture) end(r *rapid.T) {
	f.saveSession(r, f.anySession(r), map[string]any{"status": "ended"})
}

func (f *sessionFixture) handOver(r *rapid.T) {
	from, to := f.anyUser(r), f.anyUser(r)
	checkResult(r, f.app.RunInTransaction(func(tx core.App) error {
		_, err := sessions.HandOver(tx, f.actorOf(0), f.team.Id, from, to)
		return err
	}))
}

// anySuccessor returns a random new host, or "".
func (f *sessionFixture) anySuccessor(r *rapid.T) string {
	if rapid.Bool().Draw(r, "cancelled") {
		return ""
	}
	return f.anyUser(r)
}

func (f *sessionFixture) remove(r *rapid.T) {
	if actor := f.anyActor(r); actor != nil {
		_, err := members.Remove(f.app, actor, f.anyUser(r), members.Handover{To: f.anySuccessor(r)})
		checkResult(r, err)
	}
}

func (f *sessionFixture) revoke(r *rapid.T) {
	if actor := f.anyActor(r); actor != nil {
		_, err := members.RevokeRoles(f.app, actor, f.anyUser(r), actors.Roles{Organizer: true}, members.Handover{To: f.anySuccessor(r)})
		checkResult(r, err)
	}
}

func (f *sessionFixture) rejoin(r *rapid.T) {
	if n := rapid.IntRange(1, 4).Draw(r, "person"); f.account(n) != nil {
		f.join(n)
	}
}

func (f *sessionFixture) archive(r *rapid.T) {
	action := rapid.SampledFrom([]func(core.App, *actors.Actor, string) (*rooms.Room, error){rooms.Archive, rooms.Restore}).Draw(r, "action")
	_, err := action(f.app, f.actorOf(0), rapid.SampledFrom(f.rooms).Draw(r, "room"))
	checkResult(r, err)
}

func (f *sessionFixture) toggleMembersHost(r *rapid.T) {
	team := hookstest.FindRecord(f.t, f.app, "teams", f.team.Id)
	team.Set("members_host", rapid.SampledFrom([]string{"on", "off"}).Draw(r, "members host"))
	checkResult(r, f.app.Save(team))
}

func (f *sessionFixture) deleteAccount(r *rapid.T) {
	if account := f.account(4); account != nil && rapid.IntRange(0, 3).Draw(r, "really") == 0 {
		checkResult(r, f.app.Delete(account))
	}
}

// check checks the invariants that hold after each action.
func (f *sessionFixture) check(r *rapid.T) {
	for what, query := range map[string]string{
		"overlapping bookings of a room": `SELECT a.id, b.id FROM sessions a JOIN sessions b ON b.room = a.room AND a.room != '' AND b.id > a.id AND a.starts < b.ends AND b.starts < a.ends
			WHERE a.status IN ('scheduled', 'running') AND b.status IN ('scheduled', 'running')`,
		"end differs from start plus length": `SELECT id FROM sessions WHERE round((julianday(ends) - julianday(starts)) * 24 * 60) != minutes + extra`,
		"scheduled session without exactly one host": `SELECT id FROM sessions s WHERE status = 'scheduled' AND (host = ''
			OR 1 != (SELECT count(*) FROM participants WHERE session = s.id AND part = 'host')
			OR NOT EXISTS (SELECT 1 FROM participants WHERE session = s.id AND part = 'host' AND user = s.host AND state != 'out'))`,
		"two hosts": `SELECT session FROM participants WHERE part = 'host' GROUP BY session HAVING count(*) > 1`,
		"hosted by someone who may not host": `SELECT s.id FROM sessions s JOIN teams t ON t.id = s.team LEFT JOIN memberships m ON m.team = s.team AND m.user = s.host
			WHERE s.status = 'scheduled' AND NOT coalesce(m.organizer OR m.kind = 'member' AND t.organizer_seats = -1 AND t.members_host != 'off', 0)`,
		"host or co-host outside the team": `SELECT p.id FROM participants p JOIN sessions s ON s.id = p.session AND s.status = 'running' WHERE p.part IN ('host', 'cohost') AND p.state != 'out'
			AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.team = s.team AND m.user = p.user)`,
		"participant outside the team": `SELECT p.id FROM participants p JOIN sessions s ON s.id = p.session AND s.status IN ('scheduled', 'running') WHERE p.user != '' AND p.state != 'out'
			AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.team = s.team AND m.user = p.user)`,
		"participant of another team":           `SELECT p.id FROM participants p JOIN sessions s ON s.id = p.session WHERE p.team != s.team`,
		"slot without a series, or the reverse": `SELECT id FROM sessions WHERE (series = '') != (occurrence = '')`,
	} {
		if rows := hookstest.QueryRows(f.t, f.app, query); len(rows) > 0 {
			r.Fatalf("%s: %v, want at most 0", what, rows)
		}
	}
	f.checkSeries(r)
	for _, row := range hookstest.QueryRows(f.t, f.app, "SELECT id, iif(cancelled != '', 'undoable', status) FROM sessions") {
		var id, status string
		_, _ = fmt.Sscan(row, &id, &status)
		if was := f.finalStatus[id]; was != "" && was != status {
			r.Fatalf("a final session changed from %s to %s", was, status)
		}
		if status == sessions.Ended || status == sessions.Cancelled {
			f.finalStatus[id] = status
		}
	}
}

// checkSeries checks that each scheduled session of a series is in its rule, and that no two have the same slot.
func (f *sessionFixture) checkSeries(r *rapid.T) {
	var all []*sessions.Series
	if err := f.app.RecordQuery("series").All(&all); err != nil {
		f.t.Fatal(err)
	}
	for _, series := range all {
		times, err := series.Occurrences()
		if err != nil {
			r.Fatalf("invalid rule: %v", err)
		}
		rows, err := sessions.ListInSeries(f.app, series.Id, sessions.Scheduled)
		if err != nil {
			f.t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, row := range rows {
			at := row.GetDateTime("occurrence").Time()
			if !slices.ContainsFunc(times, at.Equal) || seen[record.FormatTime(at)] {
				r.Fatalf("got slot %s, want it exactly once in %s", at, series.Rule())
			}
			seen[record.FormatTime(at)] = true
		}
	}
}
