package members

import (
	"errors"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/emails"
	"usher/hooks/mail"
	"usher/hooks/paths"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// sendOffer queues the email to the Admin to whom the team is offered.
func sendOffer(tx core.App, actor *actors.Actor, admin *core.Record, offer *Offer) error {
	config := settings.Of(tx)
	email := emails.OwnershipOffer(emails.OwnershipOfferProps{
		To: admin.Email(), ToName: actors.DisplayName(admin), Team: teams.EmailProps(tx, actor.Team), Owner: actor.Name(),
		Link: config.Link(paths.Ownership(actor.TeamSlug())), Expires: offer.Expires(), Zone: accounts.Zone(admin, time.UTC), Support: config.Support,
	})
	email.Basis = offer.Id
	return queueOwnership(tx, offer.TeamID(), admin, email)
}

func sendOfferDeclined(tx core.App, offer *Offer) error {
	owner, admin, err := offerAccounts(tx, offer)
	if err != nil {
		return err
	}
	team, err := teams.Find(tx, offer.TeamID())
	if err != nil {
		return err
	}
	return queueOwnership(tx, team.Id, owner, emails.OwnershipDeclined(emails.OwnershipDeclinedProps{
		To: owner.Email(), ToName: actors.DisplayName(owner), Team: teams.EmailProps(tx, team.Record), Admin: actors.DisplayName(admin),
		Link: settings.Of(tx).Link(paths.Ownership(team.Slug())), Support: settings.Of(tx).Support,
	}))
}

// sendOwnerChanged queues the emails to the new and the previous Owner. by is who changed it; empty: the new Owner accepted.
func sendOwnerChanged(tx core.App, teamID string, before, after *Membership, by string) error {
	team, err := teams.Find(tx, teamID)
	if err != nil {
		return err
	}
	newOwner, err := tx.FindRecordById("users", after.UserID())
	if err != nil {
		return err
	}
	for _, m := range []*Membership{after, before} {
		account, err := tx.FindRecordById("users", m.UserID())
		if err != nil {
			return err
		}
		email := emails.OwnerChanged(emails.OwnerChangedProps{
			To: account.Email(), ToName: actors.DisplayName(account), Team: teams.EmailProps(tx, team.Record), Owner: actors.DisplayName(newOwner),
			IsOwner: account.Id == newOwner.Id, By: by, Remaining: roleLabels(m.Roles()),
			Link: settings.Of(tx).Link(paths.App(team.Slug())), Support: settings.Of(tx).Support,
		})
		if err := queueOwnership(tx, teamID, account, email); err != nil {
			return err
		}
	}
	return nil
}

func offerAccounts(tx core.App, offer *Offer) (owner, admin *core.Record, err error) {
	if owner, err = tx.FindRecordById("users", offer.OwnerID()); err != nil {
		return nil, nil, err
	}
	admin, err = tx.FindRecordById("users", offer.AdminID())
	return owner, admin, err
}

// queueOwnership queues an email about the ownership of a team, of which only the newest to a recipient is current.
func queueOwnership(tx core.App, team string, account *core.Record, email mail.Message) error {
	email.About, email.Team, email.Topic = account.Id, team, "ownership:"+team
	_, err := mail.Queue(tx, email)
	return err
}

// offerCondition is the condition of the email that offers a team: the offer is still pending.
func offerCondition(tx core.App, m *mail.Email) (reason string, err error) {
	_, reason, err = accounts.FindEmailAccount(tx, m)
	if err != nil || reason != "" {
		return reason, err
	}
	offer, err := findOffer(tx, m.Basis())
	if errs.IgnoreNotFound(err) != nil {
		return "", err
	}
	if err != nil || offer.Status(time.Now()) != OfferPending {
		return mail.ReasonOfferEnded, nil
	}
	return "", nil
}

// stillManagesCondition is the condition of emails that only the Owner and Admins can act on.
func stillManagesCondition(tx core.App, m *mail.Email) (reason string, err error) {
	account, reason, err := accounts.FindEmailAccount(tx, m)
	if err != nil || reason != "" {
		return reason, err
	}
	manages, err := actors.IsManager(tx, account.Id, m.Team())
	if err != nil || manages {
		return "", err
	}
	return mail.ReasonNotAdmin, nil
}

// stillMemberCondition is the condition of emails to members of the team.
func stillMemberCondition(tx core.App, m *mail.Email) (reason string, err error) {
	account, reason, err := accounts.FindEmailAccount(tx, m)
	if err != nil || reason != "" {
		return reason, err
	}
	_, err = Find(tx, m.Team(), account.Id)
	if errors.Is(err, errs.ErrNotFound) {
		return mail.ReasonNotMember, nil
	}
	return "", err
}
