package jobs_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/tools/jobs"
)

const (
	soon  = 10 * time.Second      // in which what must happen happens
	while = 50 * time.Millisecond // in which what mustn't happen would
)

// steps is a loop whose steps say when they begin, and end with what the test says.
type steps struct {
	jobs.Loop
	app  core.App
	runs chan context.Context
	next chan func() (time.Duration, error)
}

func newSteps(t *testing.T) *steps {
	t.Helper()
	s := &steps{app: hookstest.NewBareApp(t, func(core.App) {}), runs: make(chan context.Context), next: make(chan func() (time.Duration, error))}
	s.Loop = jobs.Loop{ID: "steps", Failure: "this is logged", RetryDelay: time.Millisecond,
		Step: func(ctx context.Context) (time.Duration, error) {
			s.runs <- ctx
			return (<-s.next)()
		}}
	return s
}

func (s *steps) assertRuns(t *testing.T) context.Context {
	t.Helper()
	select {
	case ctx := <-s.runs:
		return ctx
	case <-time.After(soon):
		t.Fatalf("got no step within %s, want one", soon)
		return nil
	}
}

func (s *steps) assertIdle(t *testing.T) {
	t.Helper()
	select {
	case <-s.runs:
		t.Fatal("got a step, want none")
	case <-time.After(while):
	}
}

func (s *steps) end(next time.Duration, err error) {
	s.next <- func() (time.Duration, error) { return next, err }
}

func TestLoop_RunsAtStart_AfterDelay_AndWhenWoken(t *testing.T) {
	s := newSteps(t)
	jobs.Wake(s.app, s.ID) // nothing runs yet
	stop := s.Start(s.app)
	s.assertRuns(t)
	s.end(time.Millisecond, nil)
	s.assertRuns(t)
	s.end(0, nil)
	s.assertRuns(t)
	s.end(jobs.UntilWoken, nil)
	s.assertIdle(t)
	for range 3 {
		jobs.Wake(s.app, "other")
		s.assertIdle(t)
		jobs.Wake(s.app, s.ID)
		s.assertRuns(t)
		s.end(jobs.UntilWoken, nil)
	}
	stop()
}

func TestLoop_WokenDuringStep_RunsAgain(t *testing.T) {
	s := newSteps(t)
	stop := s.Start(s.app)
	s.assertRuns(t)
	for range 3 {
		jobs.Wake(s.app, s.ID)
	}
	s.end(jobs.UntilWoken, nil)
	s.assertRuns(t)
	s.end(jobs.UntilWoken, nil)
	s.assertIdle(t)
	stop()
}

func TestLoop_ErrorOrPanic_RetriesAfterDelay(t *testing.T) {
	for name, fail := range map[string]func() (time.Duration, error){
		"error": func() (time.Duration, error) { return jobs.UntilWoken, errors.New("the disk is full") },
		"panic": func() (time.Duration, error) { panic("a bug") },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSteps(t)
			s.RetryDelay = 200 * time.Millisecond
			stop := s.Start(s.app)
			s.assertRuns(t)
			failed := time.Now()
			s.next <- fail
			s.assertRuns(t)
			if got := time.Since(failed); got < s.RetryDelay {
				t.Errorf("got another step after %s, want it after %s", got, s.RetryDelay)
			}
			s.end(jobs.UntilWoken, nil)
			s.assertIdle(t)
			stop()
		})
	}
}

func TestLoop_Stop_WaitsForStepAndRunsNoOther(t *testing.T) {
	s := newSteps(t)
	jobs.WhileServing(s.app, s.ID, s.Start)
	serve(t, s.app)
	ctx := s.assertRuns(t)
	done := terminate(s.app)
	select {
	case <-ctx.Done():
	case <-time.After(soon):
		t.Fatal("the step isn't told to end")
	}
	select {
	case <-done:
		t.Fatal("the app stopped during a step")
	case <-time.After(while):
	}
	jobs.Wake(s.app, s.ID)
	s.end(0, nil)
	<-done
	jobs.Wake(s.app, s.ID)
	s.assertIdle(t)
}

func TestLoop_StopTimeout_DoesNotWaitLonger(t *testing.T) {
	s := newSteps(t)
	s.StopTimeout = time.Millisecond
	stop := s.Start(s.app)
	s.assertRuns(t)
	stop()
	s.end(0, nil)
	s.assertIdle(t)
}

func TestLoop_StartedTwice_RunsOnce(t *testing.T) {
	s := newSteps(t)
	stop := s.Start(s.app)
	s.assertRuns(t)
	second := s.Start(s.app)
	s.assertIdle(t)
	second() // the first still runs
	s.end(0, nil)
	s.assertRuns(t)
	s.end(jobs.UntilWoken, nil)
	stop()
	stop = s.Start(s.app)
	s.assertRuns(t)
	s.end(jobs.UntilWoken, nil)
	stop()
}

func TestLoop_Quiet_WaitsForPauseAtMostMaxDelay(t *testing.T) {
	s := newSteps(t)
	s.Quiet, s.MaxDelay = 200*time.Millisecond, time.Second
	stop := s.Start(s.app)
	s.assertRuns(t) // at the start without a delay
	s.end(jobs.UntilWoken, nil)

	start := time.Now()
	jobs.Wake(s.app, s.ID)
	s.assertRuns(t)
	if got := time.Since(start); got < s.Quiet {
		t.Errorf("got a step after %s, want it after %s", got, s.Quiet)
	}
	s.end(jobs.UntilWoken, nil)

	start = time.Now()
	calls := time.NewTicker(time.Millisecond)
	defer calls.Stop()
	for running := true; running; {
		select {
		case <-s.runs:
			running = false
		case <-calls.C:
			jobs.Wake(s.app, s.ID)
		}
	}
	if got := time.Since(start); got < s.MaxDelay || got > soon {
		t.Errorf("got a step after %s of calls, want it after %s", got, s.MaxDelay)
	}
	s.end(jobs.UntilWoken, nil)
	stop()
}
