package invitations

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/routine"

	"usher/hooks/events"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

const (
	importerKey        = "usher.importer"
	batchSize          = 50
	importPollInterval = time.Minute // longest delay before an import stored by another process starts
	publishInterval    = 300 * time.Millisecond
	importPause        = 10 * time.Millisecond // between batches while another writer waits
	maxBatchFailures   = 5                     // consecutive batches that failed with an internal error
	importRetention    = 90 * 24 * time.Hour
)

// Importer processes imports in the background, one batch at a time: the imports of a team in order, and the teams in
// turn.
type Importer struct {
	App core.App

	wake          chan struct{}
	lastServed    map[string]time.Time // time of a team's last batch
	lastPublished time.Time
	failures      map[string]int
	lastWaitCount int64
}

// NewImporter returns an Importer that does nothing before Start or Step.
func NewImporter(app core.App) *Importer {
	return &Importer{App: app, wake: make(chan struct{}, 1), lastServed: map[string]time.Time{}, failures: map[string]int{}}
}

func registerImporter(app core.App) {
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "usherImporter", Func: func(e *core.ServeEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		stop := NewImporter(e.App).Start()
		e.App.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{Id: "usherImporter",
			Func: func(te *core.TerminateEvent) error {
				stop()
				return te.Next()
			}})
		return nil
	}})
	app.Cron().MustAdd("usherOldImports", "37 3 * * *", func() {
		_, err := app.NonconcurrentDB().NewQuery("DELETE FROM imports WHERE finished != '' AND finished < {:before}").
			Bind(dbx.Params{"before": record.FormatTime(time.Now().Add(-importRetention))}).Execute()
		if err != nil {
			app.Logger().Error("delete old imports", "error", err)
		}
	})
}

func wakeImporter(app core.App) {
	if w, ok := app.Store().Get(importerKey).(*Importer); ok {
		select {
		case w.wake <- struct{}{}:
		default:
		}
	}
}

// Start works until stop is called, which waits for the current batch. It resumes imports interrupted by a crash.
func (w *Importer) Start() (stop func()) {
	if w.App.Store().GetOrSet(importerKey, func() any { return w }) != any(w) {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	routine.FireAndForget(func() {
		defer close(done)
		w.run(ctx)
	})
	return sync.OnceFunc(func() {
		cancel()
		<-done
		w.App.Store().Remove(importerKey)
	})
}

func (w *Importer) run(ctx context.Context) {
	for ctx.Err() == nil {
		worked, err := w.stepSafely()
		idle := importPollInterval
		switch {
		case err != nil:
			w.App.Logger().Error("import delayed", "error", err.Error())
			idle = time.Second
		case worked:
			idle = w.pause()
		}
		if idle == 0 {
			continue
		}
		timer := time.NewTimer(idle)
		select {
		case <-ctx.Done():
		case <-w.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// stepSafely is Step with recovery: a panic costs a batch, not the process.
func (w *Importer) stepSafely() (worked bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("import panicked: %v", p)
		}
	}()
	return w.Step()
}

// pause returns how long to leave the database to other writers: 0 unless one has waited for it.
func (w *Importer) pause() time.Duration {
	db, ok := w.App.NonconcurrentDB().(*dbx.DB)
	if !ok {
		return 0
	}
	waits := db.DB().Stats().WaitCount
	waited := waits != w.lastWaitCount
	w.lastWaitCount = waits
	if waited {
		return importPause
	}
	return 0
}

// Step processes one batch of the team that has waited longest. worked is false if there is nothing to do.
func (w *Importer) Step() (worked bool, err error) {
	var open []struct{ ID, Team string }
	err = w.App.DB().NewQuery("SELECT id, team FROM imports WHERE finished = '' ORDER BY created, rowid").WithContext(record.Prepared).All(&open)
	if err != nil {
		return false, fmt.Errorf("find imports: %w", err)
	}
	if len(open) == 0 {
		clear(w.lastServed)
		return false, nil
	}
	next, seen := open[0], map[string]bool{}
	for _, one := range open {
		if !seen[one.Team] && w.lastServed[one.Team].Before(w.lastServed[next.Team]) {
			next = one
		}
		seen[one.Team] = true
	}
	w.lastServed[next.Team] = time.Now()
	i, err := runBatch(w.App, next.Team, next.ID, batchSize)
	if errors.Is(err, errs.ErrNotFound) {
		return true, nil // the team was deleted meanwhile
	}
	if err != nil {
		return true, w.recordFailure(next.Team, next.ID, err)
	}
	delete(w.failures, next.ID)
	if now := time.Now(); !i.Active() || now.Sub(w.lastPublished) >= publishInterval {
		w.lastPublished = now
		events.Publish(w.App, next.Team, events.Import)
	}
	return true, nil
}

// recordFailure counts a batch that failed with an internal error. After maxBatchFailures the import ends, so that it
// doesn't block others.
func (w *Importer) recordFailure(team, id string, err error) error {
	if w.failures[id]++; w.failures[id] < maxBatchFailures {
		return fmt.Errorf("import %s: %w", id, err)
	}
	delete(w.failures, id)
	ended := w.App.RunInTransaction(func(tx core.App) error {
		i, err := FindImport(tx, team, id)
		if err != nil || !i.Active() {
			return err
		}
		return i.finish(tx, ImportStopped, "Something went wrong on our side. Import the list again; rows that are already done are skipped.")
	})
	events.Publish(w.App, team, events.Import)
	return errors.Join(fmt.Errorf("give up import %s: %w", id, err), ended)
}
