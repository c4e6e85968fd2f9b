package recorder_test

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/live"
	"usher/hooks/live/livetest"
	"usher/hooks/live/recorder"
)

// studio is a media room and its recorder.
type studio struct {
	*testing.T
	app *core.BaseApp
	dir string
}

const room = "studio"

func newStudio(t *testing.T) *studio {
	t.Helper()
	s := &studio{T: t, app: hookstest.NewApp(t), dir: t.TempDir()}
	livetest.Start(t, s.app)
	if err := live.OpenRoom(s.app, room); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *studio) options() recorder.Options {
	return recorder.Options{Dir: s.dir, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
		Credentials: func() (string, string, error) { return live.RecorderCredentials(s.app, room) }}
}

func (s *studio) record() *recorder.Recording {
	s.Helper()
	r, err := recorder.Start(context.Background(), s.options())
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(r.Stop)
	return r
}

// credentials are those of a participant, who connects to the media server directly.
func (s *studio) credentials(identity string) live.Credentials {
	s.Helper()
	pass, err := live.IssueToken(s.app, live.Grant{Room: room, Identity: identity, Name: strings.ToUpper(identity), Publish: true, Screen: true})
	if err != nil {
		s.Fatal(err)
	}
	if pass.URL, _, err = live.RecorderCredentials(s.app, room); err != nil {
		s.Fatal(err)
	}
	pass.URL = strings.Replace(pass.URL, "http", "ws", 1)
	return pass
}

// waitFor waits until the condition holds.
func (s *studio) waitFor(what string, condition func() bool) {
	s.Helper()
	for deadline := time.Now().Add(20 * time.Second); !condition(); <-time.After(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.Fatalf("timed out: %s", what)
		}
	}
}

// finish makes the manifest.
func (s *studio) finish() *recorder.Manifest {
	s.Helper()
	m, err := recorder.Finish(s.dir)
	if err != nil {
		s.Fatal(err)
	}
	return m
}

func TestStart_RecordsCamera(t *testing.T) {
	s := newStudio(t)
	r := s.record()
	livetest.ConnectMedia(t, s.credentials("ada")).PublishVideo(t, 640, 360, 25, 500_000)
	s.waitFor("two seconds of video", func() bool { return r.Bytes() > 2*500_000/8 })
	r.Stop()
	if err := r.Err(); err != nil {
		t.Errorf("got %v, want no error", err)
	}
	m := s.finish()
	if len(m.Participants) != 1 || len(m.Parts) != 1 || m.Reason != "" {
		t.Fatalf("got %+v, want one participant and one part", m)
	}
	who, part := m.Participants[0], m.Parts[0]
	if who.ID != "ada" || who.Name != "ADA" || len(who.Stays) != 1 {
		t.Errorf("got %+v, want Ada with one stay", who)
	}
	if part.Participant != "ada" || part.Source != recorder.SourceCamera || part.Kind != "video" || part.Codec != "vp8" ||
		part.Width != 640 || part.Height != 360 || part.Duration < 1000 || part.Truncated {
		t.Errorf("got %+v, want a camera of more than a second in 640x360", part)
	}
}
