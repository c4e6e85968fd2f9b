package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/teams"
	"usher/hooks/tools/settings"
	"usher/views/viewstest"
)

// fixture is a served Usher with two teams and an account in every role.
type fixture struct {
	*viewstest.Server
	t         *testing.T
	team      *teams.Team // of every account but the other team's and the stranger's
	otherTeam *teams.Team // another team, in which member is an Admin
	accounts  map[string]*core.Record
	tokens    map[string]string
	counter   int

	browsers map[string]*viewstest.Browser // who has signed in on pages
	attempts []*attempt                    // what was tried
}

// roles are the columns of every table of routes.
var roles = []string{"nobody", "bad", "stranger", "guest", "member", "organizer", "admin", "owner", "other", "super"}

func newFixture(t *testing.T) *fixture { return newFixtureWith(t, hookstest.Config()) }

func newFixtureWith(t *testing.T, config settings.Config) *fixture {
	t.Helper()
	w := &fixture{Server: viewstest.Serve(t, config), t: t, tokens: map[string]string{"nobody": "", "bad": "eyJhbGciOiJIUzI1NiJ9.e30.x"}}
	owner, other := hookstest.Account(t, w.App, "olga@halation.example"), hookstest.Account(t, w.App, "otto@other.example")
	w.team = hookstest.Team(t, w.App, owner, "Halation Post", "free")
	w.otherTeam = hookstest.Team(t, w.App, other, "Other Works", "free")
	w.setPlan("unlimited")
	w.accounts = map[string]*core.Record{
		"owner": owner, "other": other,
		"stranger":  hookstest.Account(t, w.App, "stefan@nowhere.example"),
		"guest":     hookstest.Guest(t, w.App, w.team, "gita@guest.example"),
		"member":    hookstest.Member(t, w.App, w.team, "mina@halation.example"),
		"organizer": hookstest.Member(t, w.App, w.team, "orla@halation.example", "organizer"),
		"admin":     hookstest.Member(t, w.App, w.team, "ada@halation.example", "admin"),
		"super":     newSuperuser(t, w.App),
	}
	for role, account := range w.accounts {
		w.tokens[role] = w.Token(account)
	}
	return w
}

func newSuperuser(t *testing.T, app core.App) *core.Record {
	t.Helper()
	collection, err := app.FindCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		t.Fatal(err)
	}
	account := core.NewRecord(collection)
	account.SetEmail("root@usher.test")
	account.SetPassword(hookstest.Password)
	if err := app.Save(account); err != nil {
		t.Fatal(err)
	}
	return account
}

// setPlan puts both teams on the plan with that key.
func (w *fixture) setPlan(key string) {
	w.t.Helper()
	plan, err := w.App.FindFirstRecordByData("plans", "key", key)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, id := range []string{w.team.Id, w.otherTeam.Id} {
		team, err := w.App.FindRecordById("teams", id)
		if err != nil {
			w.t.Fatal(err)
		}
		team.Set("plan", plan.Id)
		if err := w.App.Save(team); err != nil {
			w.t.Fatal(err)
		}
	}
}

// callAs sends a request as the account in that role.
func (w *fixture) callAs(role, method, path string, body any) (int, map[string]any) {
	w.t.Helper()
	return w.Call(w.tokens[role], method, path, body)
}

// sendAs sends a body as it stands.
func (w *fixture) sendAs(role, method, path, body string) viewstest.Reply {
	w.t.Helper()
	request, err := http.NewRequest(method, w.URL+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if w.tokens[role] != "" {
		request.Header.Set("Authorization", w.tokens[role])
	}
	return w.Anonymous().Send(request)
}

// path puts the id of the team into an address.
func (w *fixture) path(format string, args ...any) string {
	return "/api/teams/" + w.team.Id + fmt.Sprintf(format, args...)
}

// newMember adds a new account to the team.
func (w *fixture) newMember(roles ...string) *core.Record {
	w.t.Helper()
	w.counter++
	return hookstest.Member(w.t, w.App, w.team, fmt.Sprintf("new%d@halation.example", w.counter), roles...)
}

// newInvitation invites a new address as the Owner.
func (w *fixture) newInvitation(roles ...string) invitations.Result {
	w.t.Helper()
	w.counter++
	return w.invite(fmt.Sprintf("asked%d@halation.example", w.counter), roles...)
}

func (w *fixture) invite(email string, roles ...string) invitations.Result {
	w.t.Helper()
	w.App.Store().Remove("usher.limits.invite")
	result := hookstest.Invite(w.t, w.App, w.accounts["owner"], w.team, email, roles...)
	if result.Status != invitations.Invited {
		w.t.Fatalf("invite %s: %+v, want %v", email, result, invitations.Invited)
	}
	return result
}

// newAccount makes an account that is in no team, with its token under its address.
func (w *fixture) newAccount(email string) *core.Record {
	w.t.Helper()
	account := hookstest.Account(w.t, w.App, email)
	w.tokens[email] = w.Token(account)
	return account
}

// newUnverifiedAccount makes an account whose address isn't confirmed, with its token under its address.
func (w *fixture) newUnverifiedAccount(email string) *core.Record {
	w.t.Helper()
	account, err := accounts.New(w.App, accounts.Params{Email: email, Name: "Unproven", Password: hookstest.Password})
	if err == nil {
		err = w.App.Save(account)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.tokens[email] = w.Token(account)
	return account
}

// exec runs a statement past all rules, to make what only time makes.
func (w *fixture) exec(statement string, params map[string]any) {
	w.t.Helper()
	if _, err := w.App.NonconcurrentDB().NewQuery(statement).Bind(params).Execute(); err != nil {
		w.t.Fatal(err)
	}
}

func tokenOf(link string) string { return link[strings.LastIndexByte(link, '/')+1:] }

// assertRefused checks a refusal's status, and its code under its key.
func assertRefused(t *testing.T, status int, body map[string]any, want int, key, code string) {
	t.Helper()
	data, _ := body["data"].(map[string]any)
	item, _ := data[key].(map[string]any)
	message, _ := item["message"].(string)
	if status != want || item["code"] != code || message == "" || body["status"] != float64(want) || body["message"] == "" {
		t.Errorf("%d %s, want %d with data.%s.code %s", status, toJSON(body), want, key, code)
	}
	if got := sortedKeys(body); !slices.Equal(got, []string{"data", "message", "status"}) {
		t.Errorf("a refusal has the keys %v", got)
	}
}

func requireOK(t *testing.T, status int, body map[string]any) {
	t.Helper()
	if status != 200 {
		t.Fatalf("%d %s, want 200", status, toJSON(body))
	}
}

func sortedKeys(object map[string]any) []string {
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func toJSON(body any) string {
	data, _ := json.Marshal(body)
	return string(data)
}

// assertJSON compares an answer with the JSON that it should be.
func assertJSON(t *testing.T, got any, want string) {
	t.Helper()
	var object any
	if err := json.Unmarshal([]byte(want), &object); err != nil {
		t.Fatal(err)
	}
	if toJSON(got) != toJSON(object) {
		t.Errorf("got  %s\nwant %s", toJSON(got), toJSON(object))
	}
}
