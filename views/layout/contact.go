package layout

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// Contact is someone to ask: a user with the role that makes them the right one, or the support contact of the server.
// It is empty when there is nobody to name.
type Contact struct {
	Name string
	Role string // "Owner", "Admin", "Organizer", or empty
	Link string // mailto: or a page; empty: there is only the name
}

// Known reports whether there is anybody to ask.
func (c Contact) Known() bool { return c.Name != "" }

// suffix follows the name in a list of several.
func (c Contact) suffix(last bool) string {
	aside := ""
	if c.Role != "" {
		aside = " (" + c.Role + ")"
	}
	if !last {
		aside += ", "
	}
	return aside
}

// SupportContact is the contact that whoever runs the server set (R11).
func SupportContact(app core.App) Contact {
	config := settings.Of(app)
	return Contact{Name: config.Support, Link: config.SupportLink()}
}

// Helpers lists who can help the reader with something in the reader's team: see actors.Helpers.
func Helpers(app core.App, reader *actors.Actor, can func(*actors.Actor) bool) ([]Contact, error) {
	helpers, err := actors.Helpers(app, reader, can)
	if err != nil {
		return nil, err
	}
	contacts := make([]Contact, len(helpers))
	for n, h := range helpers {
		contacts[n] = Contact{Name: h.Name, Role: h.Roles.Highest(), Link: mailtoURL(h.Email)}
	}
	return contacts, nil
}

// InviterContact is whom to ask about an invitation: who sent it, or the team's Owner when that user has left it. linked adds
// the address, which only the invited account may read.
func InviterContact(app core.App, i *invitations.Invitation, linked bool) (Contact, error) {
	m, err := members.Find(app, i.TeamID(), i.GetString("inviter"))
	if errors.Is(err, errs.NotFound) {
		m, err = members.FindOwner(app, i.TeamID())
	}
	if err != nil {
		return Contact{}, err
	}
	account, err := app.FindRecordById("users", m.UserID())
	if err != nil {
		return Contact{}, fmt.Errorf("find whom to ask: %w", err)
	}
	contact := Contact{Name: actors.PublicName(account), Role: m.Roles().Highest()}
	if linked {
		contact.Link = mailtoURL(account.Email())
	}
	return contact, nil
}

// HostContact is the host of a session as a contact. The address is for members of the team alone, and not for the host;
// reader is nil for someone who isn't in the team. It is empty when the host has left the team.
func HostContact(app core.App, session *sessions.Session, reader *actors.Actor) (Contact, error) {
	m, err := members.Find(app, session.TeamID(), session.HostID())
	if errors.Is(err, errs.NotFound) {
		return Contact{}, nil
	}
	if err != nil {
		return Contact{}, err
	}
	account, err := app.FindRecordById("users", m.UserID())
	if err != nil {
		return Contact{}, fmt.Errorf("find the host: %w", err)
	}
	contact := Contact{Name: actors.PublicName(account)}
	if reader != nil && reader.Kind == actors.Member && reader.Account.Id != account.Id {
		contact.Role, contact.Link = m.Roles().Highest(), mailtoURL(account.Email())
	}
	return contact, nil
}

func mailtoURL(address string) string { return "mailto:" + url.PathEscape(address) }
