package layout

import (
	"errors"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// InvitationView is an invitation as pages tell of it.
type InvitationView struct {
	ID          string
	Team        string
	Logo        string
	Description string // what the team says of itself
	Inviter     Contact
	IsMember    bool // who is asked is in the team already
	Roles       []actors.Role
	RoleNames   string // the roles: "Admin and Organizer"
	Note        string
	InvitedAt   time.Time
	ExpiresAt   time.Time
	Times       text.ReaderZone // the reader's, else the team's
}

// NewInvitationView reads what an invitation offers. account is whom it is for, or nil while there is none; signedIn says that
// this account is the reader, who then learns the inviter's address and is told times in their own zone.
func NewInvitationView(app core.App, i *invitations.Invitation, account *core.Record, signedIn bool) (InvitationView, error) {
	team, err := teams.Find(app, i.TeamID())
	if err != nil {
		return InvitationView{}, err
	}
	var reader *core.Record
	if signedIn {
		reader = account
	}
	offer := InvitationView{
		ID: i.Id, Team: team.Name(), Logo: team.LogoPath(), Description: team.Description(),
		Roles: i.Roles().Details(), RoleNames: i.Roles().Label(), Note: i.GetString("note"),
		InvitedAt: i.GetDateTime("created").Time(), ExpiresAt: i.Expires(), Times: accounts.ReaderZone(reader, team.Zone()),
	}
	if offer.Inviter, err = InviterContact(app, i, signedIn); err != nil {
		return offer, err
	}
	if account != nil {
		_, err = members.Find(app, team.Id, account.Id)
		offer.IsMember = err == nil
		if errors.Is(err, errs.NotFound) {
			err = nil
		}
	}
	return offer, err
}

// RequestText is what the team asks: "asks you to be Admin".
func (o InvitationView) RequestText() string {
	switch {
	case len(o.Roles) == 0 && o.IsMember:
		return "asks you to become a member"
	case len(o.Roles) == 0:
		return "asks you to join"
	}
	return "asks you to be " + o.RoleNames
}

// ExpiryText begins the sentence that ends with the date. Only roles have seats.
func (o InvitationView) ExpiryText() string {
	switch len(o.Roles) {
	case 0:
		return "The invitation is good until"
	case 1:
		return "The seat is held for you until"
	}
	return "Both seats are held for you until"
}

// DeclineNotice says what Decline does, before anybody presses it (R55).
func (o InvitationView) DeclineNotice() string {
	end := "Declining ends this offer for good"
	switch len(o.Roles) {
	case 0:
	case 1:
		end += " and frees the seat"
	default:
		end += " and frees the seats"
	}
	return end + "; only a new invitation opens it again. What you already have in this or any other team stays."
}

// PendingInvitations reads what waits for the account's answer, the newest first (R51).
func PendingInvitations(app core.App, account *core.Record) ([]InvitationView, error) {
	waiting, err := invitations.ListPending(app, account)
	if err != nil {
		return nil, err
	}
	offers := make([]InvitationView, 0, len(waiting))
	for _, i := range waiting {
		offer, err := NewInvitationView(app, i, account, true)
		if err != nil {
			return nil, err
		}
		offers = append(offers, offer)
	}
	return offers, nil
}

// InviterLabel is who asked, with the role: "Henrik Aas, Owner,".
func (o InvitationView) InviterLabel() string {
	if o.Inviter.Role == "" {
		return o.Inviter.Name
	}
	return o.Inviter.Name + ", " + o.Inviter.Role + ","
}
