package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// What a payment provider knows of a team (R138): its customer, the state of its subscription as it was last read, and its invoices. An
// account outlives its team until the subscription is cancelled, so its team is text. revision counts the writes; unsent means that the
// provider hasn't been told yet what the team wants from the next period on. billing_events remembers which webhooks were processed.
func init() {
	m.Register(func(app core.App) error {
		accounts := core.NewBaseCollection("billing_accounts")
		accounts.Fields.Add(
			&core.TextField{Name: "team", Required: true, Max: 15},
			&core.TextField{Name: "customer", Max: 100, Hidden: true},
			&core.TextField{Name: "subscription", Max: 100, Hidden: true},
			&core.TextField{Name: "status", Max: 40},
			&core.DateField{Name: "period_ends"},
			&core.DateField{Name: "cancels"},
			&core.DateField{Name: "failed"},
			&core.DateField{Name: "grace_ends"},
			&core.BoolField{Name: "unsent"},
			&core.NumberField{Name: "revision", OnlyInt: true, Min: atLeast(0)},
			created(), updated(),
		)
		accounts.AddIndex("idx_billing_accounts_team", true, "team", "")
		accounts.AddIndex("idx_billing_accounts_customer", true, "customer", "customer != ''")
		if err := app.Save(accounts); err != nil {
			return err
		}
		invoices := core.NewBaseCollection("invoices")
		invoices.Fields.Add(
			&core.RelationField{Name: "account", CollectionId: accounts.Id, Required: true, CascadeDelete: true, MaxSelect: 1},
			&core.TextField{Name: "provider_id", Required: true, Max: 100, Hidden: true},
			&core.TextField{Name: "number", Max: 100},
			&core.TextField{Name: "status", Max: 40},
			&core.NumberField{Name: "total", OnlyInt: true},
			&core.TextField{Name: "currency", Max: 3, Pattern: `^[A-Z]{3}$`},
			&core.DateField{Name: "issued"},
			&core.TextField{Name: "page", Max: 2_000},
			&core.TextField{Name: "pdf", Max: 2_000},
			created(), updated(),
		)
		invoices.AddIndex("idx_invoices_provider", true, "provider_id", "")
		invoices.AddIndex("idx_invoices_account", false, "account, issued", "")
		if err := app.Save(invoices); err != nil {
			return err
		}
		events := core.NewBaseCollection("billing_events")
		events.Fields.Add(
			&core.TextField{Name: "event", Required: true, Max: 200},
			&core.TextField{Name: "kind", Max: 100},
			created(),
		)
		events.AddIndex("idx_billing_events", true, "event", "")
		events.AddIndex("idx_billing_events_created", false, "created", "")
		return app.Save(events)
	}, drop("billing_events", "invoices", "billing_accounts"))
}
