package api_test

import (
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/hooks/sessions"
)

func jsonBody(t *testing.T, body object) io.Reader {
	t.Helper()
	return strings.NewReader(toJSON(body))
}

// listValues lists the values of a field that a reader sees in a collection.
func (w *fixture) listValues(role, collection, field, filter string) []string {
	w.t.Helper()
	status, body := w.callAs(role, "GET", "/api/collections/"+collection+"/records?perPage=200&filter="+url.QueryEscape(filter), nil)
	if status != 200 {
		w.t.Fatalf("%s lists %s: %d %s, want 200", role, collection, status, toJSON(body))
	}
	values := []string{}
	for _, item := range body["items"].([]any) {
		value, _ := item.(object)[field].(string)
		values = append(values, value)
	}
	slices.Sort(values)
	return values
}

// TestRules_Visibility has an Admin of one team who is a plain member of the other.
func TestRules_Visibility(t *testing.T) {
	w := newFixture(t)
	both := w.accounts["admin"]
	if err := w.App.RunInTransaction(func(tx core.App) error {
		return members.Grant(tx, w.otherTeam.Id, both.Id, parseRoles(t))
	}); err != nil {
		t.Fatal(err)
	}
	w.invite("lucia@halation.example")
	hookstest.Invite(t, w.App, w.accounts["other"], w.otherTeam, "secret@other.example")

	team, other := w.team.Id, w.otherTeam.Id
	everybody := []string{}
	for _, role := range []string{"guest", "member", "organizer", "admin", "owner"} {
		everybody = append(everybody, w.accounts[role].Id)
	}
	slices.Sort(everybody)
	for _, c := range []struct {
		role        string
		teams       []string
		users       []string // of the memberships that are seen
		invitations []string
	}{
		{"nobody", nil, nil, nil},
		{"stranger", nil, nil, nil},
		{"guest", []string{team}, []string{w.accounts["guest"].Id}, nil},
		{"member", []string{team}, []string{w.accounts["member"].Id}, nil},
		{"organizer", []string{team}, []string{w.accounts["organizer"].Id}, nil},
		{"admin", []string{team, other}, append([]string{both.Id}, everybody...), []string{"lucia@halation.example"}},
		{"owner", []string{team}, everybody, []string{"lucia@halation.example"}},
		{"other", []string{other}, []string{w.accounts["other"].Id, both.Id}, []string{"secret@other.example"}},
	} {
		for _, list := range []struct {
			collection, field string
			want              []string
		}{{"teams", "id", c.teams}, {"memberships", "user", c.users}, {"invitations", "email", c.invitations}} {
			want := append([]string{}, list.want...)
			slices.Sort(want)
			if got := w.listValues(c.role, list.collection, list.field, ""); !slices.Equal(got, want) {
				t.Errorf("%s sees the %s %v, want %v", c.role, list.collection, got, want)
			}
		}
	}
	// What is not seen cannot be asked for round about either.
	for _, filter := range []string{
		`team.invitations_via_team.email ~ 'secret'`, `team.memberships_via_team.user.name = 'Otto'`,
		`team.memberships_via_team.user = '` + w.accounts["other"].Id + `'`,
	} {
		if got := w.listValues("admin", "memberships", "team", filter+" && team = '"+other+"'"); len(got) != 0 {
			t.Errorf("%s tells an Admin of one team about the other: %v, want 0", filter, got)
		}
	}
	for _, expand := range []string{"team.invitations_via_team", "team.memberships_via_team.user"} {
		_, body := w.callAs("member", "GET", "/api/collections/memberships/records?expand="+expand, nil)
		if shown := toJSON(body); strings.Contains(shown, "lucia@") || strings.Contains(shown, w.accounts["owner"].Id) {
			t.Errorf("expand=%s shows a plain member %s, want no %q or %q", expand, shown, "lucia@", w.accounts["owner"].Id)
		}
	}
}

func TestHiddenFields_CannotBeReadOrFiltered(t *testing.T) {
	w := newFixture(t)
	open := w.invite("lucia@halation.example")
	for _, role := range []string{"owner", "admin"} {
		status, body := w.callAs(role, "GET", "/api/collections/invitations/records/"+open.ID+"?fields=*,token_hash,shown", nil)
		requireOK(t, status, body)
		for _, hidden := range []string{"token_hash", "shown"} {
			if _, ok := body[hidden]; ok {
				t.Errorf("%s sees %s", role, hidden)
			}
		}
		for _, query := range []string{
			"filter=" + url.QueryEscape("token_hash~'a'"), "filter=shown=true", "sort=token_hash",
			"filter=" + url.QueryEscape("retired_links_via_invitation.token_hash~'a'"),
			"filter=" + url.QueryEscape("inviter.tokenKey~'a'"), "filter=" + url.QueryEscape("inviter.logins_via_user.agent~'a'"),
		} {
			status, body := w.callAs(role, "GET", "/api/collections/invitations/records?"+query, nil)
			if items, _ := body["items"].([]any); status == 200 && len(items) > 0 {
				t.Errorf("%s asks %s: %d %s", role, query, status, toJSON(body))
			}
		}
		if status, _ := w.callAs(role, "GET", "/api/collections/invitations/records?filter="+url.QueryEscape("token_hash~'a'"), nil); status != 400 {
			t.Errorf("%s filters by token_hash: %d, want 400", role, status)
		}
	}
}

