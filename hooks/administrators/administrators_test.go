package administrators_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/hookstest"
	"usher/hooks/plans"
	"usher/views/viewstest"
)

type fixture struct {
	*testing.T
	server *viewstest.Server
	token  string
	team   string
	owner  *core.Record
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	server := viewstest.Serve(t, hookstest.Config())
	collection, err := server.App.FindCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		t.Fatal(err)
	}
	superuser := core.NewRecord(collection)
	superuser.SetEmail("operator@usher.test")
	superuser.SetPassword("correct horse battery")
	if err := server.App.Save(superuser); err != nil {
		t.Fatal(err)
	}
	owner := hookstest.Account(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "free")
	return &fixture{t, server, server.Token(superuser), team.Id, owner}
}

func (o *fixture) call(want int, method, path string, body any) map[string]any {
	o.Helper()
	status, answer := o.server.Call(o.token, method, path, body)
	if status != want {
		o.Fatalf("%s %s: %d %v, want %v", method, path, status, answer, want)
	}
	return answer
}

// newestEntry is the newest entry of a team's log, as it reads with its notes.
func (o *fixture) newestEntry(team string) (audit.Row, string) {
	o.Helper()
	var rows []audit.Row
	err := o.server.App.DB().NewQuery("SELECT team, seq, previous, actor, actor_name, address, action, target, target_name, detail, result, at, hash " +
		"FROM audit WHERE team = {:team} ORDER BY seq DESC LIMIT 1").Bind(dbx.Params{"team": team}).All(&rows)
	if err != nil || len(rows) == 0 {
		o.Fatalf("no entry: %v, want some", err)
	}
	text := rows[0].Sentence().String()
	for _, note := range rows[0].Notes(time.UTC) {
		text += fmt.Sprintf("; %s: %s", note.Label, note.Value)
	}
	return rows[0], text
}

func (o *fixture) assertNewest(team, action, result string, parts ...string) {
	o.Helper()
	row, text := o.newestEntry(team)
	if row.Action != action || row.Result != result || row.ActorName != audit.Administrator {
		o.Errorf("%s by %q: %s, want %s: %s", row.Action, row.ActorName, row.Result, action, result)
	}
	for _, part := range parts {
		if !strings.Contains(text, part) {
			o.Errorf("%q is missing in %q, want it to contain %q", part, text, part)
		}
	}
	if strings.Contains(row.Detail, "hash") && strings.Contains(row.Detail, "$2") {
		o.Errorf("a hash in %s", row.Detail)
	}
}

func (o *fixture) recordID(collection, column, value string) string {
	o.Helper()
	r, err := o.server.App.FindFirstRecordByData(collection, column, value)
	if err != nil {
		o.Fatal(err)
	}
	return r.Id
}

func recordPath(collection, id string) string {
	return "/api/collections/" + collection + "/records/" + id
}

func TestSuperuser_TeamChange_IsLogged(t *testing.T) {
	o := newFixture(t)
	pro, err := plans.Find(o.server.App, "pro")
	if err != nil {
		t.Fatal(err)
	}
	o.call(200, "PATCH", recordPath("teams", o.team), map[string]any{"plan": pro.Id})
	o.assertNewest(o.team, "team.plan", "ok", "Server administrator changed the plan or seats of Halation Post", "Plan: Free → Pro", "Organizer seats: 3 → 25", "Via: dashboard")

	o.call(200, "PATCH", recordPath("teams", o.team), map[string]any{"description": "We edit films."})
	o.assertNewest(o.team, "team.update", "ok", "Description: none → We edit films.")

	o.call(200, "PATCH", recordPath("plans", pro.Id), map[string]any{"organizer_seats": 30})
	o.assertNewest(o.team, "plan.update", "ok", "changed the plan Pro", "Organizer seats: 25 → 30")

	o.call(200, "PATCH", recordPath("teams", o.team), map[string]any{"licences": -1})
	o.assertNewest(o.team, "team.plan", "ok", "Licences: 5 → unlimited")

	lucia := hookstest.Account(t, o.server.App, "lucia@halation.example")
	created := o.call(200, "POST", "/api/collections/memberships/records", map[string]any{"team": o.team, "user": lucia.Id, "kind": "member"})
	o.assertNewest(o.team, "member.add", "ok", "as a member")
	membership := created["id"].(string)
	o.call(200, "PATCH", recordPath("memberships", membership), map[string]any{"organizer": true})
	o.assertNewest(o.team, "member.roles", "ok", "to Organizer", "Organizer: no → yes")
	o.call(200, "PATCH", recordPath("users", lucia.Id), map[string]any{"email": "lucia@new.example", "password": "violet tundra cabbage orbit", "passwordConfirm": "violet tundra cabbage orbit"})
	for _, team := range []string{o.team, ""} {
		o.assertNewest(team, "account.change", "ok", "Email: lucia@halation.example → lucia@new.example", "Password: changed")
	}
	o.call(204, "DELETE", recordPath("memberships", membership), nil)
	o.assertNewest(o.team, "member.remove", "ok", "removed ")

	panel := o.server.As(o.owner)
	for _, path := range []string{"/admin/" + o.team + "/audit?person=Server+administrator", "/admin/" + o.team + "/audit/export?person=Server+administrator"} {
		if page := panel.Get(path); page.Status != 200 || !strings.Contains(page.Body, "Server administrator") || !strings.Contains(page.Body, "Free → Pro") {
			t.Errorf("%s: %d, want 200, it with %q and it with %q", path, page.Status, "Server administrator", "Free → Pro")
		}
	}
	if status, answer := o.server.Call(o.server.Token(o.owner), "GET", "/api/teams/"+o.team+"/audit?person=server+admin", nil); status != 200 ||
		!strings.Contains(fmt.Sprint(answer), "Server administrator") {
		t.Errorf("the API: %d %v, want 200 and it with %q", status, answer, "Server administrator")
	}
	chains, err := audit.VerifyAll(o.server.App)
	for _, chain := range chains {
		if chain.Broken != nil {
			t.Error(chain.Broken)
		}
	}
	if err != nil {
		t.Error(err)
	}
}

