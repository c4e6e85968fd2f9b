package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pocketbase/dbx"

	"usher/hooks/attendances"
	"usher/hooks/hookstest"
	"usher/hooks/live"
	"usher/hooks/live/livetest"
	"usher/hooks/runs"
	"usher/hooks/sessions"
)

// newStartableSession is a session that the organizer hosts, and which can be started now.
func (w *fixture) newStartableSession(form sessions.Form, started bool) *sessions.Session {
	w.t.Helper()
	form.Starts = time.Now().Add(5 * time.Minute)
	session := hookstest.ScheduleSession(w.t, w.App, w.accounts["organizer"], w.team, form)
	if started {
		var err error
		if session, err = runs.Start(w.App, hookstest.Actor(w.t, w.App, w.accounts["organizer"], w.team), session.Id); err != nil {
			w.t.Fatal(err)
		}
	}
	return session
}

func TestRuns_Permissions(t *testing.T) {
	w := newFixture(t)
	away := sessions.Form{ExternalLink: "https://meet.example.org/x"}
	for _, c := range []struct {
		verb    string
		form    sessions.Form
		started bool
		body    any
		want    string // in the order of roles
	}{
		//                                nobody bad stranger guest member organizer admin owner other super
		{"start", sessions.Form{}, false, nil, "401 401 404 403 403 200 403 403 404 401"},
		{"end", sessions.Form{}, true, nil, "401 401 404 403 403 200 200 200 404 401"},
		{"extend", sessions.Form{}, true, nil, "401 401 404 403 403 200 403 403 404 401"},
		{"events", away, false, object{"events": []object{{"id": "1", "type": "started", "at": time.Now().UTC().Format(time.RFC3339)}}},
			"401 401 404 403 403 200 200 200 404 401"},
	} {
		for n, role := range roles {
			status, body := w.callAs(role, "POST", "/api/sessions/"+w.newStartableSession(c.form, c.started).Id+"/"+c.verb, c.body)
			if want := strings.Fields(c.want)[n]; fmt.Sprint(status) != want {
				t.Errorf("%s by %s: %d %s, want %s", c.verb, role, status, toJSON(body), want)
			}
			if status == 403 {
				assertRefused(t, status, body, 403, "base", "not_allowed")
			}
		}
		status, body := w.callAs("owner", "POST", "/api/sessions/abcdefghijklmno/"+c.verb, c.body)
		if status != 404 {
			t.Errorf("%s of none: %d %s, want 404", c.verb, status, toJSON(body))
		}
	}
}

func TestRuns_StartExtendEnd(t *testing.T) {
	w := newFixture(t)
	session := w.newStartableSession(sessions.Form{Minutes: 30}, false)
	at := "/api/sessions/" + session.Id
	status, body := w.callAs("organizer", "POST", at+"/extend", nil)
	assertRefused(t, status, body, 400, "base", "not_started")
	status, body = w.callAs("organizer", "POST", at+"/end", nil)
	assertRefused(t, status, body, 400, "base", "not_started")
	status, body = w.callAs("organizer", "POST", at+"/start", nil)
	if requireOK(t, status, body); body["status"] != "running" || body["id"] != session.Id || body["started"] == "" || body["media"] != nil {
		t.Error(toJSON(body))
	}
	ends := body["ends"]
	status, body = w.callAs("organizer", "POST", at+"/extend", object{"minutes": 20})
	if requireOK(t, status, body); body["ends"] != session.Ends().Add(20*time.Minute).UTC().Format(time.RFC3339) || body["ends"] == ends {
		t.Error(toJSON(body))
	}
	status, body = w.callAs("organizer", "POST", at+"/extend", object{"minutes": 2000})
	assertRefused(t, status, body, 400, "minutes", "bad_length")
	status, body = w.callAs("organizer", "POST", at+"/extend", object{"minutes": "ten"})
	assertRefused(t, status, body, 400, "minutes", "bad_type")
	status, body = w.callAs("organizer", "POST", at+"/events", object{"events": []object{}})
	assertRefused(t, status, body, 400, "base", "not_elsewhere")
	status, body = w.callAs("organizer", "POST", at+"/end", nil)
	if requireOK(t, status, body); body["status"] != "ended" || body["ended"] == nil {
		t.Error(toJSON(body))
	}
	status, body = w.callAs("organizer", "POST", at+"/start", nil)
	assertRefused(t, status, body, 400, "base", "session_ended")

	w.exec("UPDATE teams SET licences = 0", nil)
	status, body = w.callAs("organizer", "POST", "/api/sessions/"+w.newStartableSession(sessions.Form{}, false).Id+"/start", nil)
	assertRefused(t, status, body, 400, "base", "licences_full")
	early := hookstest.ScheduleSession(t, w.App, w.accounts["organizer"], w.team, sessions.Form{})
	status, body = w.callAs("organizer", "POST", "/api/sessions/"+early.Id+"/start", nil)
	assertRefused(t, status, body, 400, "base", "not_started")
}

