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

// StatusText is what people and programs read of an invitation, or of a link, that has ended so (R54).
func StatusText(status string) string {
	_, _, sentence, _ := errs.Details(closedError(status))
	return sentence
}

// closedError is what is said of an invitation, or of a link, that cannot be answered any more (R54).
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

// requirePending refuses what is not pending any more.
func (i *Invitation) requirePending() error {
	if status := i.Status(); status != Pending {
		return closedError(status)
	}
	return nil
}

// close closes an open invitation inside the transaction that read it.
func (i *Invitation) close(tx core.App, status, reason string) error {
	i.Set("status", status)
	i.Set("reason", reason)
	i.Set("answered", types.NowDateTime())
	return record.SaveTrusted(tx, i)
}

// Expire notes at most 500 invitations whose end has passed. Nothing waits for it: everywhere an
// overdue invitation counts as expired at once.
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
