package members

import (
	"context"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// registerOwnership registers the rules of offers for every writer: only the Owner's offer to an Admin is stored, a final state
// stays, and what is accepted is carried out in the same transaction. An offer lapses when the Admin loses the role.
func registerOwnership(app core.App) {
	app.OnRecordCreateExecute("ownership_offers").BindFunc(record.Guard(validateNewOffer))
	app.OnRecordUpdateExecute("ownership_offers").BindFunc(record.Guard(validateOffer))
	app.OnRecordUpdateExecute("memberships").BindFunc(lapseOffers)
	app.OnRecordDeleteExecute("memberships").BindFunc(lapseOffers)
	mail.RegisterCondition(app, offerCondition, mail.KindOwnershipOffer)
	mail.RegisterCondition(app, stillManagesCondition, mail.KindOwnershipDeclined)
	mail.RegisterCondition(app, stillMemberCondition, mail.KindOwnerChanged)
}

func validateNewOffer(app core.App, r *core.Record) error {
	offer := &Offer{r}
	if offer.Status(time.Now()) != OfferPending {
		return errs.Invalid("status", CodeOfferEnded, "A new offer must be pending and expire in the future.")
	}
	owner, err := FindOwner(app, offer.TeamID())
	if errs.IgnoreNotFound(err) != nil {
		return err
	}
	if err != nil || owner.UserID() != offer.OwnerID() {
		return errs.Invalid("owner", errs.CodeNotAllowed, "Only the Owner can transfer the team.")
	}
	if err := requireAdmin(app, offer); err != nil {
		return err
	}
	if err := closeExpired(app, offer.TeamID()); err != nil {
		return err
	}
	pending, err := app.CountRecords("ownership_offers", dbx.HashExp{"team": offer.TeamID(), "status": OfferPending})
	if err != nil {
		return fmt.Errorf("count offers of ownership: %w", err)
	}
	if pending > 0 {
		return errs.Invalid("base", CodeOfferPending, "The team is already offered to an Admin. Withdraw that offer first.")
	}
	return nil
}

// requireAdmin makes sure that ownership goes to an accepted Admin of the team.
func requireAdmin(app core.App, offer *Offer) error {
	m, err := Find(app, offer.TeamID(), offer.AdminID())
	if errs.IgnoreNotFound(err) != nil {
		return err
	}
	if err != nil || !m.Roles().Admin || m.Roles().Owner {
		return errs.Invalid("user", CodeNotAdmin, "Only an Admin can become the Owner. Give them the Admin role first, and wait until they accept it.")
	}
	return nil
}

// closeExpired stores that the pending offers of a team have expired, which makes room for a new one.
func closeExpired(app core.App, team string) error {
	var overdue []*Offer
	err := app.RecordQuery("ownership_offers").AndWhere(dbx.HashExp{"team": team, "status": OfferPending}).
		AndWhere(dbx.NewExp("expires <= {:now}", dbx.Params{"now": record.FormatTime(time.Now())})).All(&overdue)
	if err != nil {
		return fmt.Errorf("list expired offers of ownership: %w", err)
	}
	for _, offer := range overdue {
		offer.Set("status", OfferExpired)
		if err := app.Save(offer); err != nil {
			return err
		}
	}
	return nil
}

func validateOffer(app core.App, r *core.Record) error {
	offer := &Offer{r}
	if record.Changed(r, "team", "owner", "admin") {
		return errs.Invalid("base", "fixed", "The team, the Owner and the Admin of an offer can't change.")
	}
	stored, err := findOffer(app, r.Id) // the record may have been loaded before another answer
	if err != nil {
		return err
	}
	now, next := time.Now(), offer.GetString("status")
	switch status := stored.Status(now); {
	case next == stored.GetString("status") && status == OfferPending:
		return nil
	case stored.GetString("status") == OfferPending && next == OfferExpired:
		return nil
	case status != OfferPending:
		return offerEndedError(status)
	}
	switch next {
	case OfferAccepted:
		if err := requireAdmin(app, offer); err != nil {
			return err
		}
		return changeOwner(app, offer.TeamID(), offer.AdminID(), actors.Roles{Admin: true}, "")
	case OfferDeclined:
		return sendOfferDeclined(app, offer)
	}
	return nil
}

func offerEndedError(status string) error {
	sentence := map[string]string{
		OfferAccepted:  "This offer was already accepted.",
		OfferDeclined:  "This offer was declined. The Owner can make a new one.",
		OfferWithdrawn: "The Owner withdrew this offer.",
		OfferExpired:   "This offer has expired. The Owner can make a new one.",
		OfferLapsed:    "This offer ended because a role changed. The Owner can make a new one.",
	}[status]
	return errs.Invalid("base", CodeOfferEnded, sentence)
}

// lapseOffers ends the pending offer to or from a member who loses the Admin or Owner role or leaves, in the same transaction.
func lapseOffers(e *core.RecordEvent) error {
	return record.InTx(e, func() error {
		if err := e.Next(); err != nil {
			return err
		}
		offer, err := record.One[Offer](e.App.RecordQuery("ownership_offers").AndWhere(dbx.HashExp{"team": e.Record.GetString("team"), "status": OfferPending}), "find an offer of ownership")
		if err != nil {
			return errs.IgnoreNotFound(err)
		}
		user := e.Record.GetString("user")
		if user != offer.AdminID() && user != offer.OwnerID() {
			return nil
		}
		m, err := Find(e.App, offer.TeamID(), user)
		if errs.IgnoreNotFound(err) != nil {
			return err
		}
		if err == nil && (user == offer.AdminID() && m.Roles().Admin || user == offer.OwnerID() && m.Roles().Owner) {
			return nil
		}
		if changing(e.Context) {
			return nil // the offer is the reason
		}
		status := OfferLapsed
		if offer.Status(time.Now()) == OfferExpired {
			status = OfferExpired
		}
		offer.Set("status", status)
		return e.App.Save(offer)
	})
}

// changingKey marks the writes of changeOwner, which alone may change who the Owner is.
type changingKey struct{}

func changing(ctx context.Context) bool { return ctx.Value(changingKey{}) != nil }

// changeOwner makes a user the Owner in place of the present one, who keeps the roles in former and the Organizer role. It must be
// called in a transaction. Between its two writes the team has no Owner, which no one else can see.
func changeOwner(tx core.App, team, user string, former actors.Roles, by string) error {
	ctx := context.WithValue(context.Background(), changingKey{}, true)
	before, err := FindOwner(tx, team)
	if err != nil {
		return err
	}
	before.setRoles(actors.Roles{Admin: former.Admin, Organizer: before.Roles().Organizer})
	if err := tx.SaveWithContext(ctx, before); err != nil {
		return err
	}
	after, err := Find(tx, team, user)
	if err != nil {
		return err
	}
	after.setRoles(actors.Roles{Owner: true, Organizer: after.Roles().Organizer})
	if err := tx.SaveWithContext(ctx, after); err != nil {
		return err
	}
	return sendOwnerChanged(tx, team, before, after, by)
}
