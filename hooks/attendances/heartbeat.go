package attendances

import (
	"context"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/live"
	"usher/hooks/record"
	"usher/hooks/tools/jobs"
)

const (
	heartbeatID    = "usherHeartbeat"
	heartbeatEvery = time.Second

	// heartbeatKey is the key of the time at which the server last ran while someone was in a session, in PocketBase's parameters.
	heartbeatKey = "usherHeartbeat"
)

// registerHeartbeat stores each second that the server runs, while someone is in a session and the media server is embedded: if the
// process is killed, everyone leaves at that moment. An external media server goes on without us.
func registerHeartbeat(app core.App) {
	beat := func(context.Context) (next time.Duration, err error) { return heartbeat(app, time.Now()) }
	jobs.WhileServing(app, heartbeatID, func(core.App) (stop func()) {
		return jobs.Loop{ID: heartbeatID, Step: beat, Failure: "store that the server runs", RetryDelay: time.Minute}.Start(app)
	})
	app.OnRecordAfterCreateSuccess("attendances").BindFunc(func(e *core.RecordEvent) error {
		jobs.Wake(app, heartbeatID)
		return e.Next()
	})
}

// heartbeat stores the time if someone is in a session. The first Reconcile needs that of the process before.
func heartbeat(app core.App, now time.Time) (next time.Duration, err error) {
	if live.IsExternal(app) || !app.Store().Has(reconciledKey) {
		return jobs.UntilWoken, nil
	}
	var someone bool
	err = app.DB().NewQuery(`SELECT EXISTS (SELECT 1 FROM attendances a JOIN sessions s ON s.id = a.session WHERE a."left" = '' AND s.status = 'running' AND s.media != '')`).
		WithContext(record.Prepared).Row(&someone)
	if err != nil || !someone {
		return jobs.UntilWoken, err
	}
	return heartbeatEvery, saveTime(app, heartbeatKey, now)
}
