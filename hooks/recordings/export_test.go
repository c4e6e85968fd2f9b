package recordings

import "github.com/pocketbase/pocketbase/core"

// Serve runs the recorders of an app, without the rest of the server.
func Serve(app core.App) (stop func()) { return supervisorOf(app).serve() }

// ValidateStart is a check without its transaction, for the control of a race test.
var ValidateStart = validateStart
