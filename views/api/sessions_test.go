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

// on is a time some days from now, in UTC.
func on(days, hour int) time.Time {
	return time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, days).Add(time.Duration(hour) * time.Hour)
}

// session is one that the Organizer holds.
func (w *world) session(form sessions.Form) *sessions.Session {
	w.t.Helper()
	return hookstest.Session(w.t, w.App, w.people["organizer"], w.team, form)
}

func TestWhoMayDoWhatWithSessions(t *testing.T) {
	w := newWorld(t)
	w.plan("pro")
	starts := object{"starts": on(2, 9).Format(time.RFC3339)}
	for _, c := range []struct {
		method, deed string
		body         any
		asked        bool // everybody is asked to it
		want         string
	}{
		{"GET", "", nil, false, "401 401 404 404 404 200 200 200 404 401"},
		{"GET", "", nil, true, "401 401 404 200 200 200 200 200 404 401"},
		{"PATCH", "", object{"title": "New"}, false, "401 401 404 404 404 200 200 200 404 401"},
		{"PATCH", "", object{"title": "New"}, true, "401 401 404 403 403 200 200 200 404 401"},
		{"POST", "/cancel", nil, true, "401 401 404 403 403 200 200 200 404 401"},
		{"POST", "/duplicate", starts, true, "401 401 404 403 403 200 403 200 404 401"},
	} {
		for i, role := range roles {
			form := sessions.Form{}
			if c.asked {
				form.Guests = []string{"gita@guest.example", "mina@halation.example", "stefan@nowhere.example"}
			}
			expect(t, w, role, c.method, "/api/sessions/"+w.session(form).Id+c.deed, c.body, strings.Fields(c.want)[i])
		}
	}
	for i, role := range roles {
		expect(t, w, role, "GET", w.path("/sessions"), nil, strings.Fields("401 401 404 200 200 200 200 200 404 401")[i])
		expect(t, w, role, "GET", w.path("/sessions?all=true"), nil, strings.Fields("401 401 404 403 403 403 200 200 404 401")[i])
		form := object{"title": "Review", "starts": on(1, 9).Format(time.RFC3339), "minutes": 60}
		expect(t, w, role, "POST", w.path("/sessions"), form, strings.Fields("401 401 404 403 403 200 403 200 404 401")[i])
	}
}

// Who is asked to a session does not read in a copy of it whom else it asks; a co-host knows.
func TestACoHostDuplicatesASessionAndWhoIsAskedDoesNot(t *testing.T) {
	w := newWorld(t)
	for name, want := range map[string]string{"cohost": "200", "asked": "403"} {
		someone := w.newMember("organizer")
		form := sessions.Form{Guests: []string{someone.Email()}}
		if name == "cohost" {
			form = sessions.Form{Cohosts: []string{someone.Id}}
		}
		w.tokens[name], _ = someone.NewAuthToken()
		expect(t, w, name, "POST", "/api/sessions/"+w.session(form).Id+"/duplicate", object{"starts": on(2, 9).Format(time.RFC3339)}, want)
	}
}

func TestASessionIsScheduledShownChangedDuplicatedAndCancelled(t *testing.T) {
	w := newWorld(t)
	room := w.room("Stage")
	status, body := w.as("organizer", "POST", w.path("/sessions"), object{"title": " Colour  review ", "description": "Bring notes.",
		"starts": on(2, 9).In(time.FixedZone("", 3600)).Format(time.RFC3339), "minutes": 90, "room": room, "timezone": "Europe/Lisbon",
		"guests": []string{"Zed <zed@out.example>"}, "cohosts": []string{w.people["admin"].Id},
		"settings": object{"resolution": "720p", "fps": 25, "codec": "h264", "audio": "music", "lobby": true}})
	done(t, status, body)
	id, code := body["id"].(string), body["code"].(string)
	summary := `"id":"` + id + `","code":"` + code + `","url":"` + w.URL + `/s/` + code + `","title":"Colour review","description":"Bring notes.",
		"starts":"` + on(2, 9).Format(time.RFC3339) + `","ends":"` + on(2, 9).Add(90*time.Minute).Format(time.RFC3339) + `","minutes":90,"timezone":"Europe/Lisbon","room":"` + room + `","series":"",
		"host":{"id":"` + w.people["organizer"].Id + `","name":"Orla"},"status":"scheduled","started":"","ended":"",
		"settings":{"resolution":"720p","fps":25,"codec":"h264","audio":"music","passwordless":false,"early":false,"lobby":true,"muted":false,"recording":"host","people":0}`
	same(t, body, "{"+summary+"}")
	path := "/api/sessions/" + id

	_, body = w.as("organizer", "GET", w.path("/sessions?from=%s&to=%s", on(2, 0).Format(time.RFC3339), on(3, 0).Format(time.RFC3339)), nil)
	same(t, body, `{"items":[{`+summary+`}]}`)
	_, body = w.as("organizer", "GET", w.path("/sessions?from=%s", on(3, 0).Format(time.RFC3339)), nil)
	same(t, body, `{"items":[]}`)
	_, body = w.as("organizer", "GET", path, nil)
	if people := text(body["people"]); !strings.Contains(people, `"email":"zed@out.example"`) || !strings.Contains(people, `"part":"cohost"`) || strings.Contains(people, "token") {
		t.Errorf("%s", people)
	}

	status, body = w.as("admin", "PATCH", path, object{"starts": on(3, 9).Format(time.RFC3339), "settings": object{"lobby": false}, "guests": []string{"mina@halation.example"}})
	done(t, status, body)
	if body["starts"] != on(3, 9).Format(time.RFC3339) || body["title"] != "Colour review" || !strings.Contains(text(body["people"]), "mina@") || strings.Contains(text(body["people"]), "zed@") {
		t.Errorf("%s", text(body))
	}
	_, body = w.as("member", "GET", path, nil)
	if body["people"] != nil || body["id"] != id {
		t.Errorf("a member is told %s", text(body))
	}
	status, body = w.as("organizer", "POST", path+"/duplicate", object{"starts": on(4, 9).Format(time.RFC3339), "title": "Again"})
	done(t, status, body)
	if body["id"] == id || body["title"] != "Again" || body["minutes"] != 90.0 {
		t.Errorf("%s", text(body))
	}
	status, body = w.as("organizer", "POST", path+"/duplicate", nil)
	refused(t, status, body, 400, "starts", "bad_time")
	for range 2 {
		status, body = w.as("organizer", "POST", path+"/cancel", object{"scope": "this"})
		if status == 200 && body["status"] != "cancelled" {
			t.Errorf("%s", text(body))
		}
	}
	refused(t, status, body, 400, "base", "session_cancelled")
}

