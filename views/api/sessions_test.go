package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
)

// dayAt is a time some days from now, in UTC.
func dayAt(days, hour int) time.Time {
	return time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, days).Add(time.Duration(hour) * time.Hour)
}

// newSession is one that the Organizer holds.
func (w *fixture) newSession(form sessions.Form) *sessions.Session {
	w.t.Helper()
	return hookstest.ScheduleSession(w.t, w.App, w.accounts["organizer"], w.team, form)
}

func TestSessions_Permissions(t *testing.T) {
	w := newFixture(t)
	w.setPlan("pro")
	starts := object{"starts": dayAt(2, 9).Format(time.RFC3339)}
	for _, c := range []struct {
		method, action string
		body           any
		asked          bool // every account is invited
		want           string
	}{
		{"GET", "", nil, false, "401 401 404 404 404 200 200 200 404 401"},
		{"GET", "", nil, true, "401 401 404 200 200 200 200 200 404 401"},
		{"PATCH", "", object{"title": "New"}, false, "401 401 404 404 404 200 200 200 404 401"},
		{"PATCH", "", object{"title": "New"}, true, "401 401 404 403 403 200 200 200 404 401"},
		{"POST", "/cancel", nil, true, "401 401 404 403 403 200 200 200 404 401"},
		{"POST", "/undo-cancel", nil, true, "401 401 404 403 403 400 400 400 404 401"}, // not cancelled
		{"POST", "/duplicate", starts, true, "401 401 404 403 403 200 403 200 404 401"},
	} {
		for i, role := range roles {
			form := sessions.Form{}
			if c.asked {
				form.Guests = []string{"gita@guest.example", "mina@halation.example", "stefan@nowhere.example"}
			}
			assertStatus(t, w, role, c.method, "/api/sessions/"+w.newSession(form).Id+c.action, c.body, strings.Fields(c.want)[i])
		}
	}
	for i, role := range roles {
		assertStatus(t, w, role, "GET", w.path("/sessions"), nil, strings.Fields("401 401 404 200 200 200 200 200 404 401")[i])
		assertStatus(t, w, role, "GET", w.path("/sessions?all=true"), nil, strings.Fields("401 401 404 403 403 403 200 200 404 401")[i])
		form := object{"title": "Review", "starts": dayAt(1, 9).Format(time.RFC3339), "minutes": 60}
		assertStatus(t, w, role, "POST", w.path("/sessions"), form, strings.Fields("401 401 404 403 403 200 403 200 404 401")[i])
	}
}

// Who is asked to a session does not read in a copy of it whom else it asks; a co-host knows.
func TestDuplicateSession_CohostMay_InviteeMayNot(t *testing.T) {
	w := newFixture(t)
	for name, want := range map[string]string{"cohost": "200", "asked": "403"} {
		someone := w.newMember("organizer")
		form := sessions.Form{Guests: []string{someone.Email()}}
		if name == "cohost" {
			form = sessions.Form{Cohosts: []string{someone.Id}}
		}
		w.tokens[name], _ = someone.NewAuthToken()
		assertStatus(t, w, name, "POST", "/api/sessions/"+w.newSession(form).Id+"/duplicate", object{"starts": dayAt(2, 9).Format(time.RFC3339)}, want)
	}
}

