package invitations

import (
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// StatusText returns the sentence shown for an invitation or a link in this final state (R54).
func StatusText(status string) string {
	_, _, sentence, _ := errs.Details(closedError(status))
	return sentence
}

// closedError returns the error for an invitation or a link that can no longer be answered (R54).
func closedError(status string) error {
	switch status {
	case Accepted:
		return errs.Invalid("token", CodeAccepted, "This invitation was already accepted.")
	case Declined:
		return errs.Invalid("token", CodeDeclined, "This invitation was declined. Ask for a new one.")
	case Revoked:
		return errs.Invalid("token", CodeRevoked, "This invitation was revoked. If you think this is a mistake, ask the team.")
	case Expired:
		return errs.Invalid("token", CodeExpired, "This invitation has expired. Ask for a new one.")
	case Replaced:
		return errs.Invalid("token", CodeReplaced, "A newer link was sent for this invitation. Use the one in the newest email.")
	}
	return errs.Invalid("token", CodeUnknown, "We don't know this link. Check that you copied the whole link, or ask for a new one.")
}

// requirePending returns an error unless the invitation is pending.
func (i *Invitation) requirePending() error {
	if status := i.Status(); status != Pending {
		return closedError(status)
	}
	return nil
}

// close ends a pending invitation in the transaction that read it.
func (i *Invitation) close(tx core.App, status, reason string) error {
	i.Set("status", status)
	i.Set("reason", reason)
	i.Set("answered", types.NowDateTime())
	return record.SaveTrusted(tx, i)
}

// Expire marks at most 500 overdue invitations as expired. Nothing depends on it: an overdue invitation counts as
// expired everywhere.
func Expire(app core.App) error {
	var overdue []*Invitation
	err := app.RecordQuery("invitations").AndWhere(dbx.HashExp{"status": Pending}).
		AndWhere(dbx.NewExp("expires <= {:now}", dbx.Params{"now": types.NowDateTime().String()})).Limit(500).All(&overdue)
	if err != nil {
		return fmt.Errorf("list overdue invitations: %w", err)
	}
	var faults error
	for _, i := range overdue {
		i.Set("status", Expired)
		faults = errors.Join(faults, app.Save(i))
	}
	return faults
}
