package rooms

import "github.com/pocketbase/pocketbase/core"

// ValidateBooking is the booking guard without its transaction.
func ValidateBooking(app core.App, session *core.Record) error { return validateBooking(app, session) }
