// Package billing changes the plans and add-ons of teams, and keeps the history of it (R134-R143). How a change is settled is a setting of
// the server: applied immediately, or requested from the server administrator.
package billing

import (
	"context"
	"errors"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/plans"
	"usher/hooks/record"
)

// The states of a change.
const (
	Requested = "requested" // waits for the server administrator
	Unpaid    = "unpaid"    // waits for its payment
	Approved  = "approved"  // what the server administrator sets; it becomes Scheduled or Applied in the same write
	Scheduled = "scheduled" // starts at the end of the billing month
	Applied   = "applied"
	Declined  = "declined"
	Withdrawn = "withdrawn"
)

// Codes of errors.
const (
	CodeUnchanged   = "unchanged"    // the team has what it orders
	CodeNotOffered  = "not_offered"  // the plan or add-on is unknown or retired
	CodeWaiting     = "waiting"      // another change is requested or scheduled
	CodeStale       = "stale"        // the plan or add-ons changed since the preview
	CodeDoesNotFit  = "does_not_fit" // more is in use than the change leaves
	CodeEnded       = "change_ended" // the change is no longer waiting
	CodeNotSold     = "not_sold"     // the plan or add-on has no price at the payment provider
	CodeRefused     = "refused"      // the payment provider refused the change
	CodeFailed      = "payment_failed"
	CodePaying      = "paying" // the payment is on its way
	CodeBadQuantity = plans.CodeBadQuantity
)

// MaxReason is the length of the reason for which a request is declined, in characters.
const MaxReason = 500

var _ core.RecordProxy = (*Change)(nil)

// Change is a change of a team's plan and add-ons.
type Change struct{ *core.Record }

// PreValidate makes sure that the proxy holds a change.
func (c *Change) PreValidate(context.Context, core.App) error {
	if c.Record == nil || c.Collection().Name != "plan_changes" {
		return errors.New("not a change of a plan")
	}
	return nil
}

// ProxyRecord returns the record.
func (c *Change) ProxyRecord() *core.Record { return c.Record }

// SetProxyRecord sets the record.
func (c *Change) SetProxyRecord(r *core.Record) { c.Record = r }

// TeamID is the ID of the team.
func (c *Change) TeamID() string { return c.GetString("team") }

// Status is the state of the change.
func (c *Change) Status() string { return c.GetString("status") }

// Waits reports whether the change is requested, unpaid or scheduled.
func (c *Change) Waits() bool {
	return c.Status() == Requested || c.Status() == Unpaid || c.Status() == Scheduled
}

// PayPage is the page of the payment provider on which an unpaid change can be paid until PayBy; "": it isn't known yet.
func (c *Change) PayPage() string { return c.GetString("pay_page") }

// PayBy is until when an unpaid change can be paid.
func (c *Change) PayBy() time.Time { return c.GetDateTime("pay_by").Time() }

// Summary says what changes, such as "Pro instead of Free, 2 more Organizer seats".
func (c *Change) Summary() string { return c.GetString("summary") }

// UserID is the ID of the account that ordered the change; empty if a server administrator made it.
func (c *Change) UserID() string { return c.GetString("user") }

// ByName is the name of who ordered the change.
func (c *Change) ByName() string { return c.GetString("by_name") }

// EndedBy is the name of who withdrew, approved or declined it.
func (c *Change) EndedBy() string { return c.GetString("ended_by") }

// Reason says why the request was declined, or why a scheduled change couldn't start yet.
func (c *Change) Reason() string { return c.GetString("reason") }

// Created is when the change was ordered.
func (c *Change) Created() time.Time { return c.GetDateTime("created").Time() }

// Starts is when a scheduled change starts or an applied one started; zero for others.
func (c *Change) Starts() time.Time { return c.GetDateTime("starts").Time() }

// PriceBefore is the monthly price before the change.
func (c *Change) PriceBefore() plans.Price { return c.price("price_before") }

// PriceAfter is the monthly price after the change.
func (c *Change) PriceAfter() plans.Price { return c.price("price_after") }

func (c *Change) price(field string) plans.Price {
	if currency := c.GetString("currency"); currency != "" {
		return plans.Price{Amount: int64(c.GetFloat(field)), Currency: currency}
	}
	return plans.Price{}
}

// order is what the change wants: a plan and how many of each add-on.
func (c *Change) order() (Order, error) {
	order := Order{Plan: c.GetString("plan")}
	return order, c.UnmarshalJSONField("addons", &order.Addons)
}

// FindWaiting returns the requested, unpaid or scheduled change of a team, or errs.ErrNotFound.
func FindWaiting(app core.App, team string) (*Change, error) {
	return record.One[Change](app.RecordQuery("plan_changes").
		AndWhere(dbx.HashExp{"team": team, "status": []any{Requested, Unpaid, Scheduled}}), "find a waiting change of a plan")
}

// Find returns a change, or errs.ErrNotFound.
func Find(app core.App, id string) (*Change, error) {
	return record.One[Change](app.RecordQuery("plan_changes").AndWhere(dbx.HashExp{"id": id}), "find a change of a plan")
}
