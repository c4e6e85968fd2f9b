package api_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/recordings"
	"usher/hooks/sessions"
)

func TestRecordings_Manage(t *testing.T) {
	w := newFixture(t)
	r := hookstest.Recording(t, w.App, w.newSession(sessions.Form{}), map[string]any{"mp4_status": recordings.MP4Failed})
	recordings.SetMakesMP4s(w.App, true)
	for _, step := range []struct {
		action string
		body   any
		field  string
		want   any
	}{
		{"rename", object{"title": "Kestrel, take two"}, "title", "Kestrel, take two"},
		{"share", nil, "shared", true},
		{"unshare", nil, "shared", false},
		{"retry", nil, "status", "ready"},
		{"trash", nil, "title", "Kestrel, take two"},
		{"restore", nil, "trashed", ""},
		{"trash", nil, "title", "Kestrel, take two"},
		{"delete", nil, "status", "deleted"},
	} {
		status, body := w.callAs("admin", http.MethodPost, w.path("/recordings/%s/%s", r.Id, step.action), step.body)
		if status != http.StatusOK || body[step.field] != step.want {
			t.Errorf("%s: got %d %v, want %s %v", step.action, status, body, step.field, step.want)
		}
	}
	if status, _ := w.callAs("admin", http.MethodGet, w.path("/recordings/%s", r.Id), nil); status != http.StatusNotFound {
		t.Errorf("a deleted recording: got %d, want %d", status, http.StatusNotFound)
	}
}

// idleRecorder records nothing until it is stopped.
type idleRecorder struct{ ctx context.Context }

func (r idleRecorder) Stop()                 {}
func (r idleRecorder) Done() <-chan struct{} { return r.ctx.Done() }
func (r idleRecorder) Err() error            { return nil }
func (r idleRecorder) Bytes() int64          { return 0 }

func TestRecordings_StartAndStop(t *testing.T) {
	w := newFixture(t)
	recordings.SetEngine(w.App, recordings.Engine{
		Ready: func(core.App) error { return nil },
		Start: func(ctx context.Context, _ core.App, _ recordings.RecorderOptions) (recordings.Recorder, error) {
			return idleRecorder{ctx}, nil
		},
		FreeDisk: func(string) (uint64, bool) { return 1 << 40, true },
	})
	session := hookstest.StartSession(t, w.App, w.accounts["organizer"], w.team, sessions.Form{})
	path := "/api/sessions/" + session.Id + "/recording/"
	status, started := w.callAs("organizer", http.MethodPost, path+"start", nil)
	if status != http.StatusOK || started["status"] != recordings.StatusRecording || started["session"] != session.Id {
		t.Fatalf("start: got %d %v, want a recording of the session", status, started)
	}
	status, stopped := w.callAs("organizer", http.MethodPost, path+"stop", nil)
	if status != http.StatusOK || stopped["id"] != started["id"] || stopped["stopReason"] != recordings.StoppedByHost {
		t.Errorf("stop: got %d %v, want it stopped by the host", status, stopped)
	}
}
