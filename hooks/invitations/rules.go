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
		if err := tidy(e.Record); err != nil {
			return err
		}
		return e.Next()
	})
	app.OnRecordCreateExecute("invitations").BindFunc(record.Guard(guardCreate))
	app.OnRecordUpdateExecute("invitations").BindFunc(func(e *core.RecordEvent) error {
		return record.InTx(e, func() error {
			if err := guardUpdate(e.App, e.Record); err != nil {
				return err
			}
			if err := e.Next(); err != nil {
				return err
			}
			if err := join(e.App, e.Record); err != nil {
				return err
			}
			return dropEmails(e.App, e.Record)
		})
	})
	app.OnRecordDeleteExecute("memberships").BindFunc(revokeOfRemoved)
	app.OnRecordUpdateExecute("outbox").BindFunc(endUndeliverable)
	registerFulfilment(app)
	registerImporter(app)
	mail.SendWhile(app, worthSending, mail.KindInvitation, mail.KindRoleOffered)
	mail.Writes(app, write, mail.KindInvitation, mail.KindRoleOffered)
	app.Cron().MustAdd("usherExpire", "* * * * *", func() {
		if err := Expire(app); err != nil {
			app.Logger().Error("expire invitations", "error", err)
		}
	})
}

// tidy brings a new invitation into its one form and gives it its term if it has none.
func tidy(r *core.Record) error {
	address, err := accounts.Canonical(r.GetString("email"))
	if err != nil {
		return err
	}
	r.Set("email", address)
	name, err := record.Line("name", "The name", r.GetString("name"), accounts.MaxName)
	if err != nil {
		return err
	}
	r.Set("name", name)
	note, err := record.Paragraph("note", "The note", r.GetString("note"), 500)
	if err != nil {
		return err
	}
	r.Set("note", note)
	if r.GetDateTime("expires").IsZero() {
		r.Set("expires", term())
	}
	return nil
}

func guardCreate(app core.App, r *core.Record) error {
	if statusOf(r, time.Now()) != Pending {
		return record.Refuse("status", "not_pending", "An invitation begins as pending, with its end ahead.")
	}
	now, err := standingOf(app, r.GetString("team"), r.GetString("email"))
	if err != nil {
		return err
	}
	if err := guardOffer(app, r, now); err != nil {
		return err
	}
	open, err := findUnanswered(app, r.GetString("team"), r.GetString("email"))
	switch {
	case errors.Is(err, record.ErrNotFound):
	case err != nil:
		return err
	case open.Status() == Pending:
		return record.Refuse("email", CodeAlreadyInvited, "Already invited, and not answered yet.")
	default:
		open.Set("status", Expired)
		if err := record.Write(app, open); err != nil {
			return err
		}
	}
	return guardMember(r, now)
}

// guardUpdate judges a change of state by what is stored, inside the transaction that changes it.
func guardUpdate(app core.App, r *core.Record) error {
	before := r.Original()
	if record.Differs(r, before, "team", "email") {
		return record.Refuse("base", "fixed", "An invitation stays with its team and its address.")
	}
	from, to := before.GetString("status"), r.GetString("status")
	if from != Pending {
		if record.Differs(r, before, "status", "expires", "admin", "organizer", "token_hash", "answered") {
			return refusalOf(from)
		}
		return nil
	}
	overdue := statusOf(before, time.Now()) == Expired
	switch to {
	case Expired:
		if !overdue {
			return record.Refuse("status", "not_expired", "This invitation is still good.")
		}
		return nil
	case Pending:
		if overdue && record.Differs(r, before, "expires", "admin", "organizer", "token_hash") {
			return refusalOf(Expired)
		}
		if overdue {
			return nil
		}
		return guardRenewal(app, r)
	}
	if overdue {
		return refusalOf(Expired)
	}
	if record.Differs(r, before, "admin", "organizer", "expires") {
		return record.Refuse("base", "fixed", "An answer does not change what was asked.")
	}
	if to == Accepted {
		return guardAnswer(app, r)
	}
	return nil
}

// guardRenewal judges an invitation that stays open: its end stays ahead, and new roles are judged as an offer.
func guardRenewal(app core.App, r *core.Record) error {
	if statusOf(r, time.Now()) != Pending {
		return record.Refuse("expires", "not_pending", "The end of an open invitation lies ahead.")
	}
	if record.Changed(r, "admin", "organizer") && !narrows(r) {
		now, err := standingOf(app, r.GetString("team"), r.GetString("email"))
		if err != nil {
			return err
		}
		if err := guardOffer(app, r, now); err != nil {
			return err
		}
		return guardMember(r, now)
	}
	return nil
}

// narrows reports whether an invitation only loses roles, and keeps one: that is no new offer to judge.
func narrows(r *core.Record) bool {
	was, is := actors.RolesOf(r.Original()), actors.RolesOf(r)
	return !is.None() && is.Without(was).None()
}

// guardAnswer lets only the confirmed account of the invited address accept (R53).
func guardAnswer(app core.App, r *core.Record) error {
	address, verified, err := accounts.AddressOf(app, r.GetString("user"))
	if errors.Is(err, record.ErrNotFound) {
		return record.Refuse("user", accounts.CodeWrongAccount, "An invitation is accepted by an account.")
	}
	if err != nil {
		return err
	}
	return mayAnswer(address, verified, r)
}

func mayAnswer(address string, verified bool, r *core.Record) error {
	if address != r.GetString("email") {
		return record.Refuse("base", accounts.CodeWrongAccount, "This invitation is for another address. Sign out and come back with the invited one.")
	}
	if !verified {
		return record.Refuse("base", accounts.CodeUnverified, "Confirm your address first.")
	}
	return nil
}

// guardOffer lets an inviter offer only roles that he may grant (R48). Without an inviter it is whoever runs the server.
func guardOffer(app core.App, r *core.Record, now standing) error {
	if r.GetString("inviter") == "" {
		return nil
	}
	team, err := app.FindRecordById("teams", r.GetString("team"), record.Keep)
	if err != nil {
		return fmt.Errorf("find the team of an invitation: %w", err)
	}
	inviter, err := actors.Of(app, r.GetString("inviter"), team)
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return err
	}
	if err != nil || !inviter.CanInvite(actors.RolesOf(r), now.Held) {
		return record.Forbid("The inviter may not offer these roles.")
	}
	return nil
}

// guardMember refuses to offer a member nothing that is new.
func guardMember(r *core.Record, now standing) error {
	if now.has(actors.RolesOf(r)) {
		return record.Refuse("email", CodeAlreadyMember, "Already in the team with this role.")
	}
	return nil
}

// join makes the membership of an invitation that was accepted by this write.
func join(app core.App, r *core.Record) error {
	if r.GetString("status") != Accepted || r.Original().GetString("status") == Accepted {
		return nil
	}
	return members.Grant(app, r.GetString("team"), r.GetString("user"), actors.RolesOf(r))
}

// revokeOfRemoved ends what is still open for a person who leaves the team, in the same transaction (R79).
func revokeOfRemoved(e *core.RecordEvent) error {
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
		if errors.Is(err, record.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return pending.end(e.App, Revoked, "The person was removed from the team.")
	})
}
