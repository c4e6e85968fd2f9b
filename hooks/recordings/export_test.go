package recordings

import (
	"context"

	"github.com/pocketbase/pocketbase/core"
)

// Serve runs the recorders of an app, without the rest of the server.
func Serve(app core.App) (stop func()) { return supervisorOf(app).serve() }

// RemoveFiles deletes the files of deleted recordings.
func RemoveFiles(app core.App) error { return supervisorOf(app).removeFiles(context.Background()) }

// ValidateStart is a check without its transaction, for the control of a race test.
var ValidateStart = validateStart
