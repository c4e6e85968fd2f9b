package api_test

import (
	"encoding/csv"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"usher/hooks/hookstest"
)

func TestListAudit(t *testing.T) {
	w := newFixture(t)
	asked := w.invite("lucia@halation.example", "organizer")
	status, body := w.callAs("organizer", "POST", "/api/invitations/"+asked.ID+"/revoke", nil)
	assertRefused(t, status, body, 403, "base", "not_allowed")
	w.invite("bruno@halation.example")
	hookstest.Invite(t, w.App, w.accounts["other"], w.otherTeam, "lucia@halation.example")

	read := func(query string) []any {
		t.Helper()
		status, body := w.callAs("admin", "GET", w.path("/audit?%s", query), nil)
		requireOK(t, status, body)
		return body["items"].([]any)
	}
	items := read("person=lucia&kind=invitations&result=refused")
	if len(items) != 1 {
		t.Fatalf("%s, want 1", toJSON(items))
	}
	entry := items[0].(object)
	if _, err := time.Parse(time.RFC3339Nano, entry["at"].(string)); err != nil {
		t.Error(err)
	}
	entry["at"], entry["from"] = "time", "network"
	assertJSON(t, entry, fmt.Sprintf(`{"number":3,"at":"time","actor":{"id":"%s","name":"Orla"},"action":"invitation.revoke",
		"target":{"id":"%s","name":"lucia@halation.example"},"from":"network","result":"refused","code":"not_allowed","details":null,
		"sentence":"Orla tried to revoke the invitation of lucia@halation.example"}`, w.accounts["organizer"].Id, asked.ID))
	if items := read("person=lucia"); len(items) != 2 {
		t.Errorf("another team's entries: %s, want 2", toJSON(items))
	}
	today := time.Now().UTC().Format(time.DateOnly)
	for query, n := range map[string]int{"": 4, "from=" + today + "&to=" + today: 4, "to=2020-01-01": 0, "kind=team": 1, "kind=nonsense": 0,
		"from=" + url.QueryEscape(time.Now().Add(time.Hour).Format(time.RFC3339)): 0} {
		if items := read(query); len(items) != n {
			t.Errorf("%s: %d entries, want %d", query, len(items), n)
		}
	}

	_, body = w.callAs("admin", "GET", w.path("/audit?perPage=3"), nil)
	if body["next"] != 2.0 {
		t.Errorf("next is %v, want 2.0", body["next"])
	}
	_, body = w.callAs("admin", "GET", w.path("/audit?perPage=3&before=2"), nil)
	if items := body["items"].([]any); len(items) != 1 || body["next"] != nil {
		t.Errorf("the second page is %s, want 1 and nil", toJSON(body))
	}
	for query, key := range map[string]string{"from=yesterday": "from", "to=2026-13-40": "to", "before=x": "before", "perPage=many": "perPage"} {
		status, body := w.callAs("admin", "GET", w.path("/audit?%s", query), nil)
		code := "bad_date"
		if key == "before" || key == "perPage" {
			code = "bad_type"
		}
		assertRefused(t, status, body, 400, key, code)
	}
}

func TestVerifyAudit_ForgedEntry_IsFound(t *testing.T) {
	w := newFixture(t)
	w.newInvitation()
	_, body := w.callAs("owner", "GET", w.path("/audit/verify"), nil)
	assertJSON(t, body, `{"entries":2,"whole":true,"broken":null}`)
	w.exec("DROP TRIGGER audit_no_UPDATE", nil)
	w.exec("UPDATE audit SET target_name = 'somebody else' WHERE seq = 2 AND team = {:t}", object{"t": w.team.Id})
	_, body = w.callAs("owner", "GET", w.path("/audit/verify"), nil)
	assertJSON(t, body, `{"entries":1,"whole":false,"broken":2}`)
	for range 4 {
		w.callAs("owner", "GET", w.path("/audit/verify"), nil)
	}
	status, body := w.callAs("admin", "GET", w.path("/audit/verify"), nil)
	assertRefused(t, status, body, 429, "base", "too_many")
}

func TestExports_CSV_Permissions(t *testing.T) {
	w := newFixture(t)
	w.invite("lucia@halation.example", "organizer")
	for role, want := range map[string]int{"nobody": 401, "bad": 401, "stranger": 404, "guest": 403, "member": 403, "organizer": 403,
		"admin": 200, "owner": 200, "other": 404, "super": 401} {
		for _, path := range []string{"/users.csv?q=lucia", "/audit.csv?person=lucia"} {
			reply := w.sendAs(role, "GET", w.path("%s", path), "")
			if reply.Status != want {
				t.Errorf("%s as %s: %d, want %d", path, role, reply.Status, want)
			}
			if want != 200 {
				if strings.Contains(reply.Body, "lucia") || reply.Header.Get("Content-Disposition") != "" {
					t.Errorf("%s as %s: %s, want no %q", path, role, reply.Body, "lucia")
				}
				continue
			}
			rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(reply.Body, "\ufeff"))).ReadAll()
			if err != nil || len(rows) != 2 || !strings.Contains(strings.Join(rows[1], " "), "lucia@halation.example") {
				t.Errorf("%s: %q %v, want 2 and it with %q", path, rows, err, "lucia@halation.example")
			}
			name := "halation-post-" + path[1:strings.IndexByte(path, '.')] + "-" + time.Now().UTC().Format(time.DateOnly) + ".csv"
			if h := reply.Header; h.Get("Content-Disposition") != "attachment; filename="+name || h.Get("Content-Type") != "text/csv; charset=utf-8" ||
				h.Get("Cache-Control") != "private, no-store" {
				t.Errorf("%s: %v, want %v, %q and %q", path, h, "attachment; filename="+name, "text/csv; charset=utf-8", "private, no-store")
			}
		}
	}
	if reply := w.sendAs("admin", "GET", w.path("/audit.csv?from=x"), ""); reply.Status != 400 || reply.Header.Get("Content-Disposition") != "" {
		t.Errorf("%d %v, want 400 and none", reply.Status, reply.Header)
	}
}
