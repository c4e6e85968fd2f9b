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

// Contact is someone to ask for help: a user with a fitting role, or the support contact of the server. It's empty when there is
// no one to name.
type Contact struct {
	Name string
	Role string // "Owner", "Admin", "Organizer", or empty
	Link string // mailto: or page URL; optional
}

// Known reports whether there is a contact.
func (c Contact) Known() bool { return c.Name != "" }

// suffix returns what follows the name in a list of contacts.
func (c Contact) suffix(last bool) string {
	text := ""
	if c.Role != "" {
		text = " (" + c.Role + ")"
	}
	if !last {
		text += ", "
	}
	return text
}

// SupportContact returns the support contact set by the operator (R11).
func SupportContact(app core.App) Contact {
	config := settings.Of(app)
	return Contact{Name: config.Support, Link: config.SupportLink()}
}

// Helpers lists the users who can help the reader in the reader's team; see actors.Helpers.
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

// InviterContact returns the inviter of an invitation, or the team's Owner if the inviter has left. linked adds the address, which
// only the invited account may see.
func InviterContact(app core.App, i *invitations.Invitation, linked bool) (Contact, error) {
	m, err := members.Find(app, i.TeamID(), i.InviterID())
	if errors.Is(err, errs.ErrNotFound) {
		m, err = members.FindOwner(app, i.TeamID())
	}
	if err != nil {
		return Contact{}, err
	}
	account, err := app.FindRecordById("users", m.UserID())
	if err != nil {
		return Contact{}, fmt.Errorf("find the inviter: %w", err)
	}
	contact := Contact{Name: actors.PublicName(account), Role: m.Roles().Highest()}
	if linked {
		contact.Link = mailtoURL(account.Email())
	}
	return contact, nil
}

// HostContact returns the host of a session, or an empty Contact if the host has left the team. Only members other than the host
// get the role and address. reader is nil for someone who isn't in the team.
func HostContact(app core.App, session *sessions.Session, reader *actors.Actor) (Contact, error) {
	m, err := members.Find(app, session.TeamID(), session.HostID())
	if errors.Is(err, errs.ErrNotFound) {
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
