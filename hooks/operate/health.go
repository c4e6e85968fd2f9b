package operate

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/live"
	"usher/hooks/mail"
	"usher/hooks/record"
)

// The limits of a server that is ready.
const (
	minFree   = 100 << 20 // bytes on the disk of the data folder
	maxQueued = time.Hour // that the oldest email waits, where email is set up
)

// Ready is nil if the server can do its work: it isn't stopping, the database can be written, the disk has space, live
// media runs, and emails are sent. The error says what is wrong, for the server administrator; it holds no personal data.
func Ready(app core.App) error {
	if stopping(app) {
		return fmt.Errorf("the server is stopping")
	}
	if err := writable(app); err != nil {
		app.Logger().Error("not ready: the database can't be written", "error", err)
		return unwritable(err)
	}
	if free, ok := freeBytes(app.DataDir()); ok && free < minFree {
		return fmt.Errorf("the disk is almost full: %d MB left, %d MB needed", free>>20, minFree>>20)
	}
	// Media are part of the work: a server without them holds no session. It goes on serving everything else.
	if live.Used(app) && live.Ready(app) != nil {
		return fmt.Errorf("live media isn't running")
	}
	if !mail.Works(app) {
		return nil
	}
	n, oldest, err := mail.Waiting(app)
	if err != nil {
		app.Logger().Error("not ready: the outbox can't be read", "error", err)
		return fmt.Errorf("the outbox can't be read")
	}
	if n > 0 && time.Since(oldest) > maxQueued {
		return fmt.Errorf("%d emails are waiting, the oldest for %s", n, time.Since(oldest).Round(time.Minute))
	}
	return nil
}

func unwritable(err error) error {
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

// writable writes one row of PocketBase's own parameters anew. PocketBase's health check only reads, which a full disk allows.
func writable(app core.App) error {
	_, err := app.NonconcurrentDB().NewQuery(`INSERT INTO _params (id, value, created, updated) VALUES ('usherProbe', '0', {:now}, {:now})
		ON CONFLICT (id) DO UPDATE SET updated = {:now}`).Bind(dbx.Params{"now": record.Stamp(time.Now())}).Execute()
	return err
}
