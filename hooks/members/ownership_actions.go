package members

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
)

// offerLimit limits offers of a team's ownership, because each sends an email.
var offerLimit = ratelimit.Define("ownership", 10, 24*time.Hour)

// OfferOwnership offers the ownership of the actor's team to one of its Admins, who gets an email. Only the Owner can, with
// their password. Nothing changes until the Admin accepts (R29).
func OfferOwnership(app core.App, actor *actors.Actor, admin, password string) (*Offer, error) {
	entry := audit.NewEntry(actor, "team.owner.offer").WithTarget(admin, "")
	if !actor.CanTransferOwnership() {
		return nil, audit.RecordRefusal(app, entry, transferForbidden())
	}
	proof, err := accounts.Reauthenticate(app, entry, actor.Account, "password", password)
	if err != nil {
		return nil, err
	}
	var offer *Offer
	err = manageOffer(app, actor, entry, admin, func(tx core.App, account *core.Record) error {
		if !actor.CanTransferOwnership() {
			return transferForbidden()
		}
		if _, err := proof.Verify(tx); err != nil {
			return err
		}
		if offer, err = newOffer(tx, actor, account); err != nil {
			return err
		}
		if wait, ok := offerLimit.In(tx).Take(actor.Team.Id); !ok {
			return errs.RateLimited(wait, "You've offered this team too often today. Try again tomorrow.")
		}
		return sendOffer(tx, actor, account, offer)
	})
	return offer, err
}

func newOffer(tx core.App, actor *actors.Actor, admin *core.Record) (*Offer, error) {
	collection, err := tx.FindCachedCollectionByNameOrId("ownership_offers")
	if err != nil {
		return nil, err
	}
	offer := &Offer{core.NewRecord(collection)}
	offer.Set("team", actor.Team.Id)
	offer.Set("owner", actor.Account.Id)
	offer.Set("admin", admin.Id)
	offer.Set("status", OfferPending)
	offer.Set("expires", types.NowDateTime().Add(OfferLifetime))
	return offer, tx.Save(offer)
}

// WithdrawOwnership withdraws the pending offer of the actor's team. Only the Owner can.
func WithdrawOwnership(app core.App, actor *actors.Actor) error {
	entry := audit.NewEntry(actor, "team.owner.withdraw")
	return manageOffer(app, actor, entry, "", func(tx core.App, _ *core.Record) error {
		if !actor.CanTransferOwnership() {
			return transferForbidden()
		}
		offer, err := FindOffer(tx, actor.Team.Id)
		if errs.IgnoreNotFound(err) != nil {
			return err
		}
		if err != nil {
			return errs.Invalid("base", CodeOfferEnded, "There is no offer to withdraw. It was accepted or declined, or it has expired.")
		}
		if account, err := tx.FindRecordById("users", offer.AdminID()); err == nil {
			entry.WithTarget(account.Id, actors.DisplayName(account))
		}
		offer.Set("status", OfferWithdrawn)
		return tx.Save(offer)
	})
}

// AcceptOwnership makes the actor, to whom it was offered, the Owner of the team. The previous Owner becomes an Admin. Both keep
// their seats.
func AcceptOwnership(app core.App, actor *actors.Actor) error {
	return answerOffer(app, actor, "team.owner.accept", OfferAccepted)
}

// DeclineOwnership declines the offer to the actor. The Owner gets an email.
func DeclineOwnership(app core.App, actor *actors.Actor) error {
	return answerOffer(app, actor, "team.owner.decline", OfferDeclined)
}

func answerOffer(app core.App, actor *actors.Actor, action, status string) error {
	entry := audit.NewEntry(actor, action).WithTarget(actor.Team.Id, actor.TeamName())
	return manageOffer(app, actor, entry, "", func(tx core.App, _ *core.Record) error {
		offer, err := FindLastOffer(tx, actor.Team.Id, actor.Account.Id)
		if errs.IgnoreNotFound(err) != nil {
			return err
		}
		if err != nil {
			return errs.Forbidden("Ownership of this team wasn't offered to you.")
		}
		offer.Set("status", status)
		return tx.Save(offer)
	})
}

// manageOffer runs an action on offers of the actor's team with the actor's rights read again. user is a member of the team or "".
func manageOffer(app core.App, actor *actors.Actor, entry *audit.Entry, user string, do func(tx core.App, account *core.Record) error) error {
	return audit.Do(app, entry, func(tx core.App) error {
		again, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		*actor = *again
		if user == "" {
			return do(tx, nil)
		}
		if _, err := Find(tx, actor.Team.Id, user); err != nil {
			return err
		}
		account, err := tx.FindRecordById("users", user)
		if err != nil {
			return err
		}
		entry.WithTarget(user, actors.DisplayName(account))
		return do(tx, account)
	})
}

func transferForbidden() error { return errs.Forbidden("Only the Owner can transfer the team.") }
