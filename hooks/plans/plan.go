// Package plans has the plans, and gives teams the limits of their plan (R135, R136).
package plans

import (
	"context"
	"errors"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
)

// Unlimited is the value of a limit that doesn't apply.
const Unlimited = -1

// LargerPlanHint says how to get a larger plan. It is for readers of every role.
const LargerPlanHint = "An Admin can get a larger plan under Billing & plans"

// MoreHint says how to get more of what a plan limits, such as "seats". It is for readers of every role.
func MoreHint(what string) string { return "An Admin can add " + what + " under Billing & plans" }

var _ core.RecordProxy = (*Plan)(nil)

// Plan has the limits of a team: those of its plan, raised by the team's add-ons if it was found by ForTeam. The server administrator
// can edit plans.
type Plan struct {
	*core.Record
	added map[string]int64 // by add-ons, by limit
}

// PreValidate makes sure that the proxy holds a plan.
func (p *Plan) PreValidate(context.Context, core.App) error {
	if p.Record == nil || p.Collection().Name != "plans" {
		return errors.New("not a plan")
	}
	return nil
}

// ProxyRecord returns the record.
func (p *Plan) ProxyRecord() *core.Record { return p.Record }

// SetProxyRecord sets the record.
func (p *Plan) SetProxyRecord(r *core.Record) { p.Record = r }

// Name is the plan's name for users.
func (p *Plan) Name() string { return p.GetString("name") }

// Key is the name of the plan in settings and the API.
func (p *Plan) Key() string { return p.GetString("key") }

// SessionMinutes is the maximum length of a session in minutes, or Unlimited (R103).
func (p *Plan) SessionMinutes() int { return int(p.Limit(SessionMinutes)) }

// SessionPeople is how many people may be in a session, or Unlimited.
func (p *Plan) SessionPeople() int { return int(p.Limit(SessionPeople)) }

// StorageBytes is how many bytes the recordings of a team may use, or Unlimited.
func (p *Plan) StorageBytes() int64 { return p.Limit(StorageBytes) }

// RetentionDays is for how many days recordings can be kept at most, or Unlimited.
func (p *Plan) RetentionDays() int { return int(p.Limit(RetentionDays)) }

// Limit returns one of the limits, or Unlimited.
func (p *Plan) Limit(name string) int64 {
	limit := int64(p.GetFloat(name))
	if limit == Unlimited {
		return Unlimited
	}
	return limit + p.added[name]
}

// With returns the plan with the add-ons.
func (p *Plan) With(held []Held) *Plan {
	added := map[string]int64{}
	for _, h := range held {
		added[h.Addon.Raises()] += h.Addon.Amount() * int64(h.Quantity)
	}
	return &Plan{p.Record, added}
}

// Price is the price of a month.
func (p *Plan) Price() Price { return priceOf(p.Record) }

// Retired reports whether the plan isn't offered any more. Teams that have it keep it.
func (p *Plan) Retired() bool { return p.GetBool("retired") }

// HourlyRate is the price of an hour of a session in Currency; 0 if sessions are included.
func (p *Plan) HourlyRate() float64 {
	if p.Currency() == "" {
		return 0
	}
	return p.GetFloat("hourly_rate")
}

// Currency is the ISO 4217 code of the currency of HourlyRate, or "".
func (p *Plan) Currency() string { return p.GetString("currency") }

// ForTeam returns the plan of a team with its add-ons, or errs.ErrNotFound without such a team.
func ForTeam(app core.App, team string) (*Plan, error) {
	plan, err := record.One[Plan](app.RecordQuery("plans").WithContext(record.Prepared).
		AndWhere(dbx.NewExp("id = (SELECT plan FROM teams WHERE id = {:team})", dbx.Params{"team": team})), "find the plan of a team")
	if err != nil {
		return nil, err
	}
	held, err := HeldBy(app, team)
	if err != nil {
		return nil, err
	}
	return plan.With(held), nil
}

// Find returns the plan with the key or id, or errs.ErrNotFound.
func Find(app core.App, key string) (*Plan, error) {
	return record.One[Plan](app.RecordQuery("plans").AndWhere(keyOrID(key)), "find plan")
}

// All lists all plans in their order, the retired ones included.
func All(app core.App) ([]*Plan, error) {
	var all []*Plan
	err := app.RecordQuery("plans").OrderBy("position", "name").All(&all)
	return all, wrap("list the plans", err)
}