func TestSessions_Lifecycle(t *testing.T) {
	w := newFixture(t)
	room := w.newRoom("Stage")
	status, body := w.callAs("organizer", "POST", w.path("/sessions"), object{"title": " Colour  review ", "description": "Bring notes.",
		"starts": dayAt(2, 9).In(time.FixedZone("", 3600)).Format(time.RFC3339), "minutes": 90, "room": room, "timezone": "Europe/Lisbon",
		"guests": []string{"Zed <zed@out.example>"}, "cohosts": []string{w.accounts["admin"].Id},
		"settings": object{"resolution": "720p", "fps": 25, "codec": "h264", "audio": "music", "lobby": true}})
	requireOK(t, status, body)
	id, code := body["id"].(string), body["code"].(string)
	summary := `"id":"` + id + `","code":"` + code + `","url":"` + w.URL + `/s/` + code + `","title":"Colour review","description":"Bring notes.",
		"starts":"` + dayAt(2, 9).Format(time.RFC3339) + `","ends":"` + dayAt(2, 9).Add(90*time.Minute).Format(time.RFC3339) + `","minutes":90,"timezone":"Europe/Lisbon","room":"` + room + `","series":"",
		"host":{"id":"` + w.accounts["organizer"].Id + `","name":"Orla"},"status":"scheduled","started":"","ended":"",
		"settings":{"resolution":"720p","fps":25,"codec":"h264","audio":"music","passwordless":false,"early":false,"lobby":true,"muted":false,"recording":"host","people":0,"link_entry":""}`
	assertJSON(t, body, "{"+summary+"}")
	path := "/api/sessions/" + id

	_, body = w.callAs("organizer", "GET", w.path("/sessions?from=%s&to=%s", dayAt(2, 0).Format(time.RFC3339), dayAt(3, 0).Format(time.RFC3339)), nil)
	assertJSON(t, body, `{"items":[{`+summary+`}]}`)
	_, body = w.callAs("organizer", "GET", w.path("/sessions?from=%s", dayAt(3, 0).Format(time.RFC3339)), nil)
	assertJSON(t, body, `{"items":[]}`)
	_, body = w.callAs("organizer", "GET", path, nil)
	if people := toJSON(body["people"]); !strings.Contains(people, `"email":"zed@out.example"`) || !strings.Contains(people, `"part":"cohost"`) || strings.Contains(people, "token") {
		t.Errorf("%s, want it to contain %q, %q and no %q", people, `"email":"zed@out.example"`, `"part":"cohost"`, "token")
	}

	status, body = w.callAs("admin", "PATCH", path, object{"starts": dayAt(3, 9).Format(time.RFC3339), "settings": object{"lobby": false}, "guests": []string{"mina@halation.example"}})
	requireOK(t, status, body)
	if body["starts"] != dayAt(3, 9).Format(time.RFC3339) || body["title"] != "Colour review" || !strings.Contains(toJSON(body["people"]), "mina@") || strings.Contains(toJSON(body["people"]), "zed@") {
		t.Errorf("%s", toJSON(body))
	}
	_, body = w.callAs("member", "GET", path, nil)
	if body["people"] != nil || body["id"] != id {
		t.Errorf("a member is told %s, want nil and %v", toJSON(body), id)
	}
	status, body = w.callAs("organizer", "POST", path+"/duplicate", object{"starts": dayAt(4, 9).Format(time.RFC3339), "title": "Again"})
	requireOK(t, status, body)
	if body["id"] == id || body["title"] != "Again" || body["minutes"] != 90.0 {
		t.Errorf("%s, want anything but %v, %q and 90.0", toJSON(body), id, "Again")
	}
	status, body = w.callAs("organizer", "POST", path+"/duplicate", nil)
	assertRefused(t, status, body, 400, "starts", "bad_time")
	for range 2 {
		status, body = w.callAs("organizer", "POST", path+"/cancel", object{"scope": "this"})
		if status == 200 && body["status"] != "cancelled" {
			t.Errorf("%s", toJSON(body))
		}
	}
	assertRefused(t, status, body, 400, "base", "session_cancelled")
	status, body = w.callAs("organizer", "POST", path+"/undo-cancel", nil)
	requireOK(t, status, body)
	if body["status"] != "scheduled" {
		t.Errorf("%s, want it scheduled", toJSON(body))
	}
	status, body = w.callAs("admin", "POST", path+"/undo-cancel", nil)
	assertRefused(t, status, body, 400, "base", "not_cancelled")
}

func TestSeries_ScheduleChangeCancel(t *testing.T) {
	w := newFixture(t)
	status, body := w.callAs("organizer", "POST", w.path("/sessions"), object{"title": "Daily", "starts": dayAt(1, 9).Format(time.RFC3339), "minutes": 30, "rule": "FREQ=DAILY;COUNT=3"})
	requireOK(t, status, body)
	path := "/api/sessions/" + body["id"].(string)
	status, body = w.callAs("organizer", "PATCH", path, object{"title": "Every day", "scope": "series"})
	requireOK(t, status, body)
	if body["rule"] != "FREQ=DAILY;COUNT=3" {
		t.Errorf("%s, want %q", toJSON(body), "FREQ=DAILY;COUNT=3")
	}
	_, body = w.callAs("organizer", "GET", w.path("/sessions"), nil)
	if items := body["items"].([]any); len(items) != 3 || strings.Count(toJSON(items), "Every day") != 3 {
		t.Errorf("%s, want 3 and 3", toJSON(items))
	}
	status, body = w.callAs("organizer", "POST", path+"/cancel", object{"scope": "series"})
	requireOK(t, status, body)
	if n := hookstest.Count(t, w.App, "sessions", dbx.HashExp{"status": "cancelled"}); n != 3 {
		t.Errorf("%d are cancelled, want 3", n)
	}
	status, body = w.callAs("organizer", "POST", path+"/undo-cancel", nil)
	requireOK(t, status, body)
	if n := hookstest.Count(t, w.App, "sessions", dbx.HashExp{"status": "scheduled"}); n != 3 {
		t.Errorf("%d are scheduled again, want 3", n)
	}
}