func TestSuperuser_RefusedChange_IsLogged(t *testing.T) {
	o := newFixture(t)
	owner := o.recordID("memberships", "user", o.owner.Id)
	before := hookstest.Count(t, o.server.App, "memberships")
	status, _ := o.server.Call(o.token, "DELETE", recordPath("memberships", owner), nil)
	if status == http.StatusNoContent || hookstest.Count(t, o.server.App, "memberships") != before {
		t.Fatalf("the owner is gone: %d, want anything but %v and %v", status, http.StatusNoContent, before)
	}
	o.assertNewest(o.team, "member.remove", "last_owner", "tried to remove")

	o.call(http.StatusBadRequest, "POST", "/api/collections/teams/records", map[string]any{"name": ""})
	row, text := o.newestEntry("")
	if row.Action != "team.found" || row.Result == "ok" || !strings.Contains(text, "Server administrator tried to create a team") {
		t.Errorf("a team that was refused: %s (%s)", text, row.Result)
	}
}

// The entry and the change are one transaction: when the entry can't be written, nothing is changed.
func TestSuperuser_AuditWriteFails_ChangesNothing(t *testing.T) {
	o := newFixture(t)
	hookstest.Exec(t, o.server.App, "CREATE TRIGGER no_audit BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END", nil)
	if status, _ := o.server.Call(o.token, "PATCH", recordPath("teams", o.team), map[string]any{"name": "Kestrel"}); status < 400 {
		t.Errorf("%d, want at least 400", status)
	}
	if name := hookstest.FindRecord(t, o.server.App, "teams", o.team).GetString("name"); name != "Halation Post" {
		t.Errorf("the team is called %s, want %q", name, "Halation Post")
	}
}

func TestSuperuser_ServerRequest_IsLoggedWithoutTeam(t *testing.T) {
	o := newFixture(t)
	o.call(200, "POST", "/api/sql", map[string]any{"query": "SELECT 'hidden words'"})
	o.assertNewest("", "server.request", "ok", "Server administrator changed the server: POST /api/sql")
	if row, _ := o.newestEntry(""); strings.Contains(row.Detail, "hidden words") {
		t.Errorf("the query is in the log: %s, want no %q", row.Detail, "hidden words")
	}
	o.call(200, "POST", "/api/collections/users/impersonate/"+o.owner.Id, map[string]any{"duration": 60})
	o.assertNewest(o.team, "account.impersonate", "ok", "got access to the account of")
	o.call(200, "GET", "/api/collections/teams/records", nil)
	o.assertNewest("", "account.impersonate", "ok")
}

func TestSuperuser_CreatedOnCommandLine_IsLogged(t *testing.T) {
	o := newFixture(t)
	o.assertNewest("", "superuser.create", "ok", "Server administrator added the server administrator operator@usher.test", "Via: command line")
}

func TestUser_OwnChange_IsNotLoggedAsAdministrator(t *testing.T) {
	o := newFixture(t)
	before := hookstest.Count(t, o.server.App, "audit")
	status, answer := o.server.Call(o.server.Token(o.owner), "PATCH", recordPath("users", o.owner.Id), map[string]any{"name": "Marta O."})
	if status != 200 {
		t.Fatalf("%d %v, want 200", status, answer)
	}
	if after := hookstest.Count(t, o.server.App, "audit", dbx.HashExp{"actor_name": audit.Administrator}); after != 1 || before < 1 {
		t.Errorf("%d entries of the administrator, want 1 and at least 1", after)
	}
}

// The dashboard shows the message of the response, and the sentences of a field beside it.
func TestSuperuser_Refusal_SaysWhy(t *testing.T) {
	o := newFixture(t)
	free := recordPath("plans", o.recordID("plans", "key", "free"))
	answer := o.call(400, "DELETE", free, nil)
	if got, want := answer["message"], "1 team has this plan. Retire it instead: teams keep it, and it's no longer offered."; got != want {
		t.Errorf("a deletion: got %q, want %q", got, want)
	}
	o.assertNewest(o.team, "plan.delete", "plan_in_use")
	answer = o.call(400, "PATCH", free, map[string]any{"key": "basic"})
	if got := fmt.Sprint(answer["data"]); !strings.Contains(got, "New teams get this plan") {
		t.Errorf("a change: got %q, want the sentence at its field", got)
	}
}
