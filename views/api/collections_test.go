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
	return strings.NewReader(text(body))
}

// items lists the values of a field that somebody sees in a collection.
func (w *world) items(role, collection, field, filter string) []string {
	w.t.Helper()
	status, body := w.as(role, "GET", "/api/collections/"+collection+"/records?perPage=200&filter="+url.QueryEscape(filter), nil)
	if status != 200 {
		w.t.Fatalf("%s lists %s: %d %s", role, collection, status, text(body))
	}
	values := []string{}
	for _, item := range body["items"].([]any) {
		value, _ := item.(object)[field].(string)
		values = append(values, value)
	}
	slices.Sort(values)
	return values
}

// TestWhoReadsWhatUnderTheRules has an Admin of one team who is a plain member of the other.
func TestWhoReadsWhatUnderTheRules(t *testing.T) {
	w := newWorld(t)
	both := w.people["admin"]
	if err := w.App.RunInTransaction(func(tx core.App) error {
		return members.Grant(tx, w.other.Id, both.Id, rolesOf(t))
	}); err != nil {
		t.Fatal(err)
	}
	w.inviting("lucia@halation.example")
	hookstest.Invite(t, w.App, w.people["other"], w.other, "secret@other.example")

	team, other := w.team.Id, w.other.Id
	everybody := []string{}
	for _, role := range []string{"guest", "member", "organizer", "admin", "owner"} {
		everybody = append(everybody, w.people[role].Id)
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
		{"guest", []string{team}, []string{w.people["guest"].Id}, nil},
		{"member", []string{team}, []string{w.people["member"].Id}, nil},
		{"organizer", []string{team}, []string{w.people["organizer"].Id}, nil},
		{"admin", []string{team, other}, append([]string{both.Id}, everybody...), []string{"lucia@halation.example"}},
		{"owner", []string{team}, everybody, []string{"lucia@halation.example"}},
		{"other", []string{other}, []string{w.people["other"].Id, both.Id}, []string{"secret@other.example"}},
	} {
		for _, list := range []struct {
			collection, field string
			want              []string
		}{{"teams", "id", c.teams}, {"memberships", "user", c.users}, {"invitations", "email", c.invitations}} {
			want := append([]string{}, list.want...)
			slices.Sort(want)
			if got := w.items(c.role, list.collection, list.field, ""); !slices.Equal(got, want) {
				t.Errorf("%s sees the %s %v, want %v", c.role, list.collection, got, want)
			}
		}
	}
	// What is not seen cannot be asked for round about either.
	for _, filter := range []string{
		`team.invitations_via_team.email ~ 'secret'`, `team.memberships_via_team.user.name = 'Otto'`,
		`team.memberships_via_team.user = '` + w.people["other"].Id + `'`,
	} {
		if got := w.items("admin", "memberships", "team", filter+" && team = '"+other+"'"); len(got) != 0 {
			t.Errorf("%s tells an Admin of one team about the other: %v", filter, got)
		}
	}
	for _, expand := range []string{"team.invitations_via_team", "team.memberships_via_team.user"} {
		_, body := w.as("member", "GET", "/api/collections/memberships/records?expand="+expand, nil)
		if shown := text(body); strings.Contains(shown, "lucia@") || strings.Contains(shown, w.people["owner"].Id) {
			t.Errorf("expand=%s shows a plain member %s", expand, shown)
		}
	}
}

func TestHiddenFieldsAreNeitherShownNorAskedFor(t *testing.T) {
	w := newWorld(t)
	open := w.inviting("lucia@halation.example")
	for _, role := range []string{"owner", "admin"} {
		status, body := w.as(role, "GET", "/api/collections/invitations/records/"+open.ID+"?fields=*,token_hash,shown", nil)
		done(t, status, body)
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
			status, body := w.as(role, "GET", "/api/collections/invitations/records?"+query, nil)
			if items, _ := body["items"].([]any); status == 200 && len(items) > 0 {
				t.Errorf("%s asks %s: %d %s", role, query, status, text(body))
			}
		}
		if status, _ := w.as(role, "GET", "/api/collections/invitations/records?filter="+url.QueryEscape("token_hash~'a'"), nil); status != 400 {
			t.Errorf("%s filters by token_hash: %d", role, status)
		}
	}
}

