package invitations

import (
	"errors"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/tools/errs"
)

// Response is an answer to an invitation, by its link or, when signed in, by its id (R51).
type Response struct {
	Account *core.Record // signed in; nil for an anonymous visitor
	Token   string
	ID      string
	IP      string
}

// Accept makes the account a member with the roles of the invitation, in one transaction (R52, R65).
func Accept(app core.App, resp Response) (*Invitation, error) {
	if resp.Account == nil {
		return nil, errs.Invalid("base", accounts.CodeWrongAccount, "Sign in with the invited address first.")
	}
	return resp.apply(app, "invitation.accept", (*Invitation).requirePending, func(tx core.App, i *Invitation) error {
		return i.accept(tx, resp.Account)
	})
}

// accept marks the invitation accepted. The record hooks check it and create the membership.
func (i *Invitation) accept(tx core.App, account *core.Record) error {
	i.Set("user", account.Id)
	return i.close(tx, Accepted, "")
}

// Decline ends the invitation and nothing else: existing memberships and roles stay (R55). With the link, no account is
// needed. UndoDecline takes it back for a while.
func Decline(app core.App, resp Response) (*Invitation, error) {
	if err := limitDeclines(app, resp.IP); err != nil {
		return nil, err
	}
	return resp.apply(app, "invitation.decline", (*Invitation).requirePending, func(tx core.App, i *Invitation) error {
		return i.close(tx, Declined, "")
	})
}

// apply runs an answer in an audited transaction, if the account may give it and allowed returns nil.
func (resp Response) apply(app core.App, action string, allowed func(*Invitation) error, answer func(core.App, *Invitation) error) (*Invitation, error) {
	var invitation *Invitation
	entry := &audit.Entry{IP: resp.IP}
	err := audit.Do(app, entry, func(tx core.App) (err error) {
		if invitation, err = resp.find(tx); err != nil {
			return err
		}
		entry.Action, entry.Team = action, invitation.TeamID()
		entry.WithTarget(invitation.Id, invitation.Address())
		if resp.Account != nil {
			entry.Actor, entry.ActorName = resp.Account.Id, actors.DisplayName(resp.Account)
			if err := canRespond(resp.Account.Email(), resp.Account.Verified(), invitation.Record); err != nil {
				return err
			}
		}
		if err := allowed(invitation); err != nil {
			return err
		}
		return answer(tx, invitation)
	})
	return invitation, err
}

// find returns the invitation. By id, it finds only invitations of the account's own address.
func (resp Response) find(tx core.App) (*Invitation, error) {
	if resp.ID != "" {
		invitation, err := Find(tx, resp.ID)
		if err == nil && (resp.Account == nil || resp.Account.Email() != invitation.Address()) {
			return nil, errs.ErrNotFound
		}
		return invitation, err
	}
	invitation, replaced, err := FindByToken(tx, resp.Token)
	switch {
	case errors.Is(err, errs.ErrNotFound):
		return nil, closedError("")
	case err == nil && replaced:
		return nil, closedError(Replaced)
	}
	return invitation, err
}

// NewAccountForm accepts without an account, or with one whose address was never confirmed.
type NewAccountForm struct {
	Token    string
	Name     string
	Password string
	Timezone string
	IP       string
}

// AcceptNew creates the account of the invited address and accepts, in one transaction (R52). The emailed link proves
// the address: an unconfirmed account that someone else created with it is taken over, with a new password. A link that
// was shown to the inviter proves nothing: the account is created, and the error is accounts.CodeUnverified until a
// server administrator confirms the address.
func AcceptNew(app core.App, n NewAccountForm) (*core.Record, *Invitation, error) {
	invitation, err := Response{Token: n.Token}.find(app)
	if err == nil {
		err = invitation.requirePending()
	}
	if err != nil {
		return nil, nil, err
	}
	fresh := accounts.Params{Email: invitation.Address(), Name: n.Name, Password: n.Password, Timezone: n.Timezone,
		Verified: !invitation.GetBool("shown")}
	if err := accounts.Validate(&fresh); err != nil {
		return nil, nil, err
	}
	account, err := accounts.New(app, fresh)
	if err != nil {
		return nil, nil, err
	}
	waiting := false
	entry := &audit.Entry{Action: "invitation.accept", Team: invitation.TeamID(), IP: n.IP, ActorName: fresh.Name}
	err = audit.Do(app, entry.WithTarget(invitation.Id, invitation.Address()), func(tx core.App) (err error) {
		if invitation, err = (Response{Token: n.Token}).find(tx); err != nil {
			return err
		}
		if err := invitation.requirePending(); err != nil {
			return err
		}
		if account, err = accounts.SaveOrTakeOver(tx, account, !invitation.GetBool("shown"), "accept"); err != nil {
			return err
		}
		entry.Actor = account.Id
		if waiting = !account.Verified(); waiting {
			entry.Action = "account.signup"
			invitation.Set("reason", "Account created. It can join after a server administrator confirms its address: "+
				"usher user confirm "+account.Email())
			return tx.Save(invitation)
		}
		return invitation.accept(tx, account)
	})
	if err == nil && waiting {
		err = accounts.AwaitingAdminError()
	}
	return account, invitation, err
}
