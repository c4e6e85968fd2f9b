package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// The teams take turns in the outbox. turn is the place of an email within its priority; bulk marks the emails of an action
// that sends many, which have turns of their own.
func init() {
	m.Register(func(app core.App) error {
		outbox, err := app.FindCollectionByNameOrId("outbox")
		if err != nil {
			return err
		}
		outbox.Fields.Add(&core.NumberField{Name: "turn", OnlyInt: true, Hidden: true}, &core.BoolField{Name: "bulk", Hidden: true})
		outbox.AddIndex("idx_outbox_due", false, "priority, turn, due, attempts", "status = 'queued'")
		outbox.AddIndex("idx_outbox_turn", false, "team, kind, bulk, turn", "status = 'queued'")
		if err := app.Save(outbox); err != nil {
			return err
		}
		return run(app, `UPDATE outbox SET turn = queue.n FROM
			(SELECT id, row_number() OVER (PARTITION BY team, kind ORDER BY due, rowid) - 1 n FROM outbox WHERE status = 'queued') queue
			WHERE queue.id = outbox.id`)
	}, func(app core.App) error {
		outbox, err := app.FindCollectionByNameOrId("outbox")
		if err != nil {
			return err
		}
		outbox.Fields.RemoveByName("turn")
		outbox.Fields.RemoveByName("bulk")
		outbox.RemoveIndex("idx_outbox_turn")
		outbox.AddIndex("idx_outbox_due", false, "priority, due", "status = 'queued'")
		return app.Save(outbox)
	})
}