func TestASeriesByProgram(t *testing.T) {
	w := newWorld(t)
	status, body := w.as("organizer", "POST", w.path("/sessions"), object{"title": "Daily", "starts": on(1, 9).Format(time.RFC3339), "minutes": 30, "rule": "FREQ=DAILY;COUNT=3"})
	done(t, status, body)
	path := "/api/sessions/" + body["id"].(string)
	status, body = w.as("organizer", "PATCH", path, object{"title": "Every day", "scope": "series"})
	done(t, status, body)
	if body["rule"] != "FREQ=DAILY;COUNT=3" {
		t.Errorf("%s", text(body))
	}
	_, body = w.as("organizer", "GET", w.path("/sessions"), nil)
	if items := body["items"].([]any); len(items) != 3 || strings.Count(text(items), "Every day") != 3 {
		t.Errorf("%s", text(items))
	}
	status, body = w.as("organizer", "POST", path+"/cancel", object{"scope": "series"})
	done(t, status, body)
	if n := hookstest.Count(t, w.App, "sessions", dbx.HashExp{"status": "cancelled"}); n != 3 {
		t.Errorf("%d are cancelled", n)
	}
}

func TestWhatNoSessionCanBeByProgram(t *testing.T) {
	w := newWorld(t)
	w.plan("pro")
	theirs, err := rooms.Create(w.App, hookstest.Actor(t, w.App, w.people["other"], w.other), rooms.Profile{Name: new("Theirs")})
	if err != nil {
		t.Fatal(err)
	}
	room := w.room("Stage")
	w.session(sessions.Form{Room: room, Starts: on(2, 10)})
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
		"every second": {object{"rule": "FREQ=SECONDLY;COUNT=5"}, "rule", "bad_rule"}, "a clash by a minute": {object{"room": room, "starts": on(2, 9).Add(time.Minute).Format(time.RFC3339)}, "room", "room_busy"},
		"plain http": {object{"elsewhere": "http://meet.example.org"}, "elsewhere", "bad_link"}, "another team's member": {object{"cohosts": []string{w.people["other"].Id}}, "cohosts", "bad_cohost"},
		"no codec": {object{"settings": object{"codec": "mp3"}}, "codec", "validation_invalid_value"}, "no zone of that name": {object{"timezone": "Mars/Olympus"}, "timezone", "bad_timezone"},
	} {
		form := object{"title": "Review", "starts": on(1, 9).Format(time.RFC3339), "minutes": 60}
		for key, value := range c.change {
			form[key] = value
		}
		status, body := w.as("organizer", "POST", w.path("/sessions"), form)
		if data, _ := body["data"].(map[string]any); status != 400 || !strings.Contains(text(data[c.field]), c.code) {
			t.Errorf("%s: %d %s, want %s under %s", what, status, text(body), c.code, c.field)
		}
	}
	status, body := w.as("organizer", "POST", "/api/sessions/"+w.session(sessions.Form{}).Id+"/cancel", object{"scope": "all"})
	refused(t, status, body, 400, "scope", "bad_scope")
	status, body = w.as("organizer", "GET", w.path("/sessions?from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z"), nil)
	refused(t, status, body, 400, "to", "too_far")
	for _, id := range []string{"abcdefghijklmno", "%27%20OR%201=1"} {
		if r := w.raw("owner", http.MethodGet, "/api/sessions/"+id, ""); r.Status != 404 {
			t.Errorf("%s: %d", id, r.Status)
		}
	}
}

