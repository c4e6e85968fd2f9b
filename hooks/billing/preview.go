package billing

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/plans"
	"usher/hooks/recordings"
	"usher/hooks/seats"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// Order is what a team wants to have. What it doesn't name stays as it is.
type Order struct {
	Plan   string         // key or ID
	Addons map[string]int // quantities, by key or ID
	Seen   string         // Seen of the preview that the order answers; empty: not checked
}

// Limit is what a change does to a limit of a plan.
type Limit struct {
	Name          string // one of plans.Limits
	Before, After int64  // or plans.Unlimited
	Used          int64  // now; 0 for limits of single sessions
	Reserved      int64  // seats, by pending invitations
}

// Lowered reports whether the change lowers the limit.
func (l Limit) Lowered() bool {
	return l.After != plans.Unlimited && (l.Before == plans.Unlimited || l.After < l.Before)
}

// Exceeded reports whether more is in use than the limit after the change.
func (l Limit) Exceeded() bool { return l.After != plans.Unlimited && l.Used+l.Reserved > l.After }

// inUseText says how many of what the limit counts are taken, such as "4 Organizer seats are in use or reserved".
func (l Limit) inUseText(name string) string {
	words := text.Count(int(l.Used+l.Reserved), name+" is", name+"s are") + " in use"
	if l.Name != plans.Licences {
		words += " or reserved"
	}
	return words
}

// Preview is what an order would change.
type Preview struct {
	Plan, NewPlan   *plans.Plan // with add-ons
	Held, NewHeld   []plans.Held
	Limits          []Limit
	Price, NewPrice plans.Price
	OtherCurrency   bool   // prices are in several currencies and can't be added up
	Seen            string // identifies the state of the team
}

// Unchanged reports whether the team has what it orders.
func (p *Preview) Unchanged() bool { return p.Plan.Id == p.NewPlan.Id && sameHeld(p.Held, p.NewHeld) }

// Lowers reports whether the change lowers a limit. Such a change starts at the end of the billing month (R137).
func (p *Preview) Lowers() bool { return slices.ContainsFunc(p.Limits, Limit.Lowered) }

// Faults says why the order can't be applied now: more seats or licences are in use than it leaves (R45).
func (p *Preview) Faults() []string {
	var faults []string
	for _, l := range p.Limits {
		if name, counted := inUse[l.Name]; counted && l.Lowered() && l.Exceeded() {
			faults = append(faults, l.inUseText(name)+fmt.Sprintf(", and the change leaves %s.", text.Number(int(l.After))))
		}
	}
	return faults
}

// Exceeded lists what the team has more of than it may have after the change. It keeps all of that (R141).
func (p *Preview) Exceeded() []string {
	var all []string
	for _, l := range p.Limits {
		name, counted := inUse[l.Name]
		switch {
		case !l.Exceeded():
		case counted:
			all = append(all, l.inUseText(name)+fmt.Sprintf(". The plan has %s.", text.Number(int(l.After))))
		case l.Name == plans.StorageBytes:
			all = append(all, fmt.Sprintf("Recordings use %s. The plan has %s.", text.Storage(l.Used), text.Storage(l.After)))
		}
	}
	return all
}

// inUse has what can't be lowered below its use, by limit.
var inUse = map[string]string{plans.AdminSeats: "Admin seat", plans.OrganizerSeats: "Organizer seat", plans.Licences: "licence"}

// Overview returns the preview of the order that changes nothing: what the actor's team has, and how much of it is in use.
func Overview(app core.App, actor *actors.Actor) (*Preview, error) {
	return PreviewOrder(app, actor, Order{})
}

// PreviewOrder returns what an order would change for the actor's team. It only reads. Only the Owner and Admins can see it.
func PreviewOrder(app core.App, actor *actors.Actor, order Order) (*Preview, error) {
	if !actor.CanManageBilling() {
		return nil, errs.Forbidden("Only the Owner and Admins can see and change the plan.")
	}
	return preview(app, actor.Team, order)
}

func preview(app core.App, team *core.Record, order Order) (*Preview, error) {
	plan, err := plans.ForTeam(app, team.Id)
	if err != nil {
		return nil, err
	}
	held, err := plans.HeldBy(app, team.Id)
	if err != nil {
		return nil, err
	}
	newPlan := plan
	if order.Plan != "" && order.Plan != plan.Id && order.Plan != plan.Key() {
		newPlan, err = plans.Find(app, order.Plan)
		if err != nil || newPlan.Retired() {
			return nil, cmp.Or(errs.IgnoreNotFound(err), errs.Invalid("plan", CodeNotOffered, "There is no such plan. Choose one of those on offer."))
		}
	}
	newHeld, err := applyQuantities(app, held, order.Addons)
	if err != nil {
		return nil, err
	}
	return compare(app, team, &Preview{Plan: plan, NewPlan: newPlan, Held: held, NewHeld: newHeld})
}

// previewAny is preview for an order that can name what isn't on offer.
func previewAny(app core.App, team *core.Record, order Order) (*Preview, error) {
	plan, err := plans.ForTeam(app, team.Id)
	if err != nil {
		return nil, err
	}
	held, err := plans.HeldBy(app, team.Id)
	if err != nil {
		return nil, err
	}
	p := &Preview{Plan: plan, NewPlan: plan, Held: held}
	if order.Plan != "" && order.Plan != plan.Id {
		if p.NewPlan, err = plans.Find(app, order.Plan); err != nil {
			return nil, err
		}
	}
	addons, err := plans.Addons(app)
	if err != nil {
		return nil, err
	}
	quantities := map[string]int{}
	for _, h := range held {
		quantities[h.Addon.Id] = h.Quantity
	}
	maps.Copy(quantities, order.Addons)
	for _, addon := range addons {
		if n := quantities[addon.Id]; n > 0 {
			p.NewHeld = append(p.NewHeld, plans.Held{Addon: addon, Quantity: n})
		}
	}
	return compare(app, team, p)
}

