package billing

import (
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/plans"
	"usher/hooks/teams"
	"usher/hooks/tools/settings"
)

// follow gives the team what its paid subscription has.
func (r *reading) follow(tx core.App, team *teams.Team, open *Change, now time.Time) error {
	paid, err := r.target(tx, team, r.chosen.Items)
	if err != nil {
		return err
	}
	if open == nil {
		return r.followProvider(tx, team, paid)
	}
	wanted, err := open.preview(tx, team)
	if err != nil {
		return err
	}
	if open.Status() == Unpaid {
		if wanted.sameResult(paid) {
			return applyChange(tx, team, open)
		}
		return r.withdrawExpired(tx, open)
	}
	cancels := len(paidItems(wanted.NewPlan, wanted.NewHeld)) == 0
	switch {
	case r.account.GetBool("unsent"):
		return nil
	case cancels && !r.chosen.Cancels.IsZero():
		open.Set("starts", r.chosen.Cancels)
		return tx.Save(open)
	case !cancels && r.chosen.Cancels.IsZero() && wanted.sameResult(paid):
		if now.Before(open.Starts()) {
			return nil
		}
		return applyChange(tx, team, open)
	}
	open.end(Withdrawn, providerName, "The subscription was changed in Stripe.")
	if err := tx.Save(open); err != nil {
		return err
	}
	return r.followProvider(tx, team, paid)
}

// followProvider follows what was changed at the provider, without a change that was ordered here.
func (r *reading) followProvider(tx core.App, team *teams.Team, paid *Preview) error {
	if r.account.GetBool("unsent") {
		return nil
	}
	if !paid.Unchanged() {
		if err := recordChange(tx, team, paid, Applied, "The subscription was changed in Stripe.", time.Now()); err != nil {
			return err
		}
	}
	if r.chosen.Cancels.IsZero() {
		return nil
	}
	none, err := r.target(tx, team, nil)
	if err != nil || none.Unchanged() {
		return err
	}
	return recordChange(tx, team, none, Scheduled, "", r.chosen.Cancels)
}

// withdrawExpired withdraws an unpaid change whose page has expired. Without a page, the provider will be asked again.
func (r *reading) withdrawExpired(tx core.App, open *Change) error {
	if open == nil || open.Status() != Unpaid || open.GetString("payment") == "" {
		return nil
	}
	if strings.HasPrefix(open.GetString("payment"), checkoutPrefix) && r.checkout != CheckoutExpired {
		return nil
	}
	if strings.HasPrefix(open.GetString("payment"), invoicePrefix) && r.chosen.live() && r.chosen.Pending != nil {
		return nil
	}
	open.end(Withdrawn, providerName, "It wasn't paid in time.")
	return tx.Save(open)
}

// target is the preview of what the team gets for the items of a subscription. Without a plan among them, it gets the plan of new teams,
// unless its plan isn't sold. Add-ons that aren't sold stay too.
func (r *reading) target(tx core.App, team *teams.Team, items []Item) (*Preview, error) {
	priced, err := plans.FindPriced(tx)
	if err != nil {
		return nil, err
	}
	addons, err := plans.Addons(tx)
	if err != nil {
		return nil, err
	}
	order := Order{Addons: map[string]int{}}
	for _, addon := range addons {
		if addon.StripePrice() != "" {
			order.Addons[addon.Id] = 0
		}
	}
	for _, item := range items {
		if plan := priced.Plans[item.Price]; plan != "" {
			order.Plan = plan
		} else if addon := priced.Addons[item.Price]; addon != "" {
			order.Addons[addon] = min(item.Quantity, plans.MaxQuantity)
		}
	}
	if order.Plan == "" {
		if order.Plan, err = unpaidPlan(tx, team); err != nil {
			return nil, err
		}
	}
	return previewAny(tx, team.Record, order)
}

// sameResult reports whether two previews of a team end with the same plan and add-ons.
func (p *Preview) sameResult(other *Preview) bool {
	return p.NewPlan.Id == other.NewPlan.Id && sameHeld(p.NewHeld, other.NewHeld)
}

// applyChange applies a change that was paid for or is due. It can leave less than is in use: what isn't paid can't be kept.
func applyChange(tx core.App, team *teams.Team, change *Change) error {
	change.end(Applied, providerName, "")
	if err := apply(tx, change, true); err != nil {
		return err
	}
	if err := tx.Save(change); err != nil {
		return err
	}
	return writePlanEntry(tx, team, change, "team.plan")
}

// recordChange stores a change that was decided at the provider; an applied one takes effect now.
func recordChange(tx core.App, team *teams.Team, p *Preview, status, reason string, starts time.Time) error {
	change, err := newChange(tx, team.Id, p)
	if err != nil {
		return err
	}
	change.Load(map[string]any{"by_name": providerName, "reason": reason, "status": status, "starts": starts})
	action := "team.plan.order"
	if status == Applied {
		action = "team.plan"
		if err := apply(tx, change, true); err != nil {
			return err
		}
	}
	if err := tx.Save(change); err != nil {
		return err
	}
	return writePlanEntry(tx, team, change, action)
}

func writePlanEntry(tx core.App, team *teams.Team, change *Change, action string) error {
	entry := &audit.Entry{Team: team.Id, Action: action, Target: team.Id, TargetName: team.Name()}
	if change.UserID() != "" {
		entry.Actor, entry.ActorName = change.UserID(), change.ByName()
	}
	return audit.Write(tx, entry.With("change", change.Summary()))
}

// unpaidPlan is the plan of a team that pays for none: that of new teams, unless its own isn't sold.
func unpaidPlan(tx core.App, team *teams.Team) (string, error) {
	current, err := plans.Find(tx, team.GetString("plan"))
	if err != nil {
		return "", err
	}
	if current.StripePrice() == "" {
		return current.Id, nil
	}
	plan, err := plans.Find(tx, settings.Of(tx).Plan)
	if err != nil {
		return "", err
	}
	return plan.Id, nil
}

// end takes from the team what its ended subscription gave it. Nothing is deleted: what exceeds the limits stays and can't grow.
func (r *reading) end(tx core.App, team *teams.Team, open *Change) error {
	none, err := r.target(tx, team, nil)
	if err != nil {
		return err
	}
	if open != nil && open.Status() == Scheduled {
		wanted, err := open.preview(tx, team)
		if err != nil {
			return err
		}
		if wanted.sameResult(none) {
			r.account.clearFailure()
			if err := applyChange(tx, team, open); err != nil {
				return err
			}
			return sendPlanEnded(tx, team, none, false)
		}
		open.end(Withdrawn, providerName, "The subscription ended.")
		if err := tx.Save(open); err != nil {
			return err
		}
	}
	if err := r.withdrawExpired(tx, open); err != nil {
		return err
	}
	failed := r.account.Failing()
	r.account.clearFailure()
	if none.Unchanged() {
		return nil
	}
	reason := "The subscription ended."
	if failed {
		reason = "The payment failed, and the grace period ended."
	}
	if err := recordChange(tx, team, none, Applied, reason, time.Now()); err != nil {
		return err
	}
	return sendPlanEnded(tx, team, none, failed)
}
