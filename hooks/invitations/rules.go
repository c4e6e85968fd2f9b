package invitations

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// Codes of errors: the states in which an invitation can't be answered.
const (
	CodeAccepted       = "invitation_accepted"
	CodeDeclined       = "invitation_declined"
	CodeRevoked        = "invitation_revoked"
	CodeExpired        = "invitation_expired"
	CodeReplaced       = "invitation_replaced"
	CodeUnknown        = "invitation_unknown"
	CodeAlreadyMember  = "already_member"
	CodeAlreadyInvited = "already_invited"
	CodeNothingToDo    = "nothing_to_do" // the invitation can't be cleared, or wasn't declined
)

// Register binds the rules for every write of an invitation: its states and their order, its expiry and address, one
// pending invitation per address and team, and only roles that the inviter may offer. Accepting always creates the
// membership.
func Register(app core.App) {
	app.OnRecordCreate("invitations").BindFunc(func(e *core.RecordEvent) error {
		if err := normalize(e.Record); err != nil {
			return err
		}
		return e.Next()
	})
	app.OnRecordCreateExecute("invitations").BindFunc(record.Guard(validateCreate))
	app.OnRecordUpdateExecute("invitations").BindFunc(func(e *core.RecordEvent) error {
		return record.InTx(e, func() error {
			if err := validateUpdate(e.App, e.Record); err != nil {
				return err
			}
			if err := e.Next(); err != nil {
				return err
			}
			if err := createMembership(e.App, e.Record); err != nil {
				return err
			}
			return dropObsoleteEmails(e.App, e.Record)
		})
	})
	app.OnRecordDeleteExecute("memberships").BindFunc(revokeForRemoved)
	app.OnRecordUpdateExecute("outbox").BindFunc(closeUndeliverable)
	registerFulfilment(app)
	registerImporter(app)
	mail.RegisterCondition(app, sendCondition, mail.KindInvitation, mail.KindRoleInvitation)
	mail.RegisterRenderer(app, renderEmail, mail.KindInvitation, mail.KindRoleInvitation)
	app.Cron().MustAdd("usherExpire", "* * * * *", func() {
		if err := Expire(app); err != nil {
			app.Logger().Error("expire invitations", "error", err)
		}
	})
}

// normalize brings a new invitation into canonical form and sets its expiry if it has none.
func normalize(r *core.Record) error {
	address, err := accounts.CanonicalEmail(r.GetString("email"))
	if err != nil {
		return err
	}
	r.Set("email", address)
	name, err := text.CleanLine("name", "The name", r.GetString("name"), accounts.MaxName)
	if err != nil {
		return err
	}
	r.Set("name", name)
	note, err := text.CleanText("note", "The note", r.GetString("note"), MaxNote)
	if err != nil {
		return err
	}
	r.Set("note", note)
	if r.GetDateTime("expires").IsZero() {
		r.Set("expires", newExpiry())
	}
	return nil
}

func validateCreate(app core.App, r *core.Record) error {
	if statusOf(r, time.Now()) != Pending {
		return errs.Invalid("status", "not_pending", "A new invitation must be pending and expire in the future.")
	}
	if r.GetBool("cleared") {
		return validateCleared(Pending)
	}
	now, err := findMembershipState(app, r.GetString("team"), r.GetString("email"))
	if err != nil {
		return err
	}
	if err := validateInviter(app, r, now); err != nil {
		return err
	}
	open, err := findPendingOrOverdue(app, r.GetString("team"), r.GetString("email"))
	switch {
	case errors.Is(err, errs.ErrNotFound):
	case err != nil:
		return err
	case open.Status() == Pending:
		return errs.Invalid("email", CodeAlreadyInvited, "Already invited.")
	default:
		open.Set("status", Expired)
		if err := record.SaveTrusted(app, open); err != nil {
			return err
		}
	}
	return requireNewRoles(r, now)
}

// validateUpdate checks a change against the stored state, in the transaction of the change.
func validateUpdate(app core.App, r *core.Record) error {
	before := r.Original()
	if record.Differs(r, before, "team", "email") {
		return errs.Invalid("base", "fixed", "The team and the address of an invitation can't be changed.")
	}
	from, to := before.GetString("status"), r.GetString("status")
	if from == Declined && to == Pending {
		if !r.GetDateTime("answered").IsZero() || record.Differs(r, before, "expires", "admin", "organizer", "token_hash", "cleared") {
			return closedError(from)
		}
		return validateReopening(app, r, time.Now())
	}
	if r.GetBool("cleared") {
		if err := validateCleared(statusOf(r, time.Now())); err != nil {
			return err
		}
	}
	if from != Pending {
		if record.Differs(r, before, "status", "expires", "admin", "organizer", "token_hash", "answered") {
			return closedError(from)
		}
		return nil
	}
	overdue := statusOf(before, time.Now()) == Expired
	switch to {
	case Expired:
		if !overdue {
			return errs.Invalid("status", "not_expired", "This invitation hasn't expired yet.")
		}
		return nil
	case Pending:
		if overdue && record.Differs(r, before, "expires", "admin", "organizer", "token_hash") {
			return closedError(Expired)
		}
		if overdue {
			return nil
		}
		return validateRenewal(app, r)
	}
	if overdue {
		return closedError(Expired)
	}
	if record.Differs(r, before, "admin", "organizer", "expires") {
		return errs.Invalid("base", "fixed", "Answering an invitation can't change its roles or expiry.")
	}
	if to == Accepted {
		return validateAcceptance(app, r)
	}
	return nil
}

