package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Guests see the host's name of a session, which used to be the email of a host without a name. Replaces such names.
func init() {
	m.Register(func(app core.App) error {
		return run(app, `UPDATE sessions SET host_name = coalesce((SELECT u.name FROM users u WHERE u.id = sessions.host AND u.name != ''
			AND u.name NOT LIKE '%_@_%._%'), 'A member of the team') WHERE host_name LIKE '%_@_%._%'`)
	}, func(app core.App) error { return nil })
}
