package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Guests read the host's name of a session, which was the address of a host without a name. Such names become what hosts
// without a name are called now.
func init() {
	m.Register(func(app core.App) error {
		return run(app, `UPDATE sessions SET host_name = coalesce((SELECT u.name FROM users u WHERE u.id = sessions.host AND u.name != ''
			AND u.name NOT LIKE '%_@_%._%'), 'A member of the team') WHERE host_name LIKE '%_@_%._%'`)
	}, func(app core.App) error { return nil })
}
