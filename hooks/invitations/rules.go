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

// Codes of refusals. Each is the state that keeps an invitation from being answered.
const (
	CodeAccepted       = "invitation_accepted"
	CodeDeclined       = "invitation_declined"
	CodeRevoked        = "invitation_revoked"
	CodeExpired        = "invitation_expired"
	CodeReplaced       = "invitation_replaced"
	CodeUnknown        = "invitation_unknown"
	CodeAlreadyMember  = "already_member"
	CodeAlreadyInvited = "already_invited"
)

// Register wires what holds for every writer of an invitation: its states and their order, its term, its
// address, one that is open for an address and a team, and only roles that the inviter may offer.
// Accepting makes the membership, whoever writes it.
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

// normalize brings a new invitation into its one form and gives it its term if it has none.
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
	note, err := text.CleanText("note", "The note", r.GetString("note"), 500)
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
		return errs.Invalid("status", "not_pending", "An invitation begins as pending, with its end ahead.")
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
	case errors.Is(err, errs.NotFound):
	case err != nil:
		return err
	case open.Status() == Pending:
		return errs.Invalid("email", CodeAlreadyInvited, "Already invited, and not answered yet.")
	default:
		open.Set("status", Expired)
		if err := record.SaveTrusted(app, open); err != nil {
			return err
		}
	}
	return requireNewRoles(r, now)
}

// validateUpdate judges a change of state by what is stored, inside the transaction that changes it.
func validateUpdate(app core.App, r *core.Record) error {
	before := r.Original()
	if record.Differs(r, before, "team", "email") {
		return errs.Invalid("base", "fixed", "An invitation stays with its team and its address.")
	}
	from, to := before.GetString("status"), r.GetString("status")
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
			return errs.Invalid("status", "not_expired", "This invitation is still good.")
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
		return errs.Invalid("base", "fixed", "An answer does not change what was asked.")
	}
	if to == Accepted {
		return validateAcceptance(app, r)
	}
	return nil
}

// validateRenewal judges an invitation that stays open: its end stays ahead, and new roles are judged as an offer.
func validateRenewal(app core.App, r *core.Record) error {
	if statusOf(r, time.Now()) != Pending {
		return errs.Invalid("expires", "not_pending", "The end of an open invitation lies ahead.")
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

// onlyRemovesRoles reports whether an invitation only loses roles, and keeps one: that is no new offer to judge.
func onlyRemovesRoles(r *core.Record) bool {
	was, is := actors.RolesOf(r.Original()), actors.RolesOf(r)
	return !is.None() && is.Without(was).None()
}

// validateAcceptance lets only the confirmed account of the invited address accept (R53).
func validateAcceptance(app core.App, r *core.Record) error {
	address, verified, err := accounts.EmailByID(app, r.GetString("user"))
	if errors.Is(err, errs.NotFound) {
		return errs.Invalid("user", accounts.CodeWrongAccount, "An invitation is accepted by an account.")
	}
	if err != nil {
		return err
	}
	return canRespond(address, verified, r)
}

func canRespond(address string, verified bool, r *core.Record) error {
	if address != r.GetString("email") {
		return errs.Invalid("base", accounts.CodeWrongAccount, "This invitation is for another address. Sign out and come back with the invited one.")
	}
	if !verified {
		return errs.Invalid("base", accounts.CodeUnverified, "Confirm your address first.")
	}
	return nil
}

// validateInviter lets an inviter offer only roles that he may grant (R48). Without an inviter it is whoever runs the server.
func validateInviter(app core.App, r *core.Record, now membershipState) error {
	if r.GetString("inviter") == "" {
		return nil
	}
	team, err := app.FindRecordById("teams", r.GetString("team"), record.WithPrepared)
	if err != nil {
		return fmt.Errorf("find the team of an invitation: %w", err)
	}
	inviter, err := actors.ByUserID(app, r.GetString("inviter"), team)
	if err != nil && !errors.Is(err, errs.NotFound) {
		return err
	}
	if err != nil || !inviter.CanInvite(actors.RolesOf(r), now.Held) {
		return errs.Forbidden("The inviter may not offer these roles.")
	}
	return nil
}

// requireNewRoles refuses to offer a member nothing that is new.
func requireNewRoles(r *core.Record, now membershipState) error {
	if now.alreadyHas(actors.RolesOf(r)) {
		return errs.Invalid("email", CodeAlreadyMember, "Already in the team with this role.")
	}
	return nil
}

// createMembership makes the membership of an invitation that was accepted by this write.
func createMembership(app core.App, r *core.Record) error {
	if r.GetString("status") != Accepted || r.Original().GetString("status") == Accepted {
		return nil
	}
	return members.Grant(app, r.GetString("team"), r.GetString("user"), actors.RolesOf(r))
}

// revokeForRemoved ends what is still open for a person who leaves the team, in the same transaction (R79).
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
			return nil // nobody is left to whom anything is offered: an account's memberships go before it does
		}
		if err != nil {
			return fmt.Errorf("find the account of who is removed: %w", err)
		}
		pending, err := FindPending(e.App, team, account.Email())
		if errors.Is(err, errs.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return pending.close(e.App, Revoked, "The person was removed from the team.")
	})
}
