package invitations

import (
	"errors"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// sendCondition is the condition for sending an email with an invitation's link: the invitation is pending, and the
// link is its current one.
func sendCondition(tx core.App, m *mail.Email) (reason string, err error) {
	i, err := Find(tx, m.About())
	switch {
	case errors.Is(err, errs.ErrNotFound):
		return mail.ReasonInvitationUnknown, nil
	case err != nil:
		return "", err
	case i.Status() != Pending:
		return "invitation_" + i.Status(), nil
	case i.Address() != m.Recipient():
		return mail.ReasonAddressChanged, nil
	case m.Basis() != "" && m.Basis() != i.GetString("token_hash"):
		return mail.ReasonLinkReplaced, nil
	}
	return "", nil
}

// dropObsoleteEmails drops the emails that this update of an invitation has made obsolete.
func dropObsoleteEmails(tx core.App, r *core.Record) error {
	if !record.Differs(r, r.Original(), "status", "token_hash") {
		return nil
	}
	return mail.DropObsolete(tx, r.Id)
}
