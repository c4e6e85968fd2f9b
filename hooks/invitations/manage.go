package invitations

import (
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/sessions"
)

// How often a letter may be sent again (R59).
const (
	resendEvery = time.Minute
	resendADay  = 5
	invitedADay = 10
)

// Revoke ends an open invitation; its link dies at once (R57).
func Revoke(app core.App, actor *actors.Actor, id string) (*Invitation, error) {
	return manage(app, actor, id, "invitation.revoke", func(tx core.App, i *Invitation, _ standing) error {
		return i.end(tx, Revoked, "")
	})
}

// Resend sends a new link that is good for another week; the old one is dead (R59). link is given only
// where no mail is sent.
func Resend(app core.App, actor *actors.Actor, id string) (invitation *Invitation, link string, err error) {
	var token string
	invitation, err = manage(app, actor, id, "invitation.resend", func(tx core.App, i *Invitation, now standing) error {
		if err := MayResend(tx, i); err != nil {
			return err
		}
		if token, err = i.renew(tx); err != nil {
			return err
		}
		i.Set("shown", !mail.Works(tx))
		if err := record.Write(tx, i); err != nil {
			return err
		}
		return send(tx, i, token, now.In())
	})
	if err == nil && !mail.Works(app) {
		link = Link(app, token)
	}
	return invitation, link, err
}

// MayResend is nil if a letter may be sent again now (R59).
func MayResend(tx core.App, i *Invitation) error {
	n, last, err := mail.Letters(tx, i.Id, time.Now().Add(-resendEvery))
	if err != nil {
		return err
	}
	if n > 0 && time.Since(last) < resendEvery {
		return record.Refuse("base", record.CodeTooMany, "A letter was sent less than a minute ago. Wait a moment.")
	}
	return fewLetters(tx, i)
}

// fewLetters allows five letters a day after the first, whatever changed between them.
func fewLetters(tx core.App, i *Invitation) error {
	now := time.Now()
	n, _, err := mail.Letters(tx, i.Id, now.Add(-24*time.Hour))
	if err != nil {
		return err
	}
	if now.Sub(i.GetDateTime("created").Time()) < 24*time.Hour {
		n-- // the first letter is not sent again, but sent
	}
	if n >= resendADay {
		return record.Refuse("base", record.CodeTooMany, "This invitation was sent again five times today. Ask the person to look for it, or try tomorrow.")
	}
	return nil
}

// fewAgain allows ten invitations of an address a day: each that ends makes room for another, with a letter.
func fewAgain(tx core.App, team, address string) error {
	var n int
	err := tx.DB().NewQuery("SELECT count(*) FROM invitations WHERE team = {:team} AND email = {:email} AND created >= {:since}").
		WithContext(record.Kept).
		Bind(dbx.Params{"team": team, "email": address, "since": record.Stamp(time.Now().Add(-24 * time.Hour))}).Row(&n)
	if err != nil {
		return fmt.Errorf("count the invitations of an address: %w", err)
	}
	if n >= invitedADay {
		return record.Refuse("email", record.CodeTooMany, "This address was invited ten times today. Ask the person first, or try tomorrow.")
	}
	return nil
}

// manage is what somebody in the panel does to an open invitation of the team.
func manage(app core.App, actor *actors.Actor, id, action string, deed func(core.App, *Invitation, standing) error) (*Invitation, error) {
	var invitation *Invitation
	entry := audit.By(actor, action).On(id, "")
	err := audit.Do(app, entry, func(tx core.App) (err error) {
		if actor, err = actor.Again(tx); err != nil {
			return err
		}
		if invitation, err = Find(tx, id); err != nil {
			return err
		}
		if invitation.TeamID() != actor.Team.Id {
			return record.ErrNotFound
		}
		entry.On(id, invitation.Address())
		now, err := standingOf(tx, actor.Team.Id, invitation.Address())
		if err != nil {
			return err
		}
		if err := MayManage(actor, invitation, now.Held); err != nil {
			return err
		}
		return deed(tx, invitation, now)
	})
	return invitation, err
}

// MayManage is nil if the actor may revoke or resend the invitation of a person who carries held in the team
// already; else it says why not. The right is judged before the state.
func MayManage(actor *actors.Actor, i *Invitation, held actors.Roles) error {
	if !actor.CanAnswerFor(i.Roles(), held) {
		return record.Forbid(notAllowed(actor, i.Roles().With(actors.Roles{Admin: held.Admin})))
	}
	return i.open()
}

// SetRoles brings a person to the roles that are wanted: what is too much goes at once, what is missing is
// offered by an invitation (R63). An open invitation for more than is wanted is revoked. The returned
// invitation is nil if nothing is offered. The sessions of who may not host any more are handed over to the account
// handOver, or cancelled with notice if that is empty (R107).
func SetRoles(app core.App, actor *actors.Actor, user string, wanted actors.Roles, handOver string) (*Result, sessions.Parted, error) {
	var parted sessions.Parted
	membership, err := members.Find(app, actor.Team.Id, user)
	if err != nil {
		return nil, parted, err
	}
	account, err := app.FindRecordById("users", user)
	if err != nil {
		return nil, parted, record.ErrNotFound
	}
	held := membership.Roles()
	wanted.Owner = held.Owner
	if held.Owner {
		wanted.Admin = held.Admin
	}
	lower, raise := held.Without(wanted), wanted.Without(held)
	if !actor.CanRevoke(lower, held, user == actor.Account.Id) || !raise.None() && !actor.CanInvite(raise, held) {
		return nil, parted, record.Forbid("You may not change this person's roles.")
	}
	if err := judgeHandOver(app, actor, user, lower, handOver); err != nil {
		return nil, parted, err
	}
	offered, err := raiseTo(app, actor, account.Email(), raise)
	if err == nil && !lower.None() {
		parted, err = sessions.RevokeRoles(app, actor, user, lower, handOver)
	}
	return offered, parted, err
}

// judgeHandOver refuses a host to hand over to who could not take over, before anything is offered.
func judgeHandOver(app core.App, actor *actors.Actor, user string, lower actors.Roles, to string) error {
	if to == "" {
		return nil
	}
	ends, err := sessions.EndsHosting(app, actor.Team, user, lower)
	if err != nil || !ends {
		return err
	}
	return sessions.MayTakeOver(app, actor.Team, user, to)
}

// raiseTo offers what is missing. It comes before anything is taken: where no seat is free all stays as it was.
func raiseTo(app core.App, actor *actors.Actor, address string, raise actors.Roles) (*Result, error) {
	if raise.None() {
		return nil, dropSurplus(app, actor, address)
	}
	results, err := Invite(app, actor, Offer{Lines: Addresses([]string{address}), Roles: raise})
	if err != nil {
		return nil, err
	}
	if results[0].Status == Refused && results[0].Code != CodeAlreadyInvited {
		return nil, record.Refuse("roles", results[0].Code, results[0].Message)
	}
	return &results[0], nil
}

// dropSurplus revokes an open invitation: it offers a role that is not wanted any more.
func dropSurplus(app core.App, actor *actors.Actor, address string) error {
	open, err := FindPending(app, actor.Team.Id, address)
	if errors.Is(err, record.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = Revoke(app, actor, open.Id)
	return err
}
