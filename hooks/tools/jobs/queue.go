package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

const (
	queuePollInterval = time.Minute // longest delay before a job stored by another process starts
	queueRetryDelay   = time.Second // after an error
	queuePause        = 10 * time.Millisecond
	maxBatchFailures  = 5 // consecutive batches of a job that failed with an internal error
)

// Stored is a job in the database that hasn't ended, and whose it is.
type Stored struct{ ID, Team string }

// Queue works through stored jobs in the background, one batch at a time: the jobs of a team in order, and the teams in turn.
type Queue struct {
	ID  string // of the loop in the app
	App core.App

	// Open lists the jobs that haven't ended, oldest first.
	Open func() ([]Stored, error)
	// Batch does the next batch of a job.
	Batch func(job Stored) error
	// GiveUp ends a job whose batches keep failing, so that it doesn't block others.
	GiveUp func(job Stored) error

	lastServed    map[string]time.Time // time of a team's last batch
	failures      map[string]int
	lastWaitCount int64
}

// Start works until stop is called, which waits for the current batch. It resumes jobs interrupted by a crash. While one works
// for the app, another doesn't start.
func (q *Queue) Start() (stop func()) {
	return Loop{ID: q.ID, Step: q.run, Failure: "a job is delayed", RetryDelay: queueRetryDelay}.Start(q.App)
}

func (q *Queue) run(context.Context) (idle time.Duration, err error) {
	worked, err := q.Step()
	if err != nil || !worked {
		return queuePollInterval, err
	}
	return q.pause(), nil
}

// pause returns how long to leave the database to other writers: 0 unless one has waited for it.
func (q *Queue) pause() time.Duration {
	db, ok := q.App.NonconcurrentDB().(*dbx.DB)
	if !ok {
		return 0
	}
	waits := db.DB().Stats().WaitCount
	waited := waits != q.lastWaitCount
	q.lastWaitCount = waits
	if waited {
		return queuePause
	}
	return 0
}

// Step does one batch of the team that has waited longest. worked is false if there is nothing to do.
func (q *Queue) Step() (worked bool, err error) {
	open, err := q.Open()
	if err != nil {
		return false, err
	}
	if len(open) == 0 {
		q.lastServed, q.failures = map[string]time.Time{}, map[string]int{}
		return false, nil
	}
	next, seen := open[0], map[string]bool{}
	for _, one := range open {
		if !seen[one.Team] && q.lastServed[one.Team].Before(q.lastServed[next.Team]) {
			next = one
		}
		seen[one.Team] = true
	}
	if q.lastServed == nil {
		q.lastServed, q.failures = map[string]time.Time{}, map[string]int{}
	}
	q.lastServed[next.Team] = time.Now()
	if err := q.Batch(next); err != nil {
		if q.failures[next.ID]++; q.failures[next.ID] < maxBatchFailures {
			return true, fmt.Errorf("job %s: %w", next.ID, err)
		}
		delete(q.failures, next.ID)
		if ended := q.GiveUp(next); ended != nil {
			return true, fmt.Errorf("give up job %s: %w", next.ID, ended)
		}
		return true, fmt.Errorf("gave up job %s: %w", next.ID, err)
	}
	delete(q.failures, next.ID)
	return true, nil
}
