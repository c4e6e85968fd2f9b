package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Index of current and future bookings of a room, without ended sessions (R87).
func init() {
	m.Register(func(app core.App) error {
		return indexed(app, "sessions", "idx_sessions_booked", "room, starts, ends", "room != '' AND status != 'ended' AND status != 'cancelled'",
			"sessions", "idx_sessions_bookings", "team, ends", "room != '' AND status != 'ended' AND status != 'cancelled'")
	}, func(app core.App) error {
		if err := unindexed(app, "sessions", "idx_sessions_booked"); err != nil {
			return err
		}
		return unindexed(app, "sessions", "idx_sessions_bookings")
	})
}
