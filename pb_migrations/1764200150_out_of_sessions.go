package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Who was put out of a session reads nothing more of it, as on the pages (R115).
func init() {
	m.Register(func(app core.App) error {
		return readSessions(app, `(participants_via_session.user ?= @request.auth.id && participants_via_session.state ?!= "out")`)
	}, func(app core.App) error {
		return readSessions(app, `participants_via_session.user ?= @request.auth.id`)
	})
}

// readSessions lets whoever is in the team read the sessions that he holds, that he is asked to by that condition, or
// that he sees as Owner or Admin.
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
