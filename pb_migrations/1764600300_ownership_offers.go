package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Offers of a team's ownership: from whom, to which Admin, and what became of them (R29). A team has at most one that is pending.
func init() {
	m.Register(func(app core.App) error {
		team, err := relation(app, "team", "teams", true, true)
		if err != nil {
			return err
		}
		owner, err := relation(app, "owner", "users", true, true)
		if err != nil {
			return err
		}
		admin, err := relation(app, "admin", "users", true, true)
		if err != nil {
			return err
		}
		offers := core.NewBaseCollection("ownership_offers")
		offers.Fields.Add(
			team, owner, admin,
			&core.SelectField{Name: "status", Required: true, MaxSelect: 1, Values: []string{"pending", "accepted", "declined", "withdrawn", "expired", "lapsed"}},
			&core.DateField{Name: "expires", Required: true},
			created(), updated(),
		)
		offers.AddIndex("idx_ownership_offers_pending", true, "team", "status = 'pending'")
		offers.AddIndex("idx_ownership_offers_team", false, "team, created", "")
		offers.AddIndex("idx_ownership_offers_owner", false, "owner", "")
		offers.AddIndex("idx_ownership_offers_admin", false, "admin", "")
		return app.Save(offers)
	}, drop("ownership_offers"))
}