func TestReportEvents_ExternalSession(t *testing.T) {
	w := newFixture(t)
	session := w.newStartableSession(sessions.Form{ExternalLink: "https://meet.example.org/x"}, false)
	at := "/api/sessions/" + session.Id + "/events"
	when := func(ago time.Duration) string { return time.Now().Add(-ago).UTC().Format(time.RFC3339) }
	batch := object{"events": []object{
		{"id": "c", "type": "ended", "at": when(time.Minute)},
		{"id": "b", "type": "joined", "at": when(50 * time.Minute), "person": "orla@halation.example"},
		{"id": "a", "type": "started", "at": when(time.Hour), "settings": object{"resolution": "1080p", "fps": 25, "codec": "av1", "audio": "stereo"}},
	}}
	status, body := w.callAs("organizer", "POST", at, batch)
	requireOK(t, status, body)
	assertJSON(t, body, `{"counted":3}`)
	_, body = w.callAs("admin", "POST", at, batch)
	assertJSON(t, body, `{"counted":0}`)
	all, err := attendances.List(w.App, session.Id)
	if err != nil || len(all) != 1 || all[0].Height() != 1080 || all[0].FPS() != 25 || all[0].Codec() != "av1" || all[0].Audio() != "stereo" {
		t.Errorf("%v, %v", all, err)
	}
	for name, body := range map[string]object{
		"bad_time none":  {"events": []object{{"id": "x", "type": "left", "person": "a"}}},
		"bad_time ahead": {"events": []object{{"id": "x", "type": "left", "person": "a", "at": when(-6 * time.Minute)}}},
		"bad_event type": {"events": []object{{"id": "x", "type": "gone", "at": when(0)}}},
		"bad_event id":   {"events": []object{{"type": "ended", "at": when(0)}}},
		"bad_type list":  {"events": "none"},
	} {
		code, _, _ := strings.Cut(name, " ")
		status, answer := w.callAs("organizer", "POST", at, body)
		assertRefused(t, status, answer, 400, "events", code)
	}
}

