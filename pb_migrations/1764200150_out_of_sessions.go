package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Removed participants can no longer read the session (R115).
func init() {
	m.Register(func(app core.App) error {
		return readSessions(app, `(participants_via_session.user ?= @request.auth.id && participants_via_session.state ?!= "out")`)
	}, func(app core.App) error {
		return readSessions(app, `participants_via_session.user ?= @request.auth.id`)
	})
}

// readSessions lets users of the team read the sessions they host, those they are invited to by the condition, and all as
// Owner or Admin.
func readSessions(app core.App, asked string) error {
	sessions, err := app.FindCollectionByNameOrId("sessions")
	if err != nil {
		return err
	}
	sessions.ListRule = rule(`@request.auth.id != "" && team.memberships_via_team.user ?= @request.auth.id && (host = @request.auth.id || ` +
		asked + ` || ` + panelOf("team") + `)`)
	sessions.ViewRule = sessions.ListRule
	return app.Save(sessions)
}
