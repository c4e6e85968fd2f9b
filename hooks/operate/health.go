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

// What a server that is ready keeps to.
const (
	minFree   = 100 << 20 // bytes on the disk of the data folder
	maxQueued = time.Hour // that the oldest letter waits, where mail is sent
)

// Ready is nil if the server can do its work: the database can be written, the disk has room, live media
// runs, and letters leave. The error says what is wrong, for whoever runs the server; it holds nothing of anybody's.
func Ready(app core.App) error {
	if stopping(app) {
		return fmt.Errorf("the server is stopping")
	}
	if err := writable(app); err != nil {
		app.Logger().Error("not ready: the database cannot be written", "error", err)
		return fmt.Errorf("the database cannot be written")
	}
	if free, ok := freeBytes(app.DataDir()); ok && free < minFree {
		return fmt.Errorf("the disk has %d MB left", free>>20)
	}
	// Media are part of the work: a server without them holds no session. It goes on serving all the rest.
	if live.Used(app) && live.Ready(app) != nil {
		return fmt.Errorf("live media is off")
	}
	if !mail.Works(app) {
		return nil
	}
	n, oldest, err := mail.Waiting(app)
	if err != nil {
		app.Logger().Error("not ready: the outbox cannot be read", "error", err)
		return fmt.Errorf("the outbox cannot be read")
	}
	if n > 0 && time.Since(oldest) > maxQueued {
		return fmt.Errorf("%d letters wait, the oldest for %s", n, time.Since(oldest).Round(time.Minute))
	}
	return nil
}

// writable writes one row of PocketBase's own parameters anew. Its health check reads only, and a full disk lets it.
func writable(app core.App) error {
	_, err := app.NonconcurrentDB().NewQuery(`INSERT INTO _params (id, value, created, updated) VALUES ('usherProbe', '0', {:now}, {:now})
		ON CONFLICT (id) DO UPDATE SET updated = {:now}`).Bind(dbx.Params{"now": record.Stamp(time.Now())}).Execute()
	return err
}
