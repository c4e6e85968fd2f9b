package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Delivery status of sent emails as reported by the provider, and the reports themselves: each counts once, by event id.
func init() {
	m.Register(func(app core.App) error {
		outbox, err := app.FindCollectionByNameOrId("outbox")
		if err != nil {
			return err
		}
		status := outbox.Fields.GetByName("status").(*core.SelectField)
		status.Values = []string{"queued", "sending", "sent", "delayed", "returned", "failed", "delivered", "bounced", "complained"}
		outbox.Fields.Add(
			&core.DateField{Name: "delivered"},
			&core.DateField{Name: "reported"},
			// unreachable: the address rejects all email, or its owner complained.
			&core.BoolField{Name: "unreachable"},
		)
		outbox.AddIndex("idx_outbox_provider", false, "provider_id", "")
		if err := app.Save(outbox); err != nil {
			return err
		}

		reports := core.NewBaseCollection("mail_reports")
		reports.Fields.Add(
			&core.TextField{Name: "event", Required: true, Max: 200},
			&core.TextField{Name: "provider_id", Hidden: true, Required: true, Max: 200},
			&core.SelectField{Name: "status", Required: true, MaxSelect: 1,
				Values: []string{"delayed", "returned", "failed", "delivered", "bounced", "complained"}},
			&core.DateField{Name: "at", Required: true},
			&core.TextField{Name: "error", Max: 500},
			created(),
		)
		reports.AddIndex("idx_mail_reports_event", true, "event", "")
		reports.AddIndex("idx_mail_reports_provider", false, "provider_id", "")
		return app.Save(reports)
	}, func(app core.App) error {
		if err := drop("mail_reports")(app); err != nil {
			return err
		}
		_, err := app.DB().NewQuery("UPDATE outbox SET status = 'sent' WHERE status IN ('delayed', 'returned', 'delivered', 'bounced', 'complained')").Execute()
		if err != nil {
			return err
		}
		outbox, err := app.FindCollectionByNameOrId("outbox")
		if err != nil {
			return err
		}
		status := outbox.Fields.GetByName("status").(*core.SelectField)
		status.Values = []string{"queued", "sending", "sent", "failed"}
		for _, name := range []string{"delivered", "reported", "unreachable"} {
			outbox.Fields.RemoveByName(name)
		}
		outbox.RemoveIndex("idx_outbox_provider")
		return app.Save(outbox)
	})
}
