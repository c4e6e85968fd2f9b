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
	"usher/views/ui"
)

// InvitationView is an invitation as pages show it to the invited person.
type InvitationView struct {
	ID          string
	Team        string
	Logo        string
	Description string // the team's description
	Inviter     Contact
	IsMember    bool // the invited account is already in the team
	Roles       []actors.Role
	RoleNames   string // the roles: "Admin and Organizer"
	Note        string
	InvitedAt   time.Time
	ExpiresAt   time.Time
	Times       text.ReaderZone // the reader's, else the team's
}

// NewInvitationView reads an invitation. account is the invited account, or nil if there is none yet. signedIn means that this
// account is the reader, who then sees the inviter's address and times in their own time zone.
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
		Roles: i.Roles().Details(), RoleNames: i.Roles().Label(), Note: i.Note(),
		InvitedAt: i.Created(), ExpiresAt: i.Expires(), Times: accounts.ReaderZone(reader, team.Zone()),
	}
	if offer.Inviter, err = InviterContact(app, i, signedIn); err != nil {
		return offer, err
	}
	if account != nil {
		_, err = members.Find(app, team.Id, account.Id)
		offer.IsMember = err == nil
		if errors.Is(err, errs.ErrNotFound) {
			err = nil
		}
	}
	return offer, err
}

// RequestText follows the team's name: "invited you to become Admin".
func (o InvitationView) RequestText() string {
	switch {
	case len(o.Roles) == 0 && o.IsMember:
		return "invited you to become a member"
	case len(o.Roles) == 0:
		return "invited you to join"
	}
	return "invited you to become " + o.RoleNames
}

// ExpiryText begins a sentence that ends with the expiry date. Only roles reserve seats.
func (o InvitationView) ExpiryText() string {
	switch len(o.Roles) {
	case 0:
		return "The invitation is valid until"
	case 1:
		return "Your seat is reserved until"
	}
	return "Your seats are reserved until"
}

// AboutText says what Usher is and what accepting means.
func (o InvitationView) AboutText() string {
	about := "Usher is where " + text.Isolate(o.Team) + " holds its video meetings, in your browser. "
	switch {
	case o.IsMember && len(o.Roles) > 0:
		return about + "Accepting makes you " + o.RoleNames + " in the team, and nothing else changes."
	case len(o.Roles) > 0:
		return about + "Accepting adds you to the team as " + o.RoleNames + "."
	}
	return about + "Accepting adds you to the team as a member."
}

// DeclineNotice describes what declining does (R55), before the button that does it.
func (o InvitationView) DeclineNotice() string {
	ends := "The invitation ends"
	switch len(o.Roles) {
	case 0:
	case 1:
		ends = "You give up the seat"
	default:
		ends = "You give up the seats"
	}
	return ends + ", the team's Admins see that you declined, and after " + text.Duration(invitations.UndoWindow) +
		" you'd need a new invitation. Your current roles and teams don't change."
}

// DeclineDialog asks once more before the invitation is declined.
func (o InvitationView) DeclineDialog(action, closeURL string, fields ...ui.HiddenField) ui.ConfirmProps {
	return ui.ConfirmProps{ID: "decline", Title: "Decline the invitation from " + text.Isolate(o.Team) + "?", Text: o.DeclineNotice(), Action: action,
		Fields: fields, ConfirmLabel: "Decline invitation", CancelLabel: "Keep invitation", Danger: true, Open: true, CloseURL: closeURL}
}

// PendingInvitations returns the account's pending invitations, newest first (R51).
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

// InviterLabel names the inviter with the role, to be followed by a verb: "Henrik Aas, Owner,".
func (o InvitationView) InviterLabel() string {
	if o.Inviter.Role == "" {
		return o.Inviter.Name
	}
	return text.Isolate(o.Inviter.Name) + ", " + o.Inviter.Role + ","
}
