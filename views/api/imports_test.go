package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"usher/hooks/addresslist"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
)

// runImport waits for the end of an import that a program started.
func (w *fixture) runImport(body object) (id string) {
	w.t.Helper()
	status, answer := w.callAs("owner", "POST", w.path("/imports"), body)
	requireOK(w.t, status, answer)
	importer := invitations.NewImporter(w.App)
	for worked := true; worked; {
		var err error
		if worked, err = importer.Step(); err != nil {
			w.t.Fatal(err)
		}
	}
	return answer["id"].(string)
}

func importRows(n int) []object {
	all := make([]object, n)
	for i := range all {
		all[i] = object{"email": fmt.Sprintf("row%d@x.example", i), "name": fmt.Sprintf("Row %d", i)}
	}
	return all
}

func TestImports_ListAndReport(t *testing.T) {
	w := newFixture(t)
	id := w.runImport(object{"roles": []string{"organizer"}, "rows": append(importRows(210),
		object{"email": "=cmd|' /C calc'!A0", "name": "Eve"}, object{"email": "orla@halation.example"})})
	status, body := w.callAs("admin", "GET", w.path("/imports/%s", id), nil)
	requireOK(t, status, body)
	for _, key := range []string{"created", "started", "finished"} {
		if body[key] == "" || body[key] == nil {
			t.Errorf("got no %s in %s", key, toJSON(body))
		}
		delete(body, key)
	}
	assertJSON(t, body, `{"id":"`+id+`","status":"done","roles":["organizer"],"total":212,"done":212,"invited":210,"updated":0,"unchanged":1,"refused":1}`)
	status, body = w.callAs("owner", "GET", w.path("/imports"), nil)
	requireOK(t, status, body)
	if items := body["items"].([]any); len(items) != 1 || items[0].(object)["id"] != id {
		t.Errorf("%s, want 1 and %v", toJSON(body), id)
	}

	report := w.sendAs("owner", "GET", w.path("/imports/%s/report", id), "")
	lines := strings.Split(strings.TrimSpace(report.Body), "\r\n")
	if report.Status != 200 || !strings.HasPrefix(report.Header.Get("Content-Type"), "text/csv") || len(lines) != 213 {
		t.Fatalf("%d, %s, %d lines, want 200, it with %q and 213", report.Status, report.Header.Get("Content-Type"), len(lines), "text/csv")
	}
	if !strings.HasPrefix(report.Body, "\ufeffrow,sent,name,email,result,code,reason,delivery,delivery_reason,roles,tags\r\n1,row0@x.example,Row 0,row0@x.example,invited,,,not_sent,Email isn't set up on this server.,,\r\n") ||
		!strings.Contains(report.Body, "\r\n211,'=cmd|' /C calc'!A0,Eve,,refused,bad_email,") ||
		!strings.Contains(report.Body, "\r\n212,orla@halation.example,,orla@halation.example,unchanged,already_member,") {
		t.Errorf("%s … %s", report.Body[:200], lines[211:])
	}
}

func TestImports_InvalidList_IsRefusedAsAWhole(t *testing.T) {
	w := newFixture(t)
	id := w.runImport(object{"csv": "name;email\nIda;ida@x.example\nOle;ole@x.example\n"})
	status, body := w.callAs("owner", "GET", w.path("/imports/%s", id), nil)
	requireOK(t, status, body)
	if body["invited"] != 2.0 {
		t.Errorf("%s, want 2.0", toJSON(body))
	}
	for _, c := range []struct {
		body      object
		key, code string
	}{
		{object{}, "emails", "required"},
		{object{"rows": importRows(10_001)}, "emails", "too_many"},
		{object{"csv": "a@x.example", "rows": importRows(1)}, "csv", "bad_type"},
		{object{"csv": "\x00"}, "file", "bad_file"},
		{object{"rows": importRows(1), "roles": []string{"king"}}, "roles", "bad_role"},
		{object{"rows": importRows(1), "note": strings.Repeat("x", 501)}, "note", "too_long"},
	} {
		status, body := w.callAs("owner", "POST", w.path("/imports"), c.body)
		assertRefused(t, status, body, 400, c.key, c.code)
	}
	status, body = w.callAs("owner", "POST", w.path("/imports/%s/stop", id), nil)
	assertRefused(t, status, body, 400, "base", "import_over")
}