// compare completes a preview with its limits and prices.
func compare(app core.App, team *core.Record, p *Preview) (*Preview, error) {
	p.Seen = fingerprint(p.Plan, p.Held)
	p.NewPlan = p.NewPlan.With(p.NewHeld)
	if err := p.countLimits(app, team); err != nil {
		return nil, err
	}
	var one, other bool
	p.Price, one = total(p.Plan, p.Held)
	p.NewPrice, other = total(p.NewPlan, p.NewHeld)
	p.OtherCurrency = !one || !other || p.Price.IsSet() && p.NewPrice.IsSet() && p.Price.Currency != p.NewPrice.Currency
	return p, nil
}

// applyQuantities returns the add-ons of a team after an order.
func applyQuantities(app core.App, held []plans.Held, wanted map[string]int) ([]plans.Held, error) {
	addons, err := plans.Addons(app)
	if err != nil {
		return nil, err
	}
	had := map[string]int{}
	for _, h := range held {
		had[h.Addon.Id] = h.Quantity
	}
	known := map[string]bool{}
	var after []plans.Held
	for _, addon := range addons {
		known[addon.Id], known[addon.Key()] = true, true
		quantity, named := wanted[addon.Key()]
		if !named {
			quantity, named = wanted[addon.Id]
		}
		if !named {
			quantity = had[addon.Id]
		}
		switch {
		case quantity < 0 || quantity > addon.Max():
			return nil, errs.Invalid("addons."+addon.Key(), CodeBadQuantity, fmt.Sprintf("Enter a number from 0 to %s.", text.Number(addon.Max())))
		case addon.Retired() && quantity > had[addon.Id]:
			return nil, errs.Invalid("addons."+addon.Key(), CodeNotOffered, fmt.Sprintf("“%s” is no longer offered. You can keep what you have.", addon.Name()))
		case quantity > 0:
			after = append(after, plans.Held{Addon: addon, Quantity: quantity})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(wanted)) {
		if !known[key] {
			return nil, errs.Invalid("addons", CodeNotOffered, fmt.Sprintf("There is no add-on “%s”.", text.Shorten(key, 40)))
		}
	}
	return after, nil
}

// countLimits compares each limit before and after. A team can have numbers of seats and licences of its own: they last until its plan
// changes.
func (p *Preview) countLimits(app core.App, team *core.Record) error {
	now, err := seats.Of(app, team.Id)
	if err != nil {
		return err
	}
	storage, err := recordings.Storage(app, team.Id)
	if err != nil {
		return err
	}
	own := map[string]seats.Count{plans.AdminSeats: now.Admin, plans.OrganizerSeats: now.Organizer, plans.Licences: now.Licences}
	for _, name := range plans.Limits {
		limit := Limit{Name: name, Before: p.Plan.Limit(name), After: p.NewPlan.Limit(name)}
		if count, counted := own[name]; counted {
			if p.Plan.Id == p.NewPlan.Id && limit.After != plans.Unlimited {
				limit.After += int64(count.Limit) - limit.Before
			}
			limit.Before, limit.Used, limit.Reserved = int64(count.Limit), int64(count.Used), int64(count.Reserved)
			if p.Plan.Id == p.NewPlan.Id && count.Limit == plans.Unlimited {
				limit.After = plans.Unlimited
			}
		}
		if name == plans.StorageBytes {
			limit.Used = storage.Used
		}
		p.Limits = append(p.Limits, limit)
	}
	return nil
}

// total is the monthly price of a plan with add-ons. It reports false if they have prices in several currencies.
func total(plan *plans.Plan, held []plans.Held) (plans.Price, bool) {
	sum, same := plan.Price(), true
	for _, h := range held {
		var ok bool
		sum, ok = sum.Plus(h.Addon.Price().Times(h.Quantity))
		same = same && ok
	}
	return sum, same
}

func sameHeld(a, b []plans.Held) bool {
	return slices.EqualFunc(a, b, func(a, b plans.Held) bool { return a.Addon.Id == b.Addon.Id && a.Quantity == b.Quantity })
}

// fingerprint identifies what a team has.
func fingerprint(plan *plans.Plan, held []plans.Held) string {
	var b strings.Builder
	b.WriteString(plan.Id)
	for _, h := range held {
		fmt.Fprintf(&b, " %s %d", h.Addon.Id, h.Quantity)
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:8])
}

// Summary says what the change is, such as "Pro instead of Free, Organizer seat from 0 to 2".
func (p *Preview) Summary() string {
	var parts []string
	if p.Plan.Id != p.NewPlan.Id {
		parts = append(parts, fmt.Sprintf("%s instead of %s", p.NewPlan.Name(), p.Plan.Name()))
	}
	quantities := func(all []plans.Held) map[string]plans.Held {
		byID := map[string]plans.Held{}
		for _, h := range all {
			byID[h.Addon.Id] = h
		}
		return byID
	}
	before, after := quantities(p.Held), quantities(p.NewHeld)
	for _, h := range p.NewHeld {
		if had := before[h.Addon.Id].Quantity; had != h.Quantity {
			parts = append(parts, fmt.Sprintf("%s from %d to %d", h.Addon.Name(), had, h.Quantity))
		}
	}
	for _, h := range p.Held {
		if _, kept := after[h.Addon.Id]; !kept {
			parts = append(parts, fmt.Sprintf("%s from %d to 0", h.Addon.Name(), h.Quantity))
		}
	}
	return strings.Join(parts, ", ")
}
