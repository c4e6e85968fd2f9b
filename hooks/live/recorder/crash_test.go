package recorder_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"

	"usher/hooks/live"
	"usher/hooks/live/livetest"
	"usher/hooks/live/recorder"
)

// The environment variables of the child process that records.
const (
	envDir   = "USHER_TEST_RECORD_DIR"
	envURL   = "USHER_TEST_RECORD_URL"
	envToken = "USHER_TEST_RECORD_TOKEN"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(envDir); dir != "" {
		recordInChild(dir)
	}
	livetest.Main(m)
}

// recordInChild records until the process is killed.
func recordInChild(dir string) {
	r, err := recorder.Start(context.Background(), recorder.Options{Dir: dir,
		Credentials: func() (string, string, error) { return os.Getenv(envURL), os.Getenv(envToken), nil }})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	<-r.Done()
	os.Exit(0)
}

// A recorder that is killed loses at most two seconds.
func TestFinish_AfterKill_LosesTwoSeconds(t *testing.T) {
	t.Parallel()
	s := newStudio(t)
	url, token, err := live.RecorderCredentials(s.app, s.room)
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), envDir+"="+s.dir, envURL+"="+url, envToken+"="+token)
	child.Stderr = os.Stderr
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = child.Process.Kill()
		_ = child.Wait()
	})
	s.waitForJournal(`"event":"joined"`, 1)
	ada := s.join("ada")
	sendCamera(t, ada, livekit.TrackSource_CAMERA)
	sendMicrophone(t, ada)
	s.waitForJournal(`"event":"offset"`, 2)
	time.Sleep(1500 * time.Millisecond) // so that the kill isn't just after the beginning
	killed := time.Now()
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	m := s.finish()
	if len(m.Parts) != 2 || m.Reason != recorder.ReasonCrashed {
		t.Fatalf("got %+v, want two parts of a crash", m)
	}
	for _, kind := range []string{"video", "audio"} {
		last := int64(0)
		for captured := range capturedAt(s, m, kind) {
			last = max(last, captured)
		}
		lost := killed.Sub(time.UnixMilli(last))
		t.Logf("%s: lost %s", kind, lost)
		if lost > 2*time.Second {
			t.Errorf("%s: lost %s, want at most 2s", kind, lost)
		}
	}
	for _, part := range m.Parts {
		if !part.Truncated {
			t.Errorf("%s isn't said to be truncated", part.File)
		}
	}
}

// changingCredentials are credentials that can change.
type changingCredentials struct {
	mu sync.Mutex
	studio
}

func (c *changingCredentials) set(s *studio) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.studio = *s
}

func (c *changingCredentials) get() (url, token string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return live.RecorderCredentials(c.app, c.room)
}
