package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// The idempotency key of the batch in which an email is being sent.
func init() {
	m.Register(func(app core.App) error {
		outbox, err := app.FindCollectionByNameOrId("outbox")
		if err != nil {
			return err
		}
		outbox.Fields.Add(&core.TextField{Name: "batch", Max: 15, Hidden: true})
		outbox.AddIndex("idx_outbox_batch", false, "batch", "batch != ''")
		return app.Save(outbox)
	}, func(app core.App) error {
		outbox, err := app.FindCollectionByNameOrId("outbox")
		if err != nil {
			return err
		}
		outbox.Fields.RemoveByName("batch")
		outbox.RemoveIndex("idx_outbox_batch")
		return app.Save(outbox)
	})
}
