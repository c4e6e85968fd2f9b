package rooms

import "github.com/pocketbase/pocketbase/core"

// Judge is the booking guard without its transaction.
func Judge(app core.App, session *core.Record) error { return guardBooking(app, session) }
