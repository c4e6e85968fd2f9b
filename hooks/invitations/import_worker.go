package invitations

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/events"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/jobs"
)

const (
	importerID         = "usherImporter"
	batchSize          = 50
	importPollInterval = time.Minute // longest delay before an import stored by another process starts
	publishInterval    = 300 * time.Millisecond
	importRetryDelay   = time.Second           // after an error
	importPause        = 10 * time.Millisecond // between batches while another writer waits
	maxBatchFailures   = 5                     // consecutive batches that failed with an internal error
	// ImportRetention is how long reports of imports are kept.
	ImportRetention = 90 * 24 * time.Hour
)

// Importer processes imports in the background, one batch at a time: the imports of a team in order, and the teams in
// turn.
type Importer struct {
	App core.App

	lastServed    map[string]time.Time // time of a team's last batch
	lastPublished time.Time
	failures      map[string]int
	lastWaitCount int64
}

// NewImporter returns an Importer that does nothing before Start or Step.
func NewImporter(app core.App) *Importer {
	return &Importer{App: app, lastServed: map[string]time.Time{}, failures: map[string]int{}}
}

func registerImporter(app core.App) {
	jobs.WhileServing(app, importerID, func(app core.App) (stop func()) { return NewImporter(app).Start() })
	app.Cron().MustAdd("usherOldImports", "37 3 * * *", func() {
		_, err := app.NonconcurrentDB().NewQuery("DELETE FROM imports WHERE finished != '' AND finished < {:before}").
			Bind(dbx.Params{"before": record.FormatTime(time.Now().Add(-ImportRetention))}).Execute()
		if err != nil {
			app.Logger().Error("delete old imports", "error", err)
		}
	})
}

// Start works until stop is called, which waits for the current batch. It resumes imports interrupted by a crash. While one
// works for the app, another doesn't start.
func (w *Importer) Start() (stop func()) {
	return jobs.Loop{ID: importerID, Step: w.run, Failure: "import delayed", RetryDelay: importRetryDelay}.Start(w.App)
}

func (w *Importer) run(context.Context) (idle time.Duration, err error) {
	worked, err := w.Step()
	if err != nil || !worked {
		return importPollInterval, err
	}
	return w.pause(), nil
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
