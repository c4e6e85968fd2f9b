package invitations

import (
	"errors"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/tools/errs"
)

// Response is what somebody says to an invitation: by its link, or by its id at the prompt after signing in (R51).
type Response struct {
	Account *core.Record // who is signed in; nil: nobody
	Token   string
	ID      string
	IP      string
}

// Accept makes the account a member with the roles of the invitation, in one transaction (R52, R65).
func Accept(app core.App, answer Response) (*Invitation, error) {
	if answer.Account == nil {
		return nil, errs.Invalid("base", accounts.CodeWrongAccount, "Sign in with the invited address first.")
	}
	return answer.apply(app, "invitation.accept", func(tx core.App, i *Invitation) error {
		return i.accept(tx, answer.Account)
	})
}

// accept is judged by the record hooks, which make the membership.
func (i *Invitation) accept(tx core.App, account *core.Record) error {
	i.Set("user", account.Id)
	return i.close(tx, Accepted, "")
}

// Decline ends the offer, and only the offer: what the person has in the team stays (R55). Who holds the
// link need not make an account to say no.
func Decline(app core.App, answer Response) (*Invitation, error) {
	return answer.apply(app, "invitation.decline", func(tx core.App, i *Invitation) error {
		return i.close(tx, Declined, "")
	})
}

func (a Response) apply(app core.App, action string, end func(core.App, *Invitation) error) (*Invitation, error) {
	var invitation *Invitation
	entry := &audit.Entry{IP: a.IP}
	err := audit.Do(app, entry, func(tx core.App) (err error) {
		if invitation, err = a.find(tx); err != nil {
			return err
		}
		entry.Action, entry.Team = action, invitation.TeamID()
		entry.WithTarget(invitation.Id, invitation.Address())
		if a.Account != nil {
			entry.Actor, entry.ActorName = a.Account.Id, actors.DisplayName(a.Account)
			if err := canRespond(a.Account.Email(), a.Account.Verified(), invitation.Record); err != nil {
				return err
			}
		}
		if err := invitation.requirePending(); err != nil {
			return err
		}
		return end(tx, invitation)
	})
	return invitation, err
}

// find reads the invitation. By its id it is found only for the account that it is for.
func (a Response) find(tx core.App) (*Invitation, error) {
	if a.ID != "" {
		invitation, err := Find(tx, a.ID)
		if err == nil && (a.Account == nil || a.Account.Email() != invitation.Address()) {
			return nil, errs.NotFound
		}
		return invitation, err
	}
	invitation, replaced, err := FindByToken(tx, a.Token)
	switch {
	case errors.Is(err, errs.NotFound):
		return nil, closedError("")
	case err == nil && replaced:
		return nil, closedError(Replaced)
	}
	return invitation, err
}

// NewAccountForm is somebody who accepts without an account, or with one whose address was never confirmed.
type NewAccountForm struct {
	Token    string
	Name     string
	Password string
	Timezone string
	IP       string
}

// AcceptNew makes the account of the invited address and accepts, in one transaction (R52). The mailed
// link proves the address: an account that somebody else had begun with it is taken over, with a new
// password. Where the inviter saw the link it proves nothing: the account is made, and accepts once its
// address is confirmed; the refusal is accounts.CodeUnverified.
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
			invitation.Set("reason", "The account is made. It waits until whoever runs this server confirms the address: "+
				"usher user confirm "+account.Email())
			return tx.Save(invitation)
		}
		return invitation.accept(tx, account)
	})
	if err == nil && waiting {
		err = errs.Invalid("base", accounts.CodeUnverified, "Your account is made. This server sends no mail, "+
			"so whoever runs it confirms your address first; then open this link again.")
	}
	return account, invitation, err
}