func TestImports_SampleFiles(t *testing.T) {
	for _, sample := range hookstest.SampleLists(t) {
		w := newFixture(t)
		w.runImport(object{"csv": sample.Text})
		var got []string
		for _, one := range sample.Want {
			i, err := invitations.FindPending(w.App, w.team.Id, addresslist.Parse(one).Address)
			if err != nil {
				t.Fatalf("%s: %s: %v", sample.Name, one, err)
			}
			got = append(got, addresslist.Format(invitations.Line{Name: i.GetString("name"), Address: i.Address()}))
		}
		if !slices.Equal(got, sample.Want) {
			t.Errorf("%s: %q, want %v", sample.Name, got, sample.Want)
		}
	}
}

func TestImports_ReportHowFileWasRead(t *testing.T) {
	w := newFixture(t)
	status, body := w.callAs("owner", "POST", w.path("/imports"), object{"csv": "City,Name,E-mail\nLisboa,Ana,ana@x.example\n,Rui,\n,Ana,ana@x.example\n"})
	requireOK(t, status, body)
	assertJSON(t, body["read"].(object), `{"addressColumn":"E-mail","nameColumns":["Name"],"unusedColumns":["City"],"withoutAddress":1,"duplicates":1,
		"notes":["Read column “E-mail” as the address and “Name” as the name.","Not used: “City”.","1 row has no address and is skipped: row 3.",
		"1 row repeats an address that is already in the list and is skipped."]}`)
	status, body = w.callAs("owner", "POST", w.path("/imports"), object{"rows": importRows(1)})
	if requireOK(t, status, body); body["read"] != nil {
		t.Errorf("%s, want nil", toJSON(body))
	}
}

func TestInvite_AddressFormats(t *testing.T) {
	w := newFixture(t)
	sent := []string{"\u200bana@x.example", "\"Silva, Eva\" <eva@x.example>", "a@x.example, b@x.example", "nobody"}
	status, body := w.callAs("owner", "POST", w.path("/invitations"), object{"emails": sent})
	requireOK(t, status, body)
	want := []string{"invited", "invited", "refused", "refused"}
	for n, one := range body["results"].([]any) {
		if one := one.(object); one["status"] != want[n] || one["email"] != sent[n] {
			t.Errorf("%s, want %v and %v", toJSON(one), want[n], sent[n])
		}
	}
	if i, err := invitations.FindPending(w.App, w.team.Id, "eva@x.example"); err != nil || i.GetString("name") != "Eva Silva" {
		t.Error(err)
	}
}

func TestImports_Permissions(t *testing.T) {
	w := newFixture(t)
	id := w.runImport(object{"rows": importRows(1)})
	for _, c := range []struct {
		method, path string
		body         any
		may          int
	}{
		{"POST", "/imports", object{"rows": importRows(1)}, 200},
		{"GET", "/imports", nil, 200},
		{"GET", "/imports/" + id, nil, 200},
		{"GET", "/imports/" + id + "/report", nil, 200},
		{"POST", "/imports/" + id + "/stop", nil, 400},
		{"GET", "/imports/unknown00000000", nil, 404},
		{"GET", "/imports/unknown00000000/report", nil, 404},
		{"POST", "/imports/unknown00000000/stop", nil, 404},
	} {
		for _, role := range roles {
			want := map[string]int{"nobody": 401, "bad": 401, "super": 401, "stranger": 404, "other": 404,
				"guest": 403, "member": 403, "organizer": 403}[role]
			if want == 0 {
				want = c.may
			}
			if body := toJSON(c.body); w.sendAs(role, c.method, w.path("%s", c.path), strings.ReplaceAll(body, "null", "{}")).Status != want {
				t.Errorf("%s %s as %s is not %d, want %v", c.method, c.path, role, want, want)
			}
		}
	}
	if status, _ := w.callAs("other", "GET", "/api/teams/"+w.otherTeam.Id+"/imports/"+id, nil); status != http.StatusNotFound {
		t.Errorf("another team's import: %d, want %v", status, http.StatusNotFound)
	}
}