func TestOnlyActionsWrite(t *testing.T) {
	w := newWorld(t)
	open := w.inviting("lucia@halation.example")
	membership, err := members.Find(w.App, w.team.Id, w.people["member"].Id)
	if err != nil {
		t.Fatal(err)
	}
	w.session(sessions.Form{Rule: "FREQ=DAILY;COUNT=2", Guests: []string{"gita@guest.example", "mina@halation.example"}, Room: w.room("Stage")})
	if err := sessions.NewFeed(w.App, hookstest.Actor(t, w.App, w.people["member"], w.team)); err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{"teams": w.team.Id, "memberships": membership.Id, "invitations": open.ID, "users": w.people["guest"].Id}
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
				status, body := w.as(role, call.method, call.path, object{"admin": true, "name": "Changed", "team": w.team.Id, "user": w.people["guest"].Id,
					"title": "Changed", "state": "admitted", "part": "host", "status": "ended", "token_hash": "x", "entry": "anyone", "slug": "changed",
					"kind": "member", "email": "x@halation.example", "password": hookstest.Password, "passwordConfirm": hookstest.Password})
				if status != 400 && status != 401 && status != 403 && status != 404 {
					t.Errorf("%s %s %s: %d %s", role, call.method, call.path, status, text(body))
				}
			}
		}
	}
	if len(before) < 1000 {
		t.Fatal("there is nothing to change:", before)
	}
	if after := snapshot(t, w); after != before {
		t.Errorf("before %s\nafter  %s", before, after)
	}
}

func firstID(w *world, collection *core.Collection) string {
	record := &core.Record{}
	if err := w.App.RecordQuery(collection).Limit(1).One(record); err != nil {
		return "aaaaaaaaaaaaaaa"
	}
	return record.Id
}

// snapshot is every row that people change through actions only.
func snapshot(t *testing.T, w *world) string {
	t.Helper()
	rows := []any{}
	for _, name := range []string{"users", "teams", "memberships", "invitations", "retired_links", "logins", "plans", "audit", "_superusers",
		"rooms", "room_links", "series", "sessions", "participants", "personal_links", "personal_codes", "feeds", "attendances", "session_reports", "departures", "imports", "tags"} {
		records, err := w.App.FindAllRecords(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			rows = append(rows, r.FieldsData())
		}
	}
	return text(rows)
}

func TestAPersonChangesTheNameOnly(t *testing.T) {
	w := newWorld(t)
	mina := w.people["member"]
	path := "/api/collections/users/records/" + mina.Id
	for _, body := range []object{
		{"email": "mina@evil.example"}, {"verified": false}, {"emailVisibility": true},
		{"password": "another long password", "passwordConfirm": "another long password", "oldPassword": hookstest.Password},
		{"password": "another long password", "passwordConfirm": "another long password"},
		{"tokenKey": strings.Repeat("k", 50)},
	} {
		body["name"] = "Mallory"
		status, answer := w.as("member", "PATCH", path, body)
		now, err := w.App.FindRecordById("users", mina.Id)
		if err != nil {
			t.Fatal(err)
		}
		if now.Email() != mina.Email() || !now.Verified() || now.EmailVisibility() || !now.ValidatePassword(hookstest.Password) || now.TokenKey() != mina.TokenKey() {
			t.Errorf("%s: %d %s changed the account", text(body), status, text(answer))
		}
		if _, ok := body["tokenKey"]; !ok && (status != 404 || now.GetString("name") != "Mina") {
			t.Errorf("%s: %d %s", text(body), status, text(answer))
		}
	}
	status, body := w.as("member", "PATCH", path, object{"name": "Mina  Bauer"})
	done(t, status, body)
	if body["name"] != "Mina Bauer" {
		t.Error(text(body))
	}
	status, body = w.as("member", "PATCH", path, object{"name": "See http://evil.example"})
	refused(t, status, body, 400, "name", "bad_text")
	if got := w.items("member", "users", "id", ""); !slices.Equal(got, []string{mina.Id}) {
		t.Errorf("a member sees the accounts %v", got)
	}
	for _, role := range []string{"nobody", "stranger", "admin", "owner"} {
		if status, body := w.as(role, "GET", path, nil); status != 404 {
			t.Errorf("%s reads an account: %d %s", role, status, text(body))
		}
		if status, body := w.as(role, "PATCH", path, object{"name": "Mallory"}); status != 404 {
			t.Errorf("%s changes an account: %d %s", role, status, text(body))
		}
	}
}
