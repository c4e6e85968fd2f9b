// Package plans knows what a plan gives, and that a team has what its plan gives (R135, R136).
package plans

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/errs"
)

// Unlimited is the number that stands for "as many as you like".
const Unlimited = -1

// LargerPlanHint tells whom to contact about a larger plan. It is true for every reader: no role in a team can change its
// plan.
const LargerPlanHint = "For a larger plan, contact your server administrator"

// MoreHint is AskForLarger about what a plan limits, such as "seats".
func MoreHint(what string) string {
	return "For more " + what + ", contact your server administrator"
}

var _ core.RecordProxy = (*Plan)(nil)

// Plan is what a team may use: a row of data that whoever runs the server edits.
type Plan struct{ *core.Record }

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

// Name is the plan's name as people read it.
func (p *Plan) Name() string { return p.GetString("name") }

// Find reads the plan with that key or id.
func Find(app core.App, key string) (*Plan, error) {
	plan := &Plan{}
	err := app.RecordQuery("plans").AndWhere(keyOrID(key)).Limit(1).One(plan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errs.NotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find plan: %w", err)
	}
	return plan, nil
}
