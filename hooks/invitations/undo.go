package invitations

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/record"
	"usher/hooks/seats"
	"usher/hooks/tools/errs"
)

// UndoWindow is how long a declined invitation can become pending again.
const UndoWindow = 10 * time.Minute

// UndoDecline makes an invitation that was declined within UndoWindow pending again, with its roles, link and expiry. It is refused
// if the team has cleared it, invited the address again or removed the person since, if the inviter may no longer offer the roles,
// and if no seat is free. With the link, no account is needed.
func UndoDecline(app core.App, resp Response) (*Invitation, error) {
	if err := limitDeclines(app, resp.IP); err != nil {
		return nil, err
	}
	return resp.apply(app, "invitation.reopen", (*Invitation).requireDeclined, func(tx core.App, i *Invitation) error {
		i.Set("status", Pending)
		i.Set("answered", "")
		err := record.SaveTrusted(tx, i)
		if errs.Code(err) == seats.CodeFull {
			return errs.Invalid("base", seats.CodeFull, "The seat is no longer free. Ask the team for a new invitation.")
		}
		return err
	})
}

// CanUndoDecline returns nil if UndoDecline would make the invitation pending again now, provided that a seat is free.
func CanUndoDecline(app core.App, i *Invitation) error {
	if err := i.requireDeclined(); err != nil {
		return err
	}
	return validateReopening(app, i.Record, time.Now())
}

// requireDeclined returns an error unless the invitation was declined.
func (i *Invitation) requireDeclined() error {
	switch status := i.Status(); status {
	case Declined:
		return nil
	case Pending:
		return errs.Invalid("base", CodeNothingToDo, "This invitation wasn't declined.")
	default:
		return closedError(status)
	}
}

// validateReopening checks the invitation r, whose stored state is declined, before it becomes pending. It is checked like a new
// offer, because much can have changed since it was declined.
func validateReopening(app core.App, r *core.Record, now time.Time) error {
	if !canReopen(r.Original(), now) {
		return closedError(Declined)
	}
	if !r.GetDateTime("expires").Time().After(now) {
		return closedError(Expired)
	}
	if err := requireNewest(app, r); err != nil {
		return err
	}
	state, err := findMembershipState(app, r.GetString("team"), r.GetString("email"))
	if err != nil {
		return err
	}
	if err := validateInviter(app, r, state); err != nil {
		return err
	}
	return requireNewRoles(r, state)
}

// canReopen reports whether an invitation was declined within UndoWindow, and nothing was done about it since. Only an action sets
// the time of the answer, so a status that was changed by hand is final.
func canReopen(r *core.Record, now time.Time) bool {
	answered := r.GetDateTime("answered").Time()
	return r.GetString("status") == Declined && r.GetString("reason") == "" && !r.GetBool("cleared") && now.Sub(answered) <= UndoWindow
}

// requireNewest returns an error if the address was invited again after the invitation r.
func requireNewest(app core.App, r *core.Record) error {
	newest, err := record.One[Invitation](app.RecordQuery("invitations").WithContext(record.Prepared).
		AndWhere(dbx.HashExp{"team": r.GetString("team"), "email": r.GetString("email")}).
		OrderBy("created DESC", "rowid DESC"), "find the newest invitation of an address")
	if err != nil || newest.Id == r.Id {
		return err
	}
	if newest.Status() == Pending {
		return closedError(Replaced)
	}
	return closedError(newest.Status())
}

// endUndo makes a declined invitation of an address final, because the team decided about the person since.
func endUndo(tx core.App, team, address, reason string) error {
	var declined []*Invitation
	err := tx.RecordQuery("invitations").AndWhere(dbx.HashExp{"team": team, "email": address, "status": Declined, "reason": ""}).
		AndWhere(dbx.NewExp("answered >= {:since}", dbx.Params{"since": types.NowDateTime().Add(-UndoWindow).String()})).All(&declined)
	if err != nil {
		return fmt.Errorf("find the declined invitations of an address: %w", err)
	}
	for _, i := range declined {
		i.Set("reason", reason)
		if err := record.SaveTrusted(tx, i); err != nil {
			return err
		}
	}
	return nil
}
