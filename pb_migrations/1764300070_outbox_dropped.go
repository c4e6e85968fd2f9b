package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Emails that are dropped because they are no longer worth sending: why (a code), what each is judged by, and the
// topic of which only the newest email to a recipient is sent.
func init() {
	m.Register(func(app core.App) error {
		outbox, err := app.FindCollectionByNameOrId("outbox")
		if err != nil {
			return err
		}
		status := outbox.Fields.GetByName("status").(*core.SelectField)
		status.Values = []string{"queued", "sending", "sent", "delayed", "returned", "failed", "delivered", "bounced", "complained", "dropped"}
		outbox.Fields.Add(
			&core.TextField{Name: "reason", Max: 60},
			&core.TextField{Name: "basis", Hidden: true, Max: 2000},
			&core.TextField{Name: "topic", Hidden: true, Max: 60},
		)
		outbox.AddIndex("idx_outbox_topic", false, "topic, recipient", "topic != ''")
		return app.Save(outbox)
	}, func(app core.App) error {
		err := run(app, "UPDATE outbox SET status = 'failed', error = 'It was no longer worth sending.' WHERE status = 'dropped'")
		if err != nil {
			return err
		}
		outbox, err := app.FindCollectionByNameOrId("outbox")
		if err != nil {
			return err
		}
		status := outbox.Fields.GetByName("status").(*core.SelectField)
		status.Values = []string{"queued", "sending", "sent", "delayed", "returned", "failed", "delivered", "bounced", "complained"}
		for _, name := range []string{"reason", "basis", "topic"} {
			outbox.Fields.RemoveByName(name)
		}
		outbox.RemoveIndex("idx_outbox_topic")
		return app.Save(outbox)
	})
}
