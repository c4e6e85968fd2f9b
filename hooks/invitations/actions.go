package invitations

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// Rate limits of the emails of an invitation (R59).
const (
	resendInterval       = time.Minute
	MaxResendsPerDay     = 5
	maxInvitationsPerDay = 10
)

// Revoke ends a pending invitation. Its link stops working immediately (R57).
func Revoke(app core.App, actor *actors.Actor, id string) (*Invitation, error) {
	return manage(app, actor, id, "invitation.revoke", CanManage, func(tx core.App, i *Invitation, _ membershipState) error {
		return i.close(tx, Revoked, "")
	})
}

// Resend sends the invitation with a new link and a new expiry; the previous link stops working (R59). link is set only
// when email isn't enabled.
func Resend(app core.App, actor *actors.Actor, id string) (invitation *Invitation, link string, err error) {
	return resend(app, actor, id, false)
}

// ResendMany resends each of n invitations like Resend. If they are many, other emails don't wait for theirs.
func ResendMany(app core.App, actor *actors.Actor, id string, n int) (invitation *Invitation, link string, err error) {
	return resend(app, actor, id, n >= bulkFrom)
}

func resend(app core.App, actor *actors.Actor, id string, bulk bool) (invitation *Invitation, link string, err error) {
	var token string
	invitation, err = manage(app, actor, id, "invitation.resend", CanManage, func(tx core.App, i *Invitation, now membershipState) error {
		if err := CanResend(tx, i); err != nil {
			return err
		}
		if token, err = i.rotateToken(tx); err != nil {
			return err
		}
		i.Set("shown", !mail.Enabled(tx))
		if err := record.SaveTrusted(tx, i); err != nil {
			return err
		}
		return queueEmail(tx, i, token, now.InTeam(), bulk)
	})
	if err == nil && !mail.Enabled(app) {
		link = Link(app, token)
	}
	return invitation, link, err
}

// CanResend returns nil if the invitation's email can be sent again now (R59).
func CanResend(tx core.App, i *Invitation) error {
	wait, err := ResendWait(tx, i)
	if err != nil {
		return err
	}
	if wait > 0 {
		return errs.Invalid("base", errs.CodeTooMany, fmt.Sprintf("The last email was sent less than %s ago. Wait a moment, then try again.", text.Duration(resendInterval)))
	}
	return limitResends(tx, i)
}

// ResendWait returns the time until the invitation can be resent, because its last email was sent just now; 0 if there is none.
func ResendWait(app core.App, i *Invitation) (time.Duration, error) {
	n, last, err := mail.CountEmails(app, i.Id, time.Now().Add(-resendInterval))
	if err != nil || n == 0 {
		return 0, err
	}
	return max(0, resendInterval-time.Since(last)), nil
}

// limitResends allows MaxResendsPerDay emails in 24 hours after the first one, whatever changed between them.
func limitResends(tx core.App, i *Invitation) error {
	now := time.Now()
	n, _, err := mail.CountEmails(tx, i.Id, now.Add(-24*time.Hour))
	if err != nil {
		return err
	}
	if now.Sub(i.GetDateTime("created").Time()) < 24*time.Hour {
		n-- // the first email isn't a resend
	}
	if n >= MaxResendsPerDay {
		return errs.Invalid("base", errs.CodeTooMany, fmt.Sprintf(
			"This invitation was already resent %d times in the last 24 hours. Contact the invitee directly, or try again tomorrow.", MaxResendsPerDay))
	}
	return nil
}

// limitPerAddress allows maxInvitationsPerDay invitations of an address in 24 hours: an invitation that ends makes room
// for another, and each sends an email.
func limitPerAddress(tx core.App, team, address string) error {
	var n int
	err := tx.DB().NewQuery("SELECT count(*) FROM invitations WHERE team = {:team} AND email = {:email} AND created >= {:since}").
		WithContext(record.Prepared).
		Bind(dbx.Params{"team": team, "email": address, "since": record.FormatTime(time.Now().Add(-24 * time.Hour))}).Row(&n)
	if err != nil {
		return fmt.Errorf("count the invitations of an address: %w", err)
	}
	if n >= maxInvitationsPerDay {
		return errs.Invalid("email", errs.CodeTooMany, fmt.Sprintf(
			"This address was already invited %d times in the last 24 hours. Contact the invitee directly, or try again tomorrow.", maxInvitationsPerDay))
	}
	return nil
}

// manage runs an action of a panel user on an invitation of the team, in an audited transaction. can returns nil if the actor may
// run it on the invitation of someone who already holds the given roles.
func manage(app core.App, actor *actors.Actor, id, action string, can func(*actors.Actor, *Invitation, actors.Roles) error,
	do func(core.App, *Invitation, membershipState) error) (*Invitation, error) {
	var invitation *Invitation
	entry := audit.NewEntry(actor, action).WithTarget(id, "")
	err := audit.Do(app, entry, func(tx core.App) (err error) {
		if actor, err = actor.Reload(tx); err != nil {
			return err
		}
		if invitation, err = Find(tx, id); err != nil {
			return err
		}
		if invitation.TeamID() != actor.Team.Id {
			return errs.ErrNotFound
		}
		entry.WithTarget(id, invitation.Address())
		now, err := findMembershipState(tx, actor.Team.Id, invitation.Address())
		if err != nil {
			return err
		}
		if err := can(actor, invitation, now.Held); err != nil {
			return err
		}
		return do(tx, invitation, now)
	})
	return invitation, err
}

// CanManage returns nil if the actor may revoke or resend the invitation of someone who already holds the given roles
// in the team. Otherwise it says why not; rights are checked before the state.
func CanManage(actor *actors.Actor, i *Invitation, held actors.Roles) error {
	if err := i.requireManager(actor, held); err != nil {
		return err
	}
	return i.requirePending()
}

// requireManager returns an error unless the actor has the rights to manage the invitation of someone who holds these roles.
func (i *Invitation) requireManager(actor *actors.Actor, held actors.Roles) error {
	can := func(a *actors.Actor) bool { return a.CanManageInvitation(i.Roles(), held) }
	if !can(actor) {
		return actor.Refusal(can, errs.Forbidden(notAllowedText(actor, i.Roles().With(actors.Roles{Admin: held.Admin}))))
	}
	return nil
}
