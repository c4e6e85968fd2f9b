package attendances_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/attendances"
	"usher/hooks/entry"
	"usher/hooks/hookstest"
	"usher/hooks/live"
	"usher/hooks/live/livetest"
	"usher/hooks/sessions"
)

func TestMain(m *testing.M) { livetest.Main(m) }

// The same walk as with the embedded one, by settings alone: in with a picture, put out, ended.
func TestASessionRunsOnAnOutsideLiveKit(t *testing.T) {
	var app atomic.Pointer[core.BaseApp]
	reports := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := live.Receive(app.Load(), r); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	}))
	t.Cleanup(reports.Close)
	process := livetest.Outside(t, reports.URL+live.ReportPath)
	config := hookstest.Config()
	config.LiveURL, config.LiveKey, config.LiveSecret = process.URL, process.Key, process.Secret
	s := open(t, config, sessions.Form{})
	app.Store(s.app)
	host := s.host()
	host.Set("state", sessions.StateAdmitted)
	if err := s.app.Save(host); err != nil {
		t.Fatal(err)
	}

	pass := s.pass()
	if pass.URL != "ws"+strings.TrimPrefix(process.URL, "http") {
		t.Errorf("browsers are sent to %s", pass.URL)
	}
	if err := live.Ready(s.app); err != nil {
		t.Error(err)
	}
	ada := livetest.Come(t, pass)
	ada.Send(t, 640, 360, 30, 300_000)
	s.until("in with a picture", func(all []*attendances.Attendance) bool { return len(all) == 1 && all[0].Height() == 360 })
	if err := attendances.Reconcile(s.app, time.Now()); err != nil || !strings.Contains(s.stays(), "-") {
		t.Errorf("asked for: %s, %v", s.stays(), err)
	}
	ada.Go()
	s.until("gone", func(all []*attendances.Attendance) bool { return !all[0].Left().IsZero() })

	knocker := livetest.Enter(t, s.pass())
	if err := sessions.End(s.app, hookstest.Actor(t, s.app, s.owner, s.team), s.session.Id); err != nil {
		t.Fatal(err)
	}
	if _, told := knocker.Farewell(2 * time.Second); !told {
		t.Error("not put out by the end")
	}
	// No gate of ours stands before it: a room that is not open lets nobody in, and entry makes no pass for it.
	if _, err := entry.Pass(s.app, s.host()); err == nil {
		t.Error("a pass for what has ended")
	}
	if visitor, _, err := livetest.Knock(pass); visitor != nil {
		t.Errorf("an old pass opens a room that is closed: %v", err)
	}
}