func TestSessions_InvalidInput_IsRefused(t *testing.T) {
	w := newFixture(t)
	w.setPlan("pro")
	theirs, err := rooms.Create(w.App, hookstest.Actor(t, w.App, w.accounts["other"], w.otherTeam), rooms.Profile{Name: new("Theirs")})
	if err != nil {
		t.Fatal(err)
	}
	room := w.newRoom("Stage")
	w.newSession(sessions.Form{Room: room, Starts: dayAt(2, 10)})
	many := make([]string, 10_000)
	for n := range many {
		many[n] = fmt.Sprintf("p%d@x.example", n)
	}
	for what, c := range map[string]struct {
		change      object
		field, code string
	}{
		"no time": {object{"starts": ""}, "starts", "bad_time"}, "no zone": {object{"starts": "2026-12-24T10:00:00"}, "starts", "bad_time"},
		"past": {object{"starts": "2020-12-24T10:00:00Z"}, "starts", "past"}, "an end before": {object{"minutes": -30}, "minutes", "bad_length"},
		"41 hours": {object{"minutes": 41 * 60}, "minutes", "bad_length"}, "half a minute": {object{"minutes": 30.5}, "minutes", "bad_type"},
		"a long title": {object{"title": strings.Repeat("x", 201)}, "title", "too_long"}, "no title": {object{"title": ""}, "title", "required"},
		"10,000 guests": {object{"guests": many}, "guests", "too_many_people"}, "no address": {object{"guests": []string{"ada"}}, "guests", "bad_email"},
		"no list": {object{"guests": "ada@x.example"}, "guests", "bad_type"}, "another team's room": {object{"room": theirs.Id}, "room", rooms.CodeUnknown},
		"without end": {object{"rule": "FREQ=DAILY"}, "rule", "bad_rule"}, "no rule": {object{"rule": "every day"}, "rule", "bad_rule"},
		"every second": {object{"rule": "FREQ=SECONDLY;COUNT=5"}, "rule", "bad_rule"}, "a clash by a minute": {object{"room": room, "starts": dayAt(2, 9).Add(time.Minute).Format(time.RFC3339)}, "room", "room_busy"},
		"plain http": {object{"elsewhere": "http://meet.example.org"}, "elsewhere", "bad_link"}, "another team's member": {object{"cohosts": []string{w.accounts["other"].Id}}, "cohosts", "bad_cohost"},
		"no codec": {object{"settings": object{"codec": "mp3"}}, "codec", "validation_invalid_value"}, "no zone of that name": {object{"timezone": "Mars/Olympus"}, "timezone", "bad_timezone"},
	} {
		form := object{"title": "Review", "starts": dayAt(1, 9).Format(time.RFC3339), "minutes": 60}
		for key, value := range c.change {
			form[key] = value
		}
		status, body := w.callAs("organizer", "POST", w.path("/sessions"), form)
		if data, _ := body["data"].(map[string]any); status != 400 || !strings.Contains(toJSON(data[c.field]), c.code) {
			t.Errorf("%s: %d %s, want %s under %s", what, status, toJSON(body), c.code, c.field)
		}
	}
	status, body := w.callAs("organizer", "POST", "/api/sessions/"+w.newSession(sessions.Form{}).Id+"/cancel", object{"scope": "all"})
	assertRefused(t, status, body, 400, "scope", "bad_scope")
	status, body = w.callAs("organizer", "GET", w.path("/sessions?from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z"), nil)
	assertRefused(t, status, body, 400, "to", "too_far")
	for _, id := range []string{"abcdefghijklmno", "%27%20OR%201=1"} {
		if r := w.sendAs("owner", http.MethodGet, "/api/sessions/"+id, ""); r.Status != 404 {
			t.Errorf("%s: %d, want 404", id, r.Status)
		}
	}
}

