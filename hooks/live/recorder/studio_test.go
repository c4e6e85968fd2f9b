package recorder_test

import (
	"context"
	"io"
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

// studio is a media room and the folder of its recorder.
type studio struct {
	*testing.T
	app  core.App
	room string
	dir  string
}

func newStudio(t *testing.T) *studio {
	t.Helper()
	app := hookstest.NewApp(t)
	livetest.Start(t, app)
	return newRoom(t, app)
}

// newExternalStudio is a studio whose media server is a process of its own.
func newExternalStudio(t *testing.T) (*studio, *livetest.Process) {
	t.Helper()
	server := livetest.StartExternal(t, "http://127.0.0.1:1") // where no one receives its reports
	return newRoom(t, newAppOf(t, server)), server
}

// newAppOf is an app that uses the media server.
func newAppOf(t *testing.T, server *livetest.Process) core.App {
	t.Helper()
	config := hookstest.Config()
	config.LiveURL, config.LiveKey, config.LiveSecret = server.URL, server.Key, server.Secret
	return hookstest.NewAppWith(t, config)
}

func newRoom(t *testing.T, app core.App) *studio {
	t.Helper()
	s := &studio{T: t, app: app, room: "room " + t.Name(), dir: t.TempDir()}
	if err := live.OpenRoom(s.app, s.room); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *studio) options() recorder.Options {
	return recorder.Options{Dir: s.dir, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Credentials: func() (string, string, error) { return live.RecorderCredentials(s.app, s.room) }}
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

// join connects a participant, to the media server directly.
func (s *studio) join(identity string) *livetest.MediaClient {
	s.Helper()
	return livetest.ConnectMedia(s, s.credentials(identity))
}

func (s *studio) credentials(identity string) live.Credentials {
	s.Helper()
	pass, err := live.IssueToken(s.app, live.Grant{Room: s.room, Identity: identity, Name: strings.ToUpper(identity), Publish: true, Screen: true})
	if err != nil {
		s.Fatal(err)
	}
	if pass.URL, _, err = live.RecorderCredentials(s.app, s.room); err != nil {
		s.Fatal(err)
	}
	pass.URL = strings.Replace(pass.URL, "http", "ws", 1)
	return pass
}

// waitFor waits until the condition holds.
func waitFor(t testing.TB, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !condition(); <-time.After(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("timed out: %s", what)
		}
	}
}

// waitForJournal waits until the journal contains the text that many times.
func (s *studio) waitForJournal(text string, times int) {
	s.Helper()
	waitFor(s, text, func() bool { return strings.Count(s.journal(), text) >= times })
}

func (s *studio) journal() string {
	data, _ := os.ReadFile(s.dir + "/journal.jsonl")
	return string(data)
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

// partsOf returns the parts of a participant and a source.
func partsOf(m *recorder.Manifest, participant, source string) (parts []recorder.Part) {
	for _, part := range m.Parts {
		if part.Participant == participant && part.Source == source {
			parts = append(parts, part)
		}
	}
	return parts
}
