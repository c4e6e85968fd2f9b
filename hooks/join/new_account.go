package join

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/audit"
	"usher/hooks/mail"
	"usher/hooks/paths"
	"usher/hooks/rooms"
	"usher/hooks/tools/errs"
)

// SignUpForm is the input for creating an account while joining a session (R149).
type SignUpForm struct {
	Email    string // only for a room's link; a personal link has the address
	Name     string
	Password string
	Timezone string
	IP       string
	NextURL  string // the page after the address is confirmed
}

// CanSignUp reports whether the visitor can create the account of the personal link's address: there is no verified one yet.
func (v *Visitor) CanSignUp() bool {
	return v.Status == SignIn && v.Participant != nil && !v.byDevice && (v.Account == nil || !v.Account.Verified())
}

// SignUpInvitee creates the account of a personal link's address, which isn't in a team yet (D7). An emailed link proves the
// address: an unverified account with it is taken over with a new password. Another link proves nothing: the account is
// created, and accounts.CodeUnverified returned.
func SignUpInvitee(app core.App, visitor *Visitor, n SignUpForm) (*core.Record, error) {
	entry := visitor.auditEntry("account.signup", n.IP)
	entry.Actor, entry.ActorName = "", n.Name
	if !visitor.CanSignUp() {
		return nil, audit.RecordRefusal(app, entry, errs.Invalid("base", accounts.CodeWrongAccount,
			"This address already has an account. Sign in, then open this link again."))
	}
	delivered := visitor.linkProvesEmail(app)
	fresh := accounts.Params{Email: visitor.Participant.Address(), Name: n.Name, Password: n.Password, Timezone: n.Timezone, Verified: delivered}
	if err := accounts.Validate(&fresh); err != nil {
		return nil, err
	}
	account, err := accounts.New(app, fresh)
	if err != nil {
		return nil, err
	}
	entry.ActorName = fresh.Name
	err = audit.Do(app, entry, func(tx core.App) error {
		if account, err = accounts.SaveOrTakeOver(tx, account, delivered, "come back here"); err == nil {
			entry.Actor = account.Id
			if !delivered && mail.Enabled(tx) {
				err = accounts.SendConfirmation(tx, account, paths.Join(visitor.Code))
			}
		}
		return err
	})
	if err == nil && !account.Verified() && mail.Enabled(app) {
		return account, errs.Invalid("base", accounts.CodeUnverified, "Your account is ready. We emailed a link to "+account.Email()+
			". Open it to confirm the address. You then continue here.")
	}
	if err == nil && !account.Verified() {
		err = accounts.AwaitingAdminError()
	}
	return account, err
}

// SignUpInRoom creates an account for a visitor of a room that is open to anyone (R149). The link proves nothing about the
// address: an emailed link confirms it, and the response is the same whether or not the address has an account.
func SignUpInRoom(app core.App, room *rooms.Room, n SignUpForm) error {
	if room.Access() != rooms.AccessAnyone || !room.Archived().IsZero() {
		return errs.Invalid("base", accounts.CodeSignUpClosed, "You need an invitation to create an account here. Ask the person who shared the link to invite your address.")
	}
	fresh := accounts.Params{Email: n.Email, Name: n.Name, Password: n.Password, Timezone: n.Timezone, Next: n.NextURL}
	if err := accounts.Validate(&fresh); err != nil {
		return err
	}
	if err := accounts.LimitSignUps(app, n.IP); err != nil {
		return err
	}
	if known, err := accounts.NotifyExisting(app, fresh); err != nil || known {
		return err
	}
	account, err := accounts.New(app, fresh)
	if err != nil {
		return err
	}
	entry := &audit.Entry{Team: room.TeamID(), Action: "account.signup", IP: n.IP, ActorName: fresh.Name}
	err = audit.Do(app, entry.WithTarget(room.Id, room.Name()), func(tx core.App) error {
		if err := accounts.Begin(tx, account); err != nil {
			return err
		}
		entry.Actor = account.Id
		return accounts.SendConfirmation(tx, account, n.NextURL)
	})
	if overtaken, broken := accounts.Overtaken(app, fresh, err); overtaken {
		return broken
	}
	return err
}
