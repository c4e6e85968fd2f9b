package billing

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/paths"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// What an unpaid change waits for: its payment starts with one of these.
const (
	checkoutPrefix = "checkout:"
	invoicePrefix  = "invoice:"
)

// submitPaid orders a change that is paid through a provider. It is stored before the provider is called, so that a team has one open change
// and none is lost; settle and push can be repeated until the provider has answered.
func submitPaid(app core.App, actor *actors.Actor, order Order) (*Change, error) {
	if _, err := findProvider(app); err != nil {
		return nil, err
	}
	var change *Change
	entry := audit.NewEntry(actor, "team.plan.order").WithTarget(actor.Team.Id, actor.Team.GetString("name"))
	err := audit.Do(app, entry, func(tx core.App) (err error) {
		if actor, err = actor.Reload(tx); err != nil {
			return err
		}
		p, err := PreviewOrder(tx, actor, order)
		if err != nil {
			return err
		}
		account, err := openAccount(tx, actor.Team.Id)
		if err != nil {
			return err
		}
		items := paidItems(p.NewPlan, p.NewHeld)
		renews := account.Customer() != "" && !account.Live() && len(items) > 0
		if err := checkOrder(tx, actor.Team.Id, order, p, renews); err != nil {
			return err
		}
		if err := checkPaid(tx, account, p); err != nil {
			return err
		}
		if change, err = newOrder(tx, actor, p); err != nil {
			return err
		}
		entry.With("change", change.Summary())
		switch {
		case !account.Live() && len(items) == 0: // there is nothing to pay, now or later
			entry.Action = "team.plan"
			account.clearFailure()
			change.Set("status", Applied)
			change.Set("starts", types.NowDateTime())
			if err := errors.Join(tx.Save(account), apply(tx, change, false)); err != nil {
				return err
			}
		case account.Live() && p.Lowers():
			account.Set("unsent", true)
			account.touch()
			change.Set("status", Scheduled)
			change.Set("starts", account.PeriodEnds())
			if err := tx.Save(account); err != nil {
				return err
			}
		default:
			change.Set("status", Unpaid)
		}
		return tx.Save(change)
	})
	if err != nil {
		return nil, err
	}
	switch change.Status() {
	case Unpaid:
		err = settle(app, change.Id)
	case Scheduled:
		err = push(app, actor.Team.Id)
	}
	if errs.Code(err) != "" {
		return nil, err
	}
	logLater(app, err)
	return Find(app, change.Id)
}

// logLater logs an error of the provider whose call will be repeated by Work.
func logLater(app core.App, err error) {
	if err != nil {
		app.Logger().Warn("a change of a plan waits for the payment provider", "error", err.Error())
	}
}

// openAccount returns the account of a team, which it creates if there is none.
func openAccount(tx core.App, team string) (*Account, error) {
	account, err := FindAccount(tx, team)
	if errs.IgnoreNotFound(err) != nil || err == nil {
		return account, err
	}
	if account, err = newAccount(tx, team); err != nil {
		return nil, err
	}
	return account, tx.Save(account)
}

// checkPaid refuses an order of what the provider has no price for. Teams keep what they have without one, and the plan of new teams has none.
func checkPaid(tx core.App, account *Account, p *Preview) error {
	had := map[string]int{}
	for _, h := range p.Held {
		had[h.Addon.Id] = h.Quantity
	}
	var unsold []string
	if p.NewPlan.Id != p.Plan.Id && p.NewPlan.StripePrice() == "" && p.NewPlan.Key() != settings.Of(tx).Plan {
		unsold = append(unsold, p.NewPlan.Name())
	}
	for _, h := range p.NewHeld {
		if h.Quantity > had[h.Addon.Id] && h.Addon.StripePrice() == "" {
			unsold = append(unsold, h.Addon.Name())
		}
	}
	if len(unsold) > 0 {
		return errs.Invalid("base", CodeNotSold, fmt.Sprintf("%s can't be bought on this server yet. Contact your server administrator.", strings.Join(unsold, ", ")))
	}
	if account.Live() && account.Failing() && !p.Lowers() {
		return errs.Invalid("base", CodeFailed, "The last payment failed. Update the payment method first.")
	}
	return nil
}

// What became of the page on which a change can be paid.
const (
	notClosed = iota // there is none
	closed           // it can't be paid any more
	stillOpen        // the provider refused to close it: it was paid, has expired, or a payment is on its way
)

// closePayment closes the page on which the change can be paid, if there is one, so that it can be withdrawn. Refusals are left to Withdraw.
func closePayment(app core.App, actor *actors.Actor, id string) (outcome int, err error) {
	change, err := Find(app, id)
	if err != nil || change.Status() != Unpaid || change.TeamID() != actor.Team.Id || !actor.CanManageBilling() {
		return notClosed, errs.IgnoreNotFound(err)
	}
	payment := change.GetString("payment")
	if payment == "" {
		return notClosed, nil
	}
	p, err := findProvider(app)
	if err != nil {
		return notClosed, err
	}
	err = call(func(ctx context.Context) error {
		if id, ok := strings.CutPrefix(payment, checkoutPrefix); ok {
			return p.ExpireCheckout(ctx, id)
		}
		if id, ok := strings.CutPrefix(payment, invoicePrefix); ok {
			return p.VoidInvoice(ctx, id)
		}
		return nil
	})
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return stillOpen, Sync(app, change.TeamID())
	}
	return closed, err
}

// markUnsent notes that the provider must learn of the end of a scheduled change.
func markUnsent(tx core.App, change *Change) (marked bool, err error) {
	if change.Status() != Scheduled || !IsPaid(tx) {
		return false, nil
	}
	account, err := FindAccount(tx, change.TeamID())
	if err != nil || !account.Live() {
		return false, errs.IgnoreNotFound(err)
	}
	account.Set("unsent", true)
	account.touch()
	return true, tx.Save(account)
}

// OpenPortal returns a page on which the actor's team manages its payment method and invoices.
func OpenPortal(app core.App, actor *actors.Actor) (url string, err error) {
	if !actor.CanManageBilling() {
		return "", errs.Forbidden("Only the Owner and Admins can manage the payment method.")
	}
	if !IsPaid(app) {
		return "", errs.ErrNotFound
	}
	p, err := findProvider(app)
	if err != nil {
		return "", err
	}
	account, err := FindAccount(app, actor.Team.Id)
	if err != nil {
		return "", err
	}
	if account.Customer() == "" {
		return "", errs.ErrNotFound
	}
	err = call(func(ctx context.Context) (err error) {
		url, err = p.OpenPortal(ctx, account.Customer(), settings.Of(app).Link(paths.Billing(actor.TeamSlug())))
		return err
	})
	return url, err
}

// preview is what the change does to its team now.
func (c *Change) preview(app core.App, team *teams.Team) (*Preview, error) {
	order, err := c.order()
	if err != nil {
		return nil, fmt.Errorf("read a change of a plan: %w", err)
	}
	return previewAny(app, team.Record, order)
}

// end sets how a change ends.
func (c *Change) end(status, by, reason string) {
	c.Set("status", status)
	c.Set("ended_by", by)
	c.Set("reason", reason)
	if status == Applied && c.Starts().IsZero() {
		c.Set("starts", time.Now())
	}
}
