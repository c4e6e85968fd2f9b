package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// When an email about the session reached the invitee, as far as known. Existing invitees count as not notified only if every
// email to them failed.
func init() {
	m.Register(func(app core.App) error {
		participants, err := app.FindCollectionByNameOrId("participants")
		if err != nil {
			return err
		}
		participants.Fields.Add(&core.DateField{Name: "told", Hidden: true})
		if err := app.Save(participants); err != nil {
			return err
		}
		return run(app, `WITH mails AS (SELECT p.link, o.status FROM outbox o JOIN participants p ON p.id = o.about WHERE p.link != '')
			UPDATE participants SET told = created WHERE link NOT IN (SELECT link FROM mails)
				OR link IN (SELECT link FROM mails WHERE status IN ('sent', 'delayed', 'delivered', 'complained'))`)
	}, func(app core.App) error {
		participants, err := app.FindCollectionByNameOrId("participants")
		if err != nil {
			return err
		}
		participants.Fields.RemoveByName("told")
		return app.Save(participants)
	})
}
