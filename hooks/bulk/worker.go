package bulk

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/actors"
	"usher/hooks/events"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/jobs"
)

const (
	workerID  = "usherBulk"
	chunkSize = 20 // rows between two looks at whether the job was stopped

	// JobRetention is how long the results of jobs are kept.
	JobRetention = 90 * 24 * time.Hour
)

// Register runs jobs while the app is served.
func Register(app core.App) {
	jobs.WhileServing(app, workerID, func(app core.App) (stop func()) { return NewWorker(app).Start() })
	app.Cron().MustAdd("usherOldBulkJobs", "39 3 * * *", func() {
		_, err := app.NonconcurrentDB().NewQuery("DELETE FROM bulk_jobs WHERE finished != '' AND finished < {:before}").
			Bind(dbx.Params{"before": record.FormatTime(time.Now().Add(-JobRetention))}).Execute()
		if err != nil {
			app.Logger().Error("delete old bulk actions", "error", err)
		}
	})
}

// NewWorker returns a queue of jobs that does nothing before Start or Step.
func NewWorker(app core.App) *jobs.Queue {
	return &jobs.Queue{ID: workerID, App: app,
		Open: func() (open []jobs.Stored, err error) {
			err = app.DB().NewQuery("SELECT id, team FROM bulk_jobs WHERE finished = '' ORDER BY created").All(&open)
			return open, err
		},
		Batch: func(job jobs.Stored) error { return runChunk(app, job) },
		GiveUp: func(job jobs.Stored) error {
			return stop(app, job, "Something went wrong on our side. Repeat the action; users that are already done are skipped.")
		},
	}
}

// runChunk processes the next rows of a job. Each row has its own transaction, as in Do, and its result is stored right after
// it: after a crash between both the row is repeated, which changes nothing that was already changed.
func runChunk(app core.App, job jobs.Stored) error {
	j, err := FindJob(app, job.Team, job.ID)
	if errors.Is(err, errs.ErrNotFound) || err == nil && !j.Active() {
		return nil
	}
	if err != nil {
		return err
	}
	actor, err := j.actor(app)
	if _, _, reason, ok := errs.Details(err); ok {
		return stop(app, job, reason)
	}
	if err != nil {
		return err
	}
	var ids []string
	err = app.DB().NewQuery("SELECT target FROM bulk_rows WHERE job = {:id} AND n > {:done} ORDER BY n LIMIT {:size}").
		Bind(dbx.Params{"id": j.ID, "done": j.Done, "size": chunkSize}).Column(&ids)
	if err != nil {
		return fmt.Errorf("read the rows of a bulk action: %w", err)
	}
	if err := j.Action().run(app, actor, ids, Action.apply, func(row RowResult) error { return j.save(app, row) }); err != nil {
		return err
	}
	if j.Done >= j.Total || len(ids) == 0 {
		if err := j.finish(app, JobDone, ""); err != nil {
			return err
		}
	}
	events.Publish(app, j.Team, events.Import)
	return nil
}

// actor returns the user who started the job with their current rights. Lost rights apply to the remaining rows.
func (j *Job) actor(app core.App) (*actors.Actor, error) {
	gone := errs.Invalid("base", errs.CodeNotAllowed, "The user who started this is no longer an Admin of the team.")
	account, err := app.FindRecordById("users", j.Creator)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, gone
	}
	if err != nil {
		return nil, fmt.Errorf("find the account that started a bulk action: %w", err)
	}
	actor, err := actors.Find(app, account, j.Team)
	if errors.Is(err, errs.ErrNotFound) || err == nil && !actor.CanUsePanel() {
		return nil, gone
	}
	if err != nil {
		return nil, err
	}
	actor.IP = j.Address
	return actor, nil
}

// save stores the result of the next row. The link of an invitation isn't stored.
func (j *Job) save(app core.App, row RowResult) error {
	row.Link = ""
	result, err := json.Marshal(row)
	if err != nil {
		return fmt.Errorf("store the result of a bulk action: %w", err)
	}
	skipped := 0
	if row.Status == Skipped {
		skipped = 1
	}
	err = app.RunInTransaction(func(tx core.App) error {
		_, err := tx.NonconcurrentDB().NewQuery("UPDATE bulk_rows SET result = {:result} WHERE job = {:id} AND n = {:n}").
			Bind(dbx.Params{"result": string(result), "id": j.ID, "n": j.Done + 1}).Execute()
		if err != nil {
			return err
		}
		_, err = tx.NonconcurrentDB().NewQuery(`UPDATE bulk_jobs SET done = {:n}, skipped = skipped + {:skipped}, status = iif(finished = '', 'running', status),
			started = iif(started = '', {:now}, started) WHERE id = {:id}`).
			Bind(dbx.Params{"n": j.Done + 1, "skipped": skipped, "now": types.NowDateTime().String(), "id": j.ID}).Execute()
		return err
	})
	if err != nil {
		return fmt.Errorf("store the result of a bulk action: %w", err)
	}
	j.Done++
	return nil
}

func stop(app core.App, job jobs.Stored, reason string) error {
	j, err := FindJob(app, job.Team, job.ID)
	if err != nil {
		return errs.IgnoreNotFound(err)
	}
	err = j.finish(app, JobStopped, reason)
	events.Publish(app, job.Team, events.Import)
	return err
}
