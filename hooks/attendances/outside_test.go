package attendances_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/attendances"
	"usher/hooks/hookstest"
	"usher/hooks/join"
	"usher/hooks/live"
	"usher/hooks/live/livetest"
	"usher/hooks/runs"
	"usher/hooks/sessions"
)

func TestMain(m *testing.M) { livetest.Main(m) }

// The same steps as with the embedded media server, changed only by settings: joined with video, removed, ended.
func TestLive_ExternalLiveKit(t *testing.T) {
	var app atomic.Pointer[core.BaseApp]
	reports := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := live.Receive(app.Load(), r); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	}))
	t.Cleanup(reports.Close)
	process := livetest.StartExternal(t, reports.URL+live.ReportPath)
	config := hookstest.Config()
	config.LiveURL, config.LiveKey, config.LiveSecret = process.URL, process.Key, process.Secret
	s := newFixture(t, config, sessions.Form{})
	app.Store(s.app)
	pass := s.token()
	if pass.URL != "ws"+strings.TrimPrefix(process.URL, "http") {
		t.Errorf("browsers are sent to %s", pass.URL)
	}
	if err := live.Ready(s.app); err != nil {
		t.Error(err)
	}
	ada := livetest.ConnectMedia(t, pass)
	ada.PublishVideo(t, 640, 360, 30, 300_000)
	s.waitUntil("in with a picture", func(all []*attendances.Attendance) bool { return len(all) == 1 && all[0].Height() == 360 })
	if err := attendances.Reconcile(s.app, time.Now()); err != nil || !strings.Contains(s.stays(), "-") {
		t.Errorf("asked for: %s, %v, want it to contain %q", s.stays(), err, "-")
	}
	ada.HangUp()
	s.waitUntil("gone", func(all []*attendances.Attendance) bool { return !all[0].Left().IsZero() })

	// Our proxy isn't in front of it: a removed participant who reconnects with an old token is disconnected again.
	old := s.tokenFor("bob@x.example")
	out := func() (out bool) {
		bob := livetest.ConnectMedia(t, old)
		rows, err := s.app.FindAllRecords("participants", dbx.HashExp{"email": "bob@x.example"})
		if err != nil {
			t.Fatal(err)
		}
		if rows[0].Set("state", sessions.StateRemoved); s.app.Save(rows[0]) != nil {
			t.Fatal("the participant is still connected")
		}
		select {
		case <-bob.Disconnected:
			return true
		case <-time.After(3 * time.Second):
			return false
		}
	}
	for _, what := range []string{"the first time", "with an old pass"} {
		if !out() {
			t.Errorf("%s: the participant is still connected", what)
		}
	}

	knocker := livetest.MustConnect(t, s.token())
	if err := runs.End(s.app, hookstest.Actor(t, s.app, s.owner, s.team), s.session.Id); err != nil {
		t.Fatal(err)
	}
	if _, told := knocker.WaitForLeave(2 * time.Second); !told {
		t.Error("the participant is still connected after the end")
	}
	// A room that isn't open admits no one, and joining doesn't issue a token for it.
	if _, err := join.IssueToken(s.app, s.host()); err == nil {
		t.Error("a pass for what has ended")
	}
	// LiveKit sends the leave message just before the room is gone.
	for end := time.Now().Add(2 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		visitor, _, err := livetest.Connect(pass)
		if visitor == nil {
			return
		}
		visitor.Leave()
		if time.Now().After(end) {
			t.Fatalf("an old pass opens a room that is closed: %v", err)
		}
	}
}