func TestLiveWebhook_ExternalLiveKit(t *testing.T) {
	config := hookstest.Config()
	config.LiveURL, config.LiveKey, config.LiveSecret = "ws://127.0.0.1:1", "key", "a-secret-of-thirty-two-characters"
	w := newFixtureWith(t, config)
	session := w.newStartableSession(sessions.Form{}, true)
	event := &livekit.WebhookEvent{Id: "1", Event: live.EventJoined, CreatedAt: time.Now().Unix(), Room: &livekit.Room{Name: session.Media()},
		Participant: &livekit.ParticipantInfo{Sid: "PA_1", Identity: "x", JoinedAtMs: time.Now().UnixMilli()}}
	for _, host := range []string{"", "127.0.0.1:7000"} {
		request := livetest.NewSignedRequest(t, w.URL+live.ReportPath, "key", config.LiveSecret, event)
		request.Host = host
		if reply := w.Anonymous().Send(request); reply.Status != http.StatusOK || strings.TrimSpace(reply.Body) != "{}" {
			t.Errorf("by the name %q: %d %s, want %v and %q", host, reply.Status, reply.Body, http.StatusOK, "{}")
		}
	}
	if n := hookstest.Count(t, w.App, "attendances", dbx.HashExp{"session": session.Id, "left": ""}); n != 1 {
		t.Errorf("%d are in, want 1", n)
	}
	forged := livetest.NewSignedRequest(t, w.URL+live.ReportPath, "key", "another-secret-of-thirty-two-chars", event)
	if reply := w.Anonymous().Send(forged); reply.Status != http.StatusBadRequest || !strings.Contains(reply.Body, live.CodeBadSignature) {
		t.Errorf("forged: %d %s, want %v and it with %q", reply.Status, reply.Body, http.StatusBadRequest, live.CodeBadSignature)
	}
	proxied := livetest.NewSignedRequest(t, w.URL+live.ReportPath, "key", config.LiveSecret, event)
	proxied.Host = "evil.example"
	proxied.Header.Set("X-Forwarded-For", "192.0.2.1")
	if reply := w.Anonymous().Send(proxied); reply.Status != http.StatusMisdirectedRequest {
		t.Errorf("by another name through a proxy: %d, want %v", reply.Status, http.StatusMisdirectedRequest)
	}
	if got := w.Anonymous().Get("/signin").Header.Get("Content-Security-Policy"); !strings.Contains(got, "connect-src 'self' ws://127.0.0.1:1 http://127.0.0.1:1;") {
		t.Errorf("the policy is %q", got)
	}
	if reply := w.Anonymous().Get("/livekit/rtc?access_token=x"); reply.Status != http.StatusNotFound {
		t.Errorf("the embedded one's address: %d, want %v", reply.Status, http.StatusNotFound)
	}
}

func TestMeetNow_Permissions(t *testing.T) {
	w := newFixture(t)
	w.setPlan("pro")
	for n, role := range roles {
		//                       nobody bad stranger guest member organizer admin owner other super
		want := strings.Fields("401 401 404 403 403 200 403 200 404 401")[n]
		if status, body := w.callAs(role, "POST", w.path("/meet"), object{}); fmt.Sprint(status) != want {
			t.Errorf("%s: %d %s, want %s", role, status, toJSON(body), want)
		}
	}
}

func TestMeetNow_InRoom(t *testing.T) {
	w := newFixture(t)
	w.setPlan("pro")
	room := w.newRoom("Stage")
	status, body := w.callAs("organizer", "POST", w.path("/meet"), object{"room": room})
	requireOK(t, status, body)
	if body["status"] != "running" || body["room"] != room || body["title"] != "Stage" || !strings.HasSuffix(fmt.Sprint(body["url"]), "/s/"+fmt.Sprint(body["code"])) {
		t.Errorf("got %s", toJSON(body))
	}
	p, err := sessions.FindParticipantByEmail(w.App, fmt.Sprint(body["id"]), w.accounts["organizer"].Email())
	if err != nil || p.State() != sessions.StateAdmitted {
		t.Errorf("the host is %v %v, want admitted", p, err)
	}
	status, body = w.callAs("owner", "POST", w.path("/meet"), object{"room": room})
	assertRefused(t, status, body, 400, "room", "room_busy")
	status, body = w.callAs("owner", "POST", w.path("/meet"), object{"room": "nosuchroom00000"})
	assertRefused(t, status, body, 400, "room", "no_room")
	hookstest.Exec(t, w.App, "UPDATE teams SET licences = 1", nil)
	status, body = w.callAs("owner", "POST", w.path("/meet"), object{})
	assertRefused(t, status, body, 400, "base", "licences_full")
}
