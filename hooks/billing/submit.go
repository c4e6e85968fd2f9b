package billing

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/plans"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// Submit orders a change of the plan and add-ons of the actor's team. Where changes are settled immediately, it is applied; where the server
// administrator decides, it is requested, and they get an email; where it is paid, it waits for the payment or for the end of the period.
// The change that it returns says which.
func Submit(app core.App, actor *actors.Actor, order Order) (*Change, error) {
	if IsPaid(app) {
		return submitPaid(app, actor, order)
	}
	var change *Change
	entry := audit.NewEntry(actor, "team.plan").WithTarget(actor.Team.Id, actor.Team.GetString("name"))
	err := audit.Do(app, entry, func(tx core.App) (err error) {
		if actor, err = actor.Reload(tx); err != nil {
			return err
		}
		p, err := PreviewOrder(tx, actor, order)
		if err != nil {
			return err
		}
		if err := checkOrder(tx, actor.Team.Id, order, p, false); err != nil {
			return err
		}
		if change, err = newOrder(tx, actor, p); err != nil {
			return err
		}
		entry.With("change", p.Summary())
		if settings.Of(tx).Billing == settings.BillingOperator {
			entry.Action = "team.plan.request"
			change.Set("status", Requested)
			if err := tx.Save(change); err != nil {
				return err
			}
			return sendRequest(tx, change, actor)
		}
		change.Set("status", Applied)
		change.Set("starts", types.NowDateTime())
		if err := apply(tx, change, false); err != nil {
			return err
		}
		return tx.Save(change)
	})
	return change, err
}

// checkOrder refuses an order that can't be accepted now. One that changes nothing is accepted if it renews a subscription.
func checkOrder(tx core.App, team string, order Order, p *Preview, renews bool) error {
	switch _, err := FindWaiting(tx, team); {
	case err == nil:
		return errs.Invalid("base", CodeWaiting, "Another change is waiting. Withdraw it first.")
	case errs.IgnoreNotFound(err) != nil:
		return err
	case order.Seen != "" && order.Seen != p.Seen:
		return errs.Invalid("base", CodeStale, "The plan or its add-ons changed in the meantime. Check what your change does now.")
	case p.Unchanged() && !renews:
		return errs.Invalid("base", CodeUnchanged, "Nothing would change. Choose another plan or other add-ons.")
	}
	if faults := p.Faults(); len(faults) > 0 {
		return errs.Invalid("base", CodeDoesNotFit, strings.Join(faults, " ")+" Free some first.")
	}
	return nil
}

// newOrder returns a new change that the actor orders, without saving it.
func newOrder(tx core.App, actor *actors.Actor, p *Preview) (*Change, error) {
	change, err := newChange(tx, actor.Team.Id, p)
	if err == nil {
		change.Set("user", actor.Account.Id)
		change.Set("by_name", actor.Name())
	}
	return change, err
}

func newChange(tx core.App, team string, p *Preview) (*Change, error) {
	collection, err := tx.FindCachedCollectionByNameOrId("plan_changes")
	if err != nil {
		return nil, fmt.Errorf("find the changes of plans: %w", err)
	}
	quantities := map[string]int{}
	for _, h := range p.Held { // also those that are removed
		quantities[h.Addon.Id] = 0
	}
	for _, h := range p.NewHeld {
		quantities[h.Addon.Id] = h.Quantity
	}
	addons, err := json.Marshal(quantities)
	if err != nil {
		return nil, err
	}
	change := &Change{core.NewRecord(collection)}
	change.Load(map[string]any{
		"team": team, "plan": p.NewPlan.Id, "addons": types.JSONRaw(addons), "summary": cmp.Or(p.Summary(), "Renewed "+p.Plan.Name()),
	})
	if !p.OtherCurrency {
		change.Set("price_before", p.Price.Amount)
		change.Set("price_after", p.NewPrice.Amount)
		change.Set("currency", currencyOf(p))
	}
	return change, nil
}

func currencyOf(p *Preview) string {
	if p.NewPrice.IsSet() {
		return p.NewPrice.Currency
	}
	return p.Price.Currency
}

// apply gives the team what the change wants, in the caller's transaction. What is raised comes first: the result fits, and a step on the
// way to it must not be refused. With belowUse, it can leave less than is in use.
func apply(tx core.App, change *Change, belowUse bool) error {
	team, err := teams.Find(tx, change.TeamID())
	if err != nil {
		return err
	}
	order, err := change.order()
	if err != nil {
		return fmt.Errorf("read a change of a plan: %w", err)
	}
	held, err := plans.HeldBy(tx, team.Id)
	if err != nil {
		return err
	}
	had := map[string]int{}
	for _, h := range held {
		had[h.Addon.Id] = h.Quantity
	}
	setAll := func(when func(from, to int) bool) error {
		for id, quantity := range order.Addons {
			if !when(had[id], quantity) {
				continue
			}
			addon, err := plans.FindAddon(tx, id)
			if err != nil {
				return err
			}
			if err := plans.SetQuantity(tx, team.Id, addon, quantity, belowUse); err != nil {
				return err
			}
		}
		return nil
	}
	if err := setAll(func(from, to int) bool { return to > from }); err != nil {
		return err
	}
	if order.Plan != team.GetString("plan") {
		if team, err = teams.Find(tx, team.Id); err != nil { // with the seats of the add-ons
			return err
		}
		if belowUse {
			plans.AllowBelowUse(team.Record)
		}
		team.Set("plan", order.Plan)
		if err := tx.Save(team); err != nil {
			return err
		}
	}
	return setAll(func(from, to int) bool { return to < from })
}

// Withdraw takes back the waiting change of the actor's team.
func Withdraw(app core.App, actor *actors.Actor, id string) error {
	payment, err := closePayment(app, actor, id)
	if err != nil {
		return err
	}
	unsent := false
	entry := audit.NewEntry(actor, "team.plan.withdraw").WithTarget(actor.Team.Id, actor.Team.GetString("name"))
	err = audit.Do(app, entry, func(tx core.App) error {
		actor, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		if !actor.CanManageBilling() {
			return errs.Forbidden("Only the Owner and Admins can withdraw a change of the plan.")
		}
		change, err := Find(tx, id)
		if err != nil {
			return err
		}
		if change.TeamID() != actor.Team.Id {
			return errs.ErrNotFound
		}
		entry.With("change", change.Summary())
		if !change.Waits() {
			if payment != notClosed && change.Status() == Withdrawn {
				return nil // the provider's report about it came first
			}
			return endedError()
		}
		if payment == stillOpen {
			return errs.Invalid("base", CodePaying, "The payment is being processed, so this change can't be withdrawn now. It starts when the payment arrives, and ends if it fails.")
		}
		if unsent, err = markUnsent(tx, change); err != nil {
			return err
		}
		change.Set("status", Withdrawn)
		change.Set("ended_by", actor.Name())
		return tx.Save(change)
	})
	if err == nil && unsent {
		logLater(app, push(app, actor.Team.Id))
	}
	return err
}

func endedError() error {
	return errs.Invalid("base", CodeEnded, "This change is no longer waiting. Reload the page to see what happened to it.")
}

// NextMonth is when the billing month of a team ends: the first day of the next month in its time zone.
func NextMonth(team *teams.Team, now time.Time) time.Time {
	local := now.In(team.Zone())
	return time.Date(local.Year(), local.Month()+1, 1, 0, 0, 0, 0, team.Zone())
}
