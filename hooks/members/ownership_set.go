package members

import (
	"errors"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/tools/errs"
)

// SetOwner makes an account the Owner of a team without an offer, for the server administrator when the Owner has left (R160). The
// account joins the team if it isn't in it. The previous Owner becomes an Admin, or a member without that role if keepAdmin is false.
// It returns an error with seats.CodeFull if that needs an Admin seat and none is free.
func SetOwner(app core.App, entry *audit.Entry, team string, account *core.Record, keepAdmin bool) error {
	entry.Team, entry.Action = team, "team.owner.set"
	return audit.Do(app, entry.WithTarget(account.Id, actors.DisplayName(account)), func(tx core.App) error {
		if !account.Verified() {
			return errs.Invalid("user", accounts.CodeUnverified, "The email address of this account isn't confirmed yet.")
		}
		if err := withdrawPending(tx, team); err != nil {
			return err
		}
		m, err := Find(tx, team, account.Id)
		switch {
		case errors.Is(err, errs.ErrNotFound):
			err = Grant(tx, team, account.Id, actors.Roles{})
		case err != nil:
		case m.Roles().Owner:
			err = errs.Invalid("user", CodeAlreadyOwner, "This account already owns the team.")
		case m.Kind() == actors.Guest:
			err = Grant(tx, team, account.Id, actors.Roles{})
		}
		if err != nil {
			return err
		}
		return changeOwner(tx, team, account.Id, actors.Roles{Admin: keepAdmin}, audit.Administrator)
	})
}

// CodeAlreadyOwner is the code of the error for an account that already owns the team.
const CodeAlreadyOwner = "already_owner"

func withdrawPending(tx core.App, team string) error {
	offer, err := FindOffer(tx, team)
	if err != nil {
		return errs.IgnoreNotFound(err)
	}
	offer.Set("status", OfferLapsed)
	return tx.Save(offer)
}
