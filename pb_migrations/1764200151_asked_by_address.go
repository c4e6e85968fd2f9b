package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Users invited by their confirmed email address may read the session before they join it.
func init() {
	m.Register(func(app core.App) error {
		by := "participants_via_session"
		return readSessions(app, `(`+by+`.state ?!= "out" && (`+by+`.user ?= @request.auth.id || `+
			by+`.user ?= "" && `+by+`.email ?= @request.auth.email && @request.auth.verified = true))`)
	}, func(app core.App) error {
		return readSessions(app, `(participants_via_session.user ?= @request.auth.id && participants_via_session.state ?!= "out")`)
	})
}
