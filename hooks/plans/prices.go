package plans

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// CodePriceTaken is the code of an error because a price in Stripe belongs to another plan or add-on.
const CodePriceTaken = "price_taken"

// StripePrice is the ID of the plan's price in Stripe, or "" if it can't be bought there.
func (p *Plan) StripePrice() string { return p.GetString("stripe_price") }

// StripePrice is the ID of the price of one in Stripe, or "" if it can't be bought there.
func (a *Addon) StripePrice() string { return a.GetString("stripe_price") }

// Priced is what prices in Stripe are for, by the ID of the price: the ID of a plan or of an add-on. It has former prices too, which
// subscriptions keep.
type Priced struct {
	Plans, Addons map[string]string
}

// FindPriced returns what every price in Stripe is or was for.
func FindPriced(app core.App) (Priced, error) {
	var rows []struct {
		Price string `db:"price"`
		Plan  string `db:"plan"`
		Addon string `db:"addon"`
	}
	priced := Priced{map[string]string{}, map[string]string{}}
	if err := app.DB().NewQuery("SELECT price, plan, addon FROM stripe_prices").All(&rows); err != nil {
		return priced, fmt.Errorf("list the prices in Stripe: %w", err)
	}
	for _, row := range rows {
		if row.Plan != "" {
			priced.Plans[row.Price] = row.Plan
		} else {
			priced.Addons[row.Price] = row.Addon
		}
	}
	return priced, nil
}

// rememberPrice stores what a price is for, and refuses one that is for something else.
func rememberPrice(app core.App, r *core.Record) error {
	price := r.GetString("stripe_price")
	if price == "" {
		return nil
	}
	field := "addon"
	if r.Collection().Name == "plans" {
		field = "plan"
	}
	known, err := app.FindFirstRecordByFilter("stripe_prices", "price = {:price}", dbx.Params{"price": price})
	if err == nil {
		if known.GetString(field) == r.Id {
			return nil
		}
		return errs.Invalid("stripe_price", CodePriceTaken, "This price belongs to another plan or add-on. Create one for each in Stripe.")
	}
	if !isNoRows(err) {
		return fmt.Errorf("find a price in Stripe: %w", err)
	}
	collection, err := app.FindCachedCollectionByNameOrId("stripe_prices")
	if err != nil {
		return fmt.Errorf("find the prices in Stripe: %w", err)
	}
	row := core.NewRecord(collection)
	row.Load(map[string]any{"price": price, field: r.Id})
	return app.Save(row)
}

// guardPrice runs rememberPrice after the write, so that the price can refer to a new record.
func guardPrice(e *core.RecordEvent) error {
	return record.InTx(e, func() error {
		if err := e.Next(); err != nil {
			return err
		}
		return rememberPrice(e.App, e.Record)
	})
}
