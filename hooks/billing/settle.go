package billing

import (
	"context"
	"errors"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/paths"
	"usher/hooks/plans"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// settle asks the provider for the payment of an unpaid change: on a page for a first subscription, or from the payment method of the
// present one. It can be repeated. A refusal withdraws the change.
func settle(app core.App, id string) error {
	change, err := Find(app, id)
	if err != nil || change.Status() != Unpaid || change.GetString("payment") != "" {
		return errs.IgnoreNotFound(err)
	}
	account, err := FindAccount(app, change.TeamID())
	if err != nil {
		return err
	}
	if account.Live() {
		err = charge(app, account, change)
	} else {
		err = checkout(app, account, change)
	}
	var refusal *Refusal
	if !errors.As(err, &refusal) {
		return err
	}
	app.Logger().Warn("a payment was refused", "team", change.TeamID(), "error", refusal.Text)
	sentence := "The payment provider refused the change. Contact your server administrator."
	if refusal.Card {
		sentence = "The payment method was refused. Update it, and order the change again."
	}
	if err := withdrawUnpaid(app, id, sentence); err != nil {
		return err
	}
	return errs.Invalid("base", CodeRefused, sentence)
}

// withdrawUnpaid ends a change that won't be paid.
func withdrawUnpaid(app core.App, id, reason string) error {
	return app.RunInTransaction(func(tx core.App) error {
		change, err := Find(tx, id)
		if err != nil || change.Status() != Unpaid {
			return errs.IgnoreNotFound(err)
		}
		change.end(Withdrawn, providerName, reason)
		return tx.Save(change)
	})
}

// storePayment stores on which page a change can be paid. It reports false if the change doesn't wait for it any more.
func storePayment(app core.App, id, prefix string, payment Payment) (stored bool, err error) {
	err = app.RunInTransaction(func(tx core.App) error {
		change, err := Find(tx, id)
		if err != nil || change.Status() != Unpaid {
			return errs.IgnoreNotFound(err)
		}
		stored = true
		change.Set("payment", prefix+payment.ID)
		change.Set("pay_page", payment.URL)
		change.Set("pay_by", payment.Expires)
		return tx.Save(change)
	})
	return stored, err
}

// checkout opens a page on which a team subscribes to what a change wants.
func checkout(app core.App, account *Account, change *Change) error {
	p, err := findProvider(app)
	if err != nil {
		return err
	}
	team, err := teams.Find(app, change.TeamID())
	if err != nil {
		return err
	}
	wanted, err := change.preview(app, team)
	if err != nil {
		return err
	}
	customer, err := findCustomer(app, p, account, team, change)
	if err != nil {
		return err
	}
	page := settings.Of(app).Link(paths.Billing(team.Slug()))
	var payment Payment
	err = call(func(ctx context.Context) (err error) {
		payment, err = p.OpenCheckout(ctx, "order-"+change.Id, Checkout{Customer: customer, Team: team.Id,
			Items: paidItems(wanted.NewPlan, wanted.NewHeld), Paid: page + "/paid", Back: page})
		return err
	})
	if err != nil {
		return err
	}
	stored, err := storePayment(app, change.Id, checkoutPrefix, payment)
	if err != nil || stored {
		return err
	}
	return call(func(ctx context.Context) error { return p.ExpireCheckout(ctx, payment.ID) })
}

// findCustomer returns the provider's customer of a team, which it creates before the first order.
func findCustomer(app core.App, p Provider, account *Account, team *teams.Team, change *Change) (id string, err error) {
	if id = account.Customer(); id != "" {
		return id, nil
	}
	customer := Customer{Team: team.Id, Name: team.Name()}
	if by, err := app.FindRecordById("users", change.UserID()); err == nil {
		customer.Email = by.Email()
	}
	if err := call(func(ctx context.Context) (err error) {
		id, err = p.CreateCustomer(ctx, "team-"+account.Id, customer)
		return err
	}); err != nil {
		return "", err
	}
	return id, app.RunInTransaction(func(tx core.App) error {
		account, err := findAccountByID(tx, account.Id)
		if err != nil {
			return err
		}
		account.Set("customer", id)
		return tx.Save(account)
	})
}

// charge changes a subscription immediately and charges for the rest of the period. If the payment needs the customer, the change waits for it.
func charge(app core.App, account *Account, change *Change) error {
	p, err := findProvider(app)
	if err != nil {
		return err
	}
	team, err := teams.Find(app, change.TeamID())
	if err != nil {
		return err
	}
	wanted, err := change.preview(app, team)
	if err != nil {
		return err
	}
	priced, err := plans.FindPriced(app)
	if err != nil {
		return err
	}
	now, err := read(app, account, nil)
	if err != nil {
		return err
	}
	changes := itemChanges(priced, now.items(), paidItems(wanted.NewPlan, wanted.NewHeld))
	if now.chosen.live() && len(changes) > 0 { // an update that waits may be another one, which this one replaces
		var after Subscription
		err := call(func(ctx context.Context) (err error) {
			after, err = p.UpdateSubscription(ctx, "order-"+change.Id, now.chosen.ID, Update{Items: changes, Charge: true})
			return err
		})
		if err != nil {
			return err
		}
		now.chosen = &after
	}
	if now.chosen.live() && now.chosen.Pending != nil {
		stored, err := storePayment(app, change.Id, invoicePrefix, *now.chosen.Pending)
		if err != nil {
			return err
		}
		if !stored { // it was withdrawn meanwhile
			if err := call(func(ctx context.Context) error { return p.VoidInvoice(ctx, now.chosen.Pending.ID) }); err != nil {
				return err
			}
		}
	}
	return Sync(app, change.TeamID())
}
