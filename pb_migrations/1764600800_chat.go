package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// The messages of sessions. A team can keep them after a session.
func init() {
	m.Register(func(app core.App) error {
		session, err := relation(app, "session", "sessions", true, true)
		if err != nil {
			return err
		}
		participant, err := relation(app, "participant", "participants", true, true)
		if err != nil {
			return err
		}
		messages := core.NewBaseCollection("messages")
		messages.Fields.Add(
			session, participant,
			&core.TextField{Name: "text", Required: true, Max: 2000},
			&core.BoolField{Name: "to_hosts"},
			created(),
		)
		messages.AddIndex("idx_messages_session", false, "session, created", "")
		messages.AddIndex("idx_messages_participant", false, "participant", "")
		if err := app.Save(messages); err != nil {
			return err
		}
		teams, err := app.FindCollectionByNameOrId("teams")
		if err != nil {
			return err
		}
		teams.Fields.Add(&core.BoolField{Name: "keep_chats"})
		return app.Save(teams)
	}, func(app core.App) error {
		teams, err := app.FindCollectionByNameOrId("teams")
		if err != nil {
			return err
		}
		teams.Fields.RemoveByName("keep_chats")
		if err := app.Save(teams); err != nil {
			return err
		}
		return drop("messages")(app)
	})
}
