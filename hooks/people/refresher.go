package people

import (
	"context"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/jobs"
)

const (
	refresherID = "usherPeople"

	quietPeriod = 100 * time.Millisecond // without a commit, before rows are refreshed
	maxDelay    = 500 * time.Millisecond // of a refresh while commits continue
	retryDelay  = 5 * time.Second        // after an error
)

// Register lets the server refresh rows in the background, so that readers rarely have to.
func Register(app core.App) {
	wake := func(e *core.RecordEvent) error {
		jobs.Wake(e.App, refresherID)
		return e.Next()
	}
	app.OnRecordAfterCreateSuccess("memberships", "invitations").BindFunc(wake)
	app.OnRecordAfterUpdateSuccess("memberships", "invitations").BindFunc(wake)
	jobs.WhileServing(app, refresherID, StartRefresher)
}

// StartRefresher refreshes rows in the background when writers pause, until stop is called; first those that a crash left.
// Nothing depends on it. While one runs for the app, another doesn't start.
func StartRefresher(app core.App) (stop func()) {
	return jobs.Loop{
		ID: refresherID, Quiet: quietPeriod, MaxDelay: maxDelay,
		Step: func(ctx context.Context) (time.Duration, error) { return jobs.UntilWoken, refreshStale(ctx, app) },

		Failure: "the user list can't be refreshed in the background", RetryDelay: retryDelay,
	}.Start(app)
}

func refreshStale(ctx context.Context, app core.App) error {
	for ctx.Err() == nil {
		n, err := refreshBatch(app)
		if err != nil {
			return err
		}
		if n < batchSize { // the rest waits for the next time, because a batch is much cheaper per row than a single row
			return nil
		}
	}
	return nil
}
