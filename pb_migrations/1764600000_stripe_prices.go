package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// stripe_price is the price in Stripe of a plan or of one add-on for a month; without one it can't be bought there. stripe_prices remembers
// every price that one had, because subscriptions keep theirs when it changes.
func init() {
	m.Register(func(app core.App) error {
		for _, name := range []string{"plans", "addons"} {
			collection, err := app.FindCollectionByNameOrId(name)
			if err != nil {
				return err
			}
			collection.Fields.Add(&core.TextField{Name: "stripe_price", Max: 100, Pattern: `^price_[A-Za-z0-9_]+$`})
			if err := app.Save(collection); err != nil {
				return err
			}
		}
		plan, err := relation(app, "plan", "plans", false, true)
		if err != nil {
			return err
		}
		addon, err := relation(app, "addon", "addons", false, true)
		if err != nil {
			return err
		}
		prices := core.NewBaseCollection("stripe_prices")
		prices.Fields.Add(&core.TextField{Name: "price", Required: true, Max: 100}, plan, addon, created())
		prices.AddIndex("idx_stripe_prices", true, "price", "")
		return app.Save(prices)
	}, func(app core.App) error {
		if err := drop("stripe_prices")(app); err != nil {
			return err
		}
		for _, name := range []string{"plans", "addons"} {
			collection, err := app.FindCollectionByNameOrId(name)
			if err != nil {
				return err
			}
			collection.Fields.RemoveByName("stripe_price")
			if err := app.Save(collection); err != nil {
				return err
			}
		}
		return nil
	})
}
