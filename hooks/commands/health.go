package commands

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/live"
	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/tools/disk"
)

// The limits of a server that is ready.
const (
	minFreeBytes = 100 << 20 // bytes on the disk of the data folder
	maxQueueAge  = time.Hour // that the oldest email waits, where email is set up
)

// CheckReady is nil if the server can do its work: it isn't stopping, the database can be written, the disk has space, live
// media runs, and emails are sent. The error says what is wrong, for the server administrator; it holds no personal data.
func CheckReady(app core.App) error {
	if stopping(app) {
		return fmt.Errorf("the server is stopping")
	}
	if err := probeWrite(app); err != nil {
		app.Logger().Error("not ready: the database can't be written", "error", err)
		return writeError(err)
	}
	if free, ok := disk.FreeBytes(app.DataDir()); ok && free < minFreeBytes {
		return fmt.Errorf("the disk is almost full: %d MB left, %d MB needed", free>>20, minFreeBytes>>20)
	}
	// Media are part of the work: a server without them holds no session. It goes on serving everything else.
	if live.Enabled(app) && live.Ready(app) != nil {
		return fmt.Errorf("live media isn't running")
	}
	if !mail.Enabled(app) {
		return nil
	}
	n, oldest, err := mail.Backlog(app)
	if err != nil {
		app.Logger().Error("not ready: the outbox can't be read", "error", err)
		return fmt.Errorf("the outbox can't be read")
	}
	if n > 0 && time.Since(oldest) > maxQueueAge {
		return fmt.Errorf("%d emails are waiting, the oldest for %s", n, time.Since(oldest).Round(time.Minute))
	}
	return nil
}

func writeError(err error) error {
	switch record.OutageOf(err) {
	case record.DiskFull:
		return fmt.Errorf("the disk is full")
	case record.ReadOnly:
		return fmt.Errorf("the database is read-only")
	case record.Busy:
		return fmt.Errorf("the database is locked by another process")
	case record.Failing:
		return fmt.Errorf("the disk reports errors")
	case record.Damaged:
		return fmt.Errorf("the database is damaged")
	}
	return fmt.Errorf("the database can't be written")
}

// probeWrite rewrites one row of PocketBase's parameters. PocketBase's health check only reads, which a full disk allows.
func probeWrite(app core.App) error {
	_, err := app.NonconcurrentDB().NewQuery(`INSERT INTO _params (id, value, created, updated) VALUES ('usherProbe', '0', {:now}, {:now})
		ON CONFLICT (id) DO UPDATE SET updated = {:now}`).Bind(dbx.Params{"now": record.FormatTime(time.Now())}).Execute()
	return err
}