// validateRenewal checks an invitation that stays pending: it expires in the future, and added roles are checked like a
// new offer.
func validateRenewal(app core.App, r *core.Record) error {
	if statusOf(r, time.Now()) != Pending {
		return errs.Invalid("expires", "not_pending", "A pending invitation must expire in the future.")
	}
	if record.Changed(r, "admin", "organizer") && !onlyRemovesRoles(r) {
		now, err := findMembershipState(app, r.GetString("team"), r.GetString("email"))
		if err != nil {
			return err
		}
		if err := validateInviter(app, r, now); err != nil {
			return err
		}
		return requireNewRoles(r, now)
	}
	return nil
}

// onlyRemovesRoles reports whether an invitation only loses roles and keeps at least one, which is not a new offer.
func onlyRemovesRoles(r *core.Record) bool {
	was, is := actors.RolesOf(r.Original()), actors.RolesOf(r)
	return !is.None() && is.Without(was).None()
}

// validateAcceptance lets only the confirmed account of the invited address accept (R53).
func validateAcceptance(app core.App, r *core.Record) error {
	address, verified, err := accounts.EmailByID(app, r.GetString("user"))
	if errors.Is(err, errs.ErrNotFound) {
		return errs.Invalid("user", accounts.CodeWrongAccount, "Only an account can accept an invitation.")
	}
	if err != nil {
		return err
	}
	return canRespond(address, verified, r)
}

func canRespond(address string, verified bool, r *core.Record) error {
	if address != r.GetString("email") {
		return errs.Invalid("base", accounts.CodeWrongAccount, "This invitation is for another address. Sign out, then sign in with the invited address.")
	}
	if !verified {
		return errs.Invalid("base", accounts.CodeUnverified, "Confirm your email address first.")
	}
	return nil
}

// validateInviter checks that the inviter may grant the roles (R48). Without an inviter, the server administrator
// invited.
func validateInviter(app core.App, r *core.Record, now membershipState) error {
	if r.GetString("inviter") == "" {
		return nil
	}
	team, err := app.FindRecordById("teams", r.GetString("team"), record.WithPrepared)
	if err != nil {
		return fmt.Errorf("find the team of an invitation: %w", err)
	}
	inviter, err := actors.ByUserID(app, r.GetString("inviter"), team)
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return err
	}
	if err != nil || !inviter.CanInvite(actors.RolesOf(r), now.Held) {
		return errs.Forbidden("The inviter can't offer these roles.")
	}
	return nil
}

// requireNewRoles refuses an invitation that offers a member nothing new.
func requireNewRoles(r *core.Record, now membershipState) error {
	if now.alreadyHas(actors.RolesOf(r)) {
		return errs.Invalid("email", CodeAlreadyMember, "Already in the team with this role.")
	}
	return nil
}

// createMembership creates the membership of an invitation that this write accepted.
func createMembership(app core.App, r *core.Record) error {
	if r.GetString("status") != Accepted || r.Original().GetString("status") == Accepted {
		return nil
	}
	return members.Grant(app, r.GetString("team"), r.GetString("user"), actors.RolesOf(r))
}

// revokeForRemoved revokes the pending invitation of someone who leaves the team, in the same transaction (R79). A declined one can no
// longer be undone.
func revokeForRemoved(e *core.RecordEvent) error {
	return record.InTx(e, func() error {
		if err := e.Next(); err != nil {
			return err
		}
		team, user := e.Record.GetString("team"), e.Record.GetString("user")
		if n, err := e.App.CountRecords("teams", dbx.HashExp{"id": team}); err != nil || n == 0 {
			return err
		}
		account, err := e.App.FindRecordById("users", user)
		if errors.Is(err, sql.ErrNoRows) {
			return nil // the account is being deleted: its memberships go first
		}
		if err != nil {
			return fmt.Errorf("find the account of a removed member: %w", err)
		}
		const reason = "The person was removed from the team."
		if err := endUndo(e.App, team, account.Email(), reason); err != nil {
			return err
		}
		pending, err := FindPending(e.App, team, account.Email())
		if errors.Is(err, errs.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return pending.close(e.App, Revoked, reason)
	})
}
