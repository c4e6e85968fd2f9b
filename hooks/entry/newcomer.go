package entry

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/audit"
	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/rooms"
)

// Newcomer is somebody who makes an account on the way to a session (R149).
type Newcomer struct {
	Email    string // of who comes by a room's link; a personal link knows it
	Name     string
	Password string
	Timezone string
	From     string
	Next     string // the page to which the link that confirms the address leads on
}

// MakesAccount reports whether the visitor may make the account of the personal link's address: nobody has
// confirmed one yet.
func (v *Visitor) MakesAccount() bool {
	return v.Standing == SignIn && v.Participant != nil && (v.Account == nil || !v.Account.Verified())
}

// Enroll makes the account of a personal link's address, and belongs to no team by it (D7). The mailed link proves
// the address: an account that somebody else had begun with it is taken over, with a new password. A link that
// was not emailed proves nothing: the account is made, and the refusal is accounts.CodeUnverified.
func Enroll(app core.App, visitor *Visitor, n Newcomer) (*core.Record, error) {
	entry := visitor.entry("account.signup", n.From)
	entry.Actor, entry.ActorName = "", n.Name
	if !visitor.MakesAccount() {
		return nil, audit.RecordRefusal(app, entry, record.Refuse("base", accounts.CodeWrongAccount,
			"There is an account for this address. Sign in with it, then come back here."))
	}
	delivered := visitor.proves(app)
	fresh := accounts.New{Email: visitor.Participant.Address(), Name: n.Name, Password: n.Password, Timezone: n.Timezone, Verified: delivered}
	if err := accounts.Check(&fresh); err != nil {
		return nil, err
	}
	account, err := accounts.Draft(app, fresh)
	if err != nil {
		return nil, err
	}
	entry.ActorName = fresh.Name
	err = audit.Do(app, entry, func(tx core.App) error {
		if account, err = accounts.Enter(tx, account, delivered, "come back here"); err == nil {
			entry.Actor = account.Id
			if !delivered && mail.Works(tx) {
				err = accounts.SendConfirmation(tx, account, "/s/"+visitor.Code)
			}
		}
		return err
	})
	if err == nil && !account.Verified() && mail.Works(app) {
		return account, record.Refuse("base", accounts.CodeUnverified, "Your account is ready. We emailed a link to "+account.Email()+
			". Open it to confirm the address. You then continue here.")
	}
	if err == nil && !account.Verified() {
		err = record.Refuse("base", accounts.CodeUnverified, "Your account is made. This server sends no mail, "+
			"so whoever runs it confirms your address first; then open this link again.")
	}
	return account, err
}

// SignUp makes an account for who came by the link of a room that is open to anyone (R149). The link says nothing
// about the address: a mailed link confirms it, and the answer is the same whether or not it had an account.
func SignUp(app core.App, room *rooms.Room, n Newcomer) error {
	if room.Entry() != rooms.Anyone || !room.Archived().IsZero() {
		return record.Refuse("base", accounts.CodeSignUpClosed, "Accounts are made by invitation here. Ask whoever gave you the link to invite your address.")
	}
	fresh := accounts.New{Email: n.Email, Name: n.Name, Password: n.Password, Timezone: n.Timezone, Next: n.Next}
	if err := accounts.Check(&fresh); err != nil {
		return err
	}
	if err := accounts.SlowSignUps(app, n.From); err != nil {
		return err
	}
	if known, err := accounts.Known(app, fresh); err != nil || known {
		return err
	}
	account, err := accounts.Draft(app, fresh)
	if err != nil {
		return err
	}
	entry := &audit.Entry{Team: room.TeamID(), Action: "account.signup", From: n.From, ActorName: fresh.Name}
	err = audit.Do(app, entry.On(room.Id, room.Name()), func(tx core.App) error {
		if err := accounts.Begin(tx, account); err != nil {
			return err
		}
		entry.Actor = account.Id
		return accounts.SendConfirmation(tx, account, n.Next)
	})
	if overtaken, broken := accounts.Overtaken(app, fresh, err); overtaken {
		return broken
	}
	return err
}
