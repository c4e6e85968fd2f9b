package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Outgoing emails. sealed is the encrypted message, which is erased after sending.
func init() {
	m.Register(func(app core.App) error {
		outbox := core.NewBaseCollection("outbox")
		outbox.Fields.Add(
			&core.TextField{Name: "kind", Required: true, Max: 40},
			&core.TextField{Name: "recipient", Required: true, Max: 254},
			&core.TextField{Name: "about", Max: 15},
			&core.TextField{Name: "team", Max: 15},
			&core.SelectField{Name: "status", Required: true, MaxSelect: 1,
				Values: []string{"queued", "sending", "sent", "failed"}},
			&core.NumberField{Name: "priority", OnlyInt: true},
			&core.NumberField{Name: "attempts", OnlyInt: true},
			&core.DateField{Name: "due", Required: true},
			&core.DateField{Name: "tried"},
			&core.DateField{Name: "sent"},
			&core.TextField{Name: "error", Max: 500},
			&core.TextField{Name: "provider_id", Hidden: true, Max: 200},
			&core.TextField{Name: "sealed", Hidden: true, Max: 2_000_000},
			created(), updated(),
		)
		outbox.AddIndex("idx_outbox_due", false, "priority, due", "status = 'queued'")
		outbox.AddIndex("idx_outbox_status", false, "status, created", "")
		outbox.AddIndex("idx_outbox_about", false, "about, created", "")
		return app.Save(outbox)
	}, drop("outbox"))
}
