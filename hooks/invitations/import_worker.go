package invitations

import (
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
	importerID      = "usherImporter"
	batchSize       = 50
	publishInterval = 300 * time.Millisecond
	// ImportRetention is how long reports of imports are kept.
	ImportRetention = 90 * 24 * time.Hour
)

// Importer processes imports in the background.
type Importer struct {
	jobs.Queue

	lastPublished time.Time
}

// NewImporter returns an Importer that does nothing before Start or Step.
func NewImporter(app core.App) *Importer {
	w := &Importer{}
	w.Queue = jobs.Queue{ID: importerID, App: app, Open: w.open, Batch: w.batch, GiveUp: w.giveUp}
	return w
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

func (w *Importer) open() (open []jobs.Stored, err error) {
	err = w.App.DB().NewQuery("SELECT id, team FROM imports WHERE finished = '' ORDER BY created, rowid").WithContext(record.Prepared).All(&open)
	if err != nil {
		return nil, fmt.Errorf("find imports: %w", err)
	}
	return open, nil
}

func (w *Importer) batch(job jobs.Stored) error {
	i, err := runBatch(w.App, job.Team, job.ID, batchSize)
	if errors.Is(err, errs.ErrNotFound) {
		return nil // the team was deleted meanwhile
	}
	if err != nil {
		return err
	}
	if now := time.Now(); !i.Active() || now.Sub(w.lastPublished) >= publishInterval {
		w.lastPublished = now
		events.Publish(w.App, job.Team, events.Import)
	}
	return nil
}

func (w *Importer) giveUp(job jobs.Stored) error {
	err := w.App.RunInTransaction(func(tx core.App) error {
		i, err := FindImport(tx, job.Team, job.ID)
		if err != nil || !i.Active() {
			return err
		}
		return i.finish(tx, ImportStopped, "Something went wrong on our side. Import the list again; rows that are already done are skipped.")
	})
	events.Publish(w.App, job.Team, events.Import)
	return err
}