func TestCollections_DirectWrites_AreRefused(t *testing.T) {
	w := newFixture(t)
	open := w.invite("lucia@halation.example")
	membership, err := members.Find(w.App, w.team.Id, w.accounts["member"].Id)
	if err != nil {
		t.Fatal(err)
	}
	w.newSession(sessions.Form{Rule: "FREQ=DAILY;COUNT=2", Guests: []string{"gita@guest.example", "mina@halation.example"}, Room: w.newRoom("Stage")})
	if err := sessions.ResetFeed(w.App, hookstest.Actor(t, w.App, w.accounts["member"], w.team)); err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{"teams": w.team.Id, "memberships": membership.Id, "invitations": open.ID, "users": w.accounts["guest"].Id}
	collections, err := w.App.FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, w)
	for _, collection := range collections {
		id := rows[collection.Name]
		if id == "" {
			id = firstID(w, collection)
		}
		path := "/api/collections/" + collection.Name + "/records"
		for _, role := range roles[:len(roles)-1] {
			for _, call := range []struct{ method, path string }{{"POST", path}, {"PATCH", path + "/" + id}, {"DELETE", path + "/" + id}} {
				if collection.Name == "users" && call.method == "PATCH" && role == "guest" {
					continue // his own
				}
				status, body := w.callAs(role, call.method, call.path, object{"admin": true, "name": "Changed", "team": w.team.Id, "user": w.accounts["guest"].Id,
					"title": "Changed", "state": "admitted", "part": "host", "status": "ended", "token_hash": "x", "entry": "anyone", "slug": "changed",
					"kind": "member", "email": "x@halation.example", "password": hookstest.Password, "passwordConfirm": hookstest.Password})
				if status != 400 && status != 401 && status != 403 && status != 404 {
					t.Errorf("%s %s %s: %d %s", role, call.method, call.path, status, toJSON(body))
				}
			}
		}
	}
	if len(before) < 1000 {
		t.Fatal("there is nothing to change:", before)
	}
	if after := snapshot(t, w); after != before {
		t.Errorf("before %s\nafter  %s, want %v", before, after, before)
	}
}

func firstID(w *fixture, collection *core.Collection) string {
	record := &core.Record{}
	if err := w.App.RecordQuery(collection).Limit(1).One(record); err != nil {
		return "aaaaaaaaaaaaaaa"
	}
	return record.Id
}

// snapshot is every row that people change through actions only.
func snapshot(t *testing.T, w *fixture) string {
	t.Helper()
	rows := []any{}
	for _, name := range []string{"users", "teams", "memberships", "invitations", "retired_links", "logins", "plans", "audit", "_superusers",
		"rooms", "room_links", "team_slugs", "series", "sessions", "participants", "personal_links", "personal_codes", "feeds", "attendances", "session_reports", "departures", "imports", "tags", "recordings"} {
		records, err := w.App.FindAllRecords(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			rows = append(rows, r.FieldsData())
		}
	}
	return toJSON(rows)
}

func TestUsersCollection_OnlyNameCanBeChanged(t *testing.T) {
	w := newFixture(t)
	mina := w.accounts["member"]
	path := "/api/collections/users/records/" + mina.Id
	for _, body := range []object{
		{"email": "mina@evil.example"}, {"verified": false}, {"emailVisibility": true},
		{"password": "another long password", "passwordConfirm": "another long password", "oldPassword": hookstest.Password},
		{"password": "another long password", "passwordConfirm": "another long password"},
		{"tokenKey": strings.Repeat("k", 50)},
	} {
		body["name"] = "Mallory"
		status, answer := w.callAs("member", "PATCH", path, body)
		now, err := w.App.FindRecordById("users", mina.Id)
		if err != nil {
			t.Fatal(err)
		}
		if now.Email() != mina.Email() || !now.Verified() || now.EmailVisibility() || !now.ValidatePassword(hookstest.Password) || now.TokenKey() != mina.TokenKey() {
			t.Errorf("%s: %d %s changed the account", toJSON(body), status, toJSON(answer))
		}
		if _, ok := body["tokenKey"]; !ok && (status != 404 || now.GetString("name") != "Mina") {
			t.Errorf("%s: %d %s", toJSON(body), status, toJSON(answer))
		}
	}
	status, body := w.callAs("member", "PATCH", path, object{"name": "Mina  Bauer"})
	requireOK(t, status, body)
	if body["name"] != "Mina Bauer" {
		t.Error(toJSON(body))
	}
	status, body = w.callAs("member", "PATCH", path, object{"name": "See http://evil.example"})
	assertRefused(t, status, body, 400, "name", "bad_text")
	if got := w.listValues("member", "users", "id", ""); !slices.Equal(got, []string{mina.Id}) {
		t.Errorf("a member sees the accounts %v", got)
	}
	for _, role := range []string{"nobody", "stranger", "admin", "owner"} {
		if status, body := w.callAs(role, "GET", path, nil); status != 404 {
			t.Errorf("%s reads an account: %d %s, want 404", role, status, toJSON(body))
		}
		if status, body := w.callAs(role, "PATCH", path, object{"name": "Mallory"}); status != 404 {
			t.Errorf("%s changes an account: %d %s, want 404", role, status, toJSON(body))
		}
	}
}
