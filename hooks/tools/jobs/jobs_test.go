package jobs_test

import (
	"errors"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/tools/jobs"
)

// startBlockingJob is an app whose job says when it begins, and runs until it is let go.
func startBlockingJob(t *testing.T) (app *core.BaseApp, begun <-chan time.Time, letGo chan<- struct{}) {
	t.Helper()
	app = hookstest.NewBareApp(t, func(core.App) {})
	beginnings, end := make(chan time.Time, 2), make(chan struct{})
	jobs.EveryMinute(app, "job", "look", func(_ core.App, now time.Time) error {
		beginnings <- now
		<-end
		return errors.New("this is logged")
	})
	serve(t, app)
	return app, beginnings, end
}

func serve(t *testing.T, app core.App) {
	t.Helper()
	if err := app.OnServe().Trigger(&core.ServeEvent{App: app}, func(*core.ServeEvent) error { return nil }); err != nil {
		t.Fatal(err)
	}
}

func terminate(app core.App) (done chan struct{}) {
	done = make(chan struct{})
	go func() {
		defer close(done)
		_ = app.OnTerminate().Trigger(&core.TerminateEvent{App: app}, func(*core.TerminateEvent) error { return nil })
	}()
	return done
}

func TestEveryMinute_Stop_WaitsForRun(t *testing.T) {
	app, begun, end := startBlockingJob(t)
	<-begun
	done := terminate(app)
	select {
	case <-done:
		t.Fatal("it stopped while the job ran")
	case <-time.After(50 * time.Millisecond):
	}
	close(end)
	<-done
	for _, job := range app.Cron().Jobs() {
		if job.Id() == "job" {
			job.Run()
		}
	}
	select {
	case <-begun:
		t.Error("it ran after the stop")
	default:
	}
	<-terminate(app) // a second stop waits for nothing
}

func TestEveryMinute_RunsAtStartAndEveryMinute(t *testing.T) {
	app, begun, end := startBlockingJob(t)
	close(end)
	if at := <-begun; time.Since(at) > time.Minute {
		t.Errorf("got the time %s, want at most %v", at, time.Minute)
	}
	var found bool
	for _, job := range app.Cron().Jobs() {
		if job.Id() == "job" {
			found = job.Expression() == "* * * * *"
			job.Run()
			<-begun
		}
	}
	if !found {
		t.Error("it does not run each minute")
	}
}