func TestRemove_ReportsHandedOverSessions(t *testing.T) {
	w := newFixture(t)
	w.setPlan("pro")
	w.newSession(sessions.Form{Rule: "FREQ=DAILY;COUNT=3"})
	path, id := w.path("/members/%s", w.accounts["organizer"].Id), w.accounts["organizer"].Id
	status, body := w.callAs("admin", "DELETE", path, object{"handOver": w.accounts["member"].Id})
	assertRefused(t, status, body, 400, "handOver", "cannot_host")
	status, body = w.callAs("admin", "POST", w.path("/users/remove"), object{"ids": []string{id}, "handOver": id})
	assertRefused(t, status, body, 400, "handOver", "cannot_host")
	status, body = w.callAs("admin", "POST", w.path("/users/remove"), object{"ids": []string{id, w.accounts["member"].Id}, "handOver": w.accounts["owner"].Id})
	requireOK(t, status, body)
	assertJSON(t, body["sessions"], `{"handedOver":3,"cancelled":0}`)
	status, body = w.callAs("owner", "POST", w.path("/users/revoke-role"), object{"ids": []string{w.newMember("organizer").Id}, "role": "organizer"})
	requireOK(t, status, body)
	assertJSON(t, body["sessions"], `{"handedOver":0,"cancelled":0}`)
	if n := hookstest.Count(t, w.App, "sessions", dbx.HashExp{"status": "scheduled"}); n != 3 {
		t.Errorf("%d are scheduled, want 3", n)
	}
}

func TestSetRoles_Lowered_ReportsHandedOverSessions(t *testing.T) {
	w := newFixture(t)
	w.setPlan("pro")
	w.newSession(sessions.Form{Rule: "FREQ=DAILY;COUNT=3"})
	id := w.accounts["organizer"].Id
	path := w.path("/members/%s/roles", id)
	for _, to := range []string{w.accounts["member"].Id, id, "abcdefghijklmno"} {
		status, body := w.callAs("admin", "PUT", path, object{"roles": []string{"admin"}, "handOver": to})
		assertRefused(t, status, body, 403, "base", "not_allowed") // an Admin offers no Admin role
		status, body = w.callAs("owner", "PUT", path, object{"roles": []string{"admin"}, "handOver": to})
		assertRefused(t, status, body, 400, "handOver", "cannot_host")
	}
	if n := hookstest.Count(t, w.App, "invitations", dbx.HashExp{"email": w.accounts["organizer"].Email()}); n != 0 {
		t.Errorf("what was refused offered a role %d times, want 0", n)
	}
	status, body := w.callAs("admin", "PUT", path, object{"roles": []string{"organizer"}, "handOver": w.accounts["member"].Id})
	requireOK(t, status, body)
	assertJSON(t, body, `{"roles":["organizer"],"sessions":{"handedOver":0,"cancelled":0}}`)
	status, body = w.callAs("admin", "PUT", path, object{"roles": []string{}, "handOver": w.accounts["owner"].Id})
	requireOK(t, status, body)
	assertJSON(t, body, `{"roles":[],"sessions":{"handedOver":3,"cancelled":0}}`)
	if n := hookstest.Count(t, w.App, "sessions", dbx.HashExp{"status": "scheduled", "host": w.accounts["owner"].Id}); n != 3 {
		t.Errorf("the Owner hosts %d, want 3", n)
	}
	status, body = w.callAs("owner", "PUT", w.path("/members/%s/roles", w.accounts["owner"].Id), object{"roles": []string{}})
	requireOK(t, status, body)
	assertJSON(t, body, `{"roles":["owner"],"sessions":{"handedOver":0,"cancelled":3}}`)
}

// TestSetRoles_Concurrent_OneHandlesSessions has one hand over what the other would cancel.
func TestSetRoles_Concurrent_OneHandlesSessions(t *testing.T) {
	w := newFixture(t)
	w.setPlan("pro")
	w.newSession(sessions.Form{Rule: "FREQ=DAILY;COUNT=3"})
	forms := []object{{"roles": []string{}, "handOver": w.accounts["owner"].Id}, {"roles": []string{}}}
	var said [2]map[string]any
	hookstest.Race(2, func(n int) error {
		_, said[n] = w.callAs("admin", "PUT", w.path("/members/%s/roles", w.accounts["organizer"].Id), forms[n])
		return nil
	})
	handed := hookstest.Count(t, w.App, "sessions", dbx.HashExp{"status": "scheduled", "host": w.accounts["owner"].Id})
	off := hookstest.Count(t, w.App, "sessions", dbx.HashExp{"status": "cancelled"})
	if handed+off != 3 || handed*off != 0 {
		t.Errorf("%d were handed over and %d cancelled: %v, want 3 and 0", handed, off, said)
	}
}
