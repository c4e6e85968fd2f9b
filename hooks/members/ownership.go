package members

import (
	"context"
	"errors"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
)

// The states of an offer of ownership. All but OfferPending are final.
const (
	OfferPending   = "pending"
	OfferAccepted  = "accepted"
	OfferDeclined  = "declined"
	OfferWithdrawn = "withdrawn"
	OfferExpired   = "expired"
	OfferLapsed    = "lapsed" // the Admin or the Owner lost the role
)

// Codes of errors.
const (
	CodeOfferEnded   = "offer_ended"   // the offer was withdrawn, declined or accepted, has expired or lapsed
	CodeOfferPending = "offer_pending" // the team has a pending offer
	CodeNotAdmin     = "not_admin"     // ownership can be offered only to an Admin
)

// OfferLifetime is how long an offer of ownership can be accepted.
const OfferLifetime = 7 * 24 * time.Hour

var _ core.RecordProxy = (*Offer)(nil)

// Offer is the offer of a team's ownership to an Admin (R29).
type Offer struct{ *core.Record }

// PreValidate makes sure that the proxy holds an offer.
func (o *Offer) PreValidate(context.Context, core.App) error {
	if o.Record == nil || o.Collection().Name != "ownership_offers" {
		return errors.New("not an offer of ownership")
	}
	return nil
}

// ProxyRecord returns the record.
func (o *Offer) ProxyRecord() *core.Record { return o.Record }

// SetProxyRecord sets the record.
func (o *Offer) SetProxyRecord(r *core.Record) { o.Record = r }

// TeamID is the ID of the team.
func (o *Offer) TeamID() string { return o.GetString("team") }

// OwnerID is the ID of the account that made the offer.
func (o *Offer) OwnerID() string { return o.GetString("owner") }

// AdminID is the ID of the account that can accept it.
func (o *Offer) AdminID() string { return o.GetString("admin") }

// Expires is until when it can be accepted.
func (o *Offer) Expires() time.Time { return o.GetDateTime("expires").Time() }

// Status is the state at a time: a pending offer whose time is over is OfferExpired.
func (o *Offer) Status(now time.Time) string {
	if status := o.GetString("status"); status != OfferPending || now.Before(o.Expires()) {
		return status
	}
	return OfferExpired
}

// FindOffer returns the pending offer of a team, or errs.ErrNotFound.
func FindOffer(app core.App, team string) (*Offer, error) {
	return record.One[Offer](app.RecordQuery("ownership_offers").AndWhere(dbx.HashExp{"team": team, "status": OfferPending}).
		AndWhere(dbx.NewExp("expires > {:now}", dbx.Params{"now": record.FormatTime(time.Now())})), "find an offer of ownership")
}

// FindLastOffer returns the newest offer of a team to an Admin in any state, or errs.ErrNotFound.
func FindLastOffer(app core.App, team, admin string) (*Offer, error) {
	return record.One[Offer](app.RecordQuery("ownership_offers").AndWhere(dbx.HashExp{"team": team, "admin": admin}).
		OrderBy("(status = 'pending') DESC", "created DESC", "rowid DESC"), "find the newest offer of ownership")
}

// FindNewestOffer returns the newest offer of a team from or to a user in any state, or errs.ErrNotFound.
func FindNewestOffer(app core.App, team, user string) (*Offer, error) {
	return record.One[Offer](app.RecordQuery("ownership_offers").AndWhere(dbx.HashExp{"team": team}).
		AndWhere(dbx.Or(dbx.HashExp{"admin": user}, dbx.HashExp{"owner": user})).
		OrderBy("(status = 'pending') DESC", "created DESC", "rowid DESC"), "find the newest offer of ownership of a user")
}

func findOffer(app core.App, id string) (*Offer, error) {
	return record.One[Offer](app.RecordQuery("ownership_offers").AndWhere(dbx.HashExp{"id": id}), "find an offer of ownership")
}