func TestARemovalSaysWhatBecomesOfSessions(t *testing.T) {
	w := newWorld(t)
	w.plan("pro")
	w.session(sessions.Form{Rule: "FREQ=DAILY;COUNT=3"})
	path, id := w.path("/members/%s", w.people["organizer"].Id), w.people["organizer"].Id
	status, body := w.as("admin", "DELETE", path, object{"handOver": w.people["member"].Id})
	refused(t, status, body, 400, "handOver", "cannot_host")
	status, body = w.as("admin", "POST", w.path("/users/remove"), object{"ids": []string{id}, "handOver": id})
	refused(t, status, body, 400, "handOver", "cannot_host")
	status, body = w.as("admin", "POST", w.path("/users/remove"), object{"ids": []string{id, w.people["member"].Id}, "handOver": w.people["owner"].Id})
	done(t, status, body)
	same(t, body["sessions"], `{"handedOver":3,"cancelled":0}`)
	status, body = w.as("owner", "POST", w.path("/users/revoke-role"), object{"ids": []string{w.newMember("organizer").Id}, "role": "organizer"})
	done(t, status, body)
	same(t, body["sessions"], `{"handedOver":0,"cancelled":0}`)
	if n := hookstest.Count(t, w.App, "sessions", dbx.HashExp{"status": "scheduled"}); n != 3 {
		t.Errorf("%d are scheduled", n)
	}
}

func TestLoweringRolesSaysWhatBecomesOfSessions(t *testing.T) {
	w := newWorld(t)
	w.plan("pro")
	w.session(sessions.Form{Rule: "FREQ=DAILY;COUNT=3"})
	id := w.people["organizer"].Id
	path := w.path("/members/%s/roles", id)
	for _, to := range []string{w.people["member"].Id, id, "abcdefghijklmno"} {
		status, body := w.as("admin", "PUT", path, object{"roles": []string{"admin"}, "handOver": to})
		refused(t, status, body, 403, "base", "not_allowed") // an Admin offers no Admin role
		status, body = w.as("owner", "PUT", path, object{"roles": []string{"admin"}, "handOver": to})
		refused(t, status, body, 400, "handOver", "cannot_host")
	}
	if n := hookstest.Count(t, w.App, "invitations", dbx.HashExp{"email": w.people["organizer"].Email()}); n != 0 {
		t.Errorf("what was refused offered a role %d times", n)
	}
	status, body := w.as("admin", "PUT", path, object{"roles": []string{"organizer"}, "handOver": w.people["member"].Id})
	done(t, status, body)
	same(t, body, `{"roles":["organizer"],"sessions":{"handedOver":0,"cancelled":0}}`)
	status, body = w.as("admin", "PUT", path, object{"roles": []string{}, "handOver": w.people["owner"].Id})
	done(t, status, body)
	same(t, body, `{"roles":[],"sessions":{"handedOver":3,"cancelled":0}}`)
	if n := hookstest.Count(t, w.App, "sessions", dbx.HashExp{"status": "scheduled", "host": w.people["owner"].Id}); n != 3 {
		t.Errorf("the Owner hosts %d", n)
	}
	status, body = w.as("owner", "PUT", w.path("/members/%s/roles", w.people["owner"].Id), object{"roles": []string{}})
	done(t, status, body)
	same(t, body, `{"roles":["owner"],"sessions":{"handedOver":0,"cancelled":3}}`)
}

// TestOneOfTwoWhoLowerRolesSaysWhatBecomesOfSessions has one hand over what the other would cancel.
func TestOneOfTwoWhoLowerRolesSaysWhatBecomesOfSessions(t *testing.T) {
	w := newWorld(t)
	w.plan("pro")
	w.session(sessions.Form{Rule: "FREQ=DAILY;COUNT=3"})
	forms := []object{{"roles": []string{}, "handOver": w.people["owner"].Id}, {"roles": []string{}}}
	var said [2]map[string]any
	hookstest.Race(2, func(n int) error {
		_, said[n] = w.as("admin", "PUT", w.path("/members/%s/roles", w.people["organizer"].Id), forms[n])
		return nil
	})
	handed := hookstest.Count(t, w.App, "sessions", dbx.HashExp{"status": "scheduled", "host": w.people["owner"].Id})
	off := hookstest.Count(t, w.App, "sessions", dbx.HashExp{"status": "cancelled"})
	if handed+off != 3 || handed*off != 0 {
		t.Errorf("%d were handed over and %d cancelled: %v", handed, off, said)
	}
}
