package frame

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/hooks/settings"
)

// Contact is somebody to ask: a person of a team with the role that makes him the right one, or whoever
// helps on this server. Without anybody it is empty.
type Contact struct {
	Name string
	Role string // "Owner", "Admin", or empty
	Link string // mailto: or a page; empty: there is only the name
}

// Known reports whether there is anybody to ask.
func (c Contact) Known() bool { return c.Name != "" }

// aside follows the name in a list of several.
func (c Contact) aside(last bool) string {
	aside := ""
	if c.Role != "" {
		aside = " (" + c.Role + ")"
	}
	if !last {
		aside += ", "
	}
	return aside
}

// Support is the contact that whoever runs the server set (R11).
func Support(app core.App) Contact {
	config := settings.Of(app)
	return Contact{Name: config.Support, Link: config.SupportLink()}
}

// InCharge lists who runs the team, its Owner first: whom a member asks.
func InCharge(app core.App, team string) ([]Contact, error) {
	var keepers []*members.Membership
	err := app.RecordQuery("memberships").AndWhere(dbx.HashExp{"team": team}).AndWhere(dbx.NewExp("(owner OR admin)")).
		OrderBy("owner DESC", "created").Limit(5).All(&keepers)
	if err != nil {
		return nil, fmt.Errorf("list who runs the team: %w", err)
	}
	contacts := make([]Contact, 0, len(keepers))
	for _, keeper := range keepers {
		account, err := app.FindRecordById("users", keeper.UserID())
		if err != nil {
			return nil, fmt.Errorf("find who runs the team: %w", err)
		}
		contacts = append(contacts, contactOf(account, keeper.Roles()))
	}
	return contacts, nil
}

// Inviter is whom to ask about an invitation: who sent it, or the team's Owner when that person has left it.
func Inviter(app core.App, i *invitations.Invitation) (Contact, error) {
	return personOrOwner(app, i.TeamID(), i.GetString("inviter"))
}

// HostOf is whom to ask about a session: who holds it, or the team's Owner when that person has left the team.
func HostOf(app core.App, session *sessions.Session) (Contact, error) {
	return personOrOwner(app, session.TeamID(), session.HostID())
}

func personOrOwner(app core.App, team, user string) (Contact, error) {
	m, err := members.Find(app, team, user)
	if errors.Is(err, record.ErrNotFound) {
		m, err = members.Owner(app, team)
	}
	if err != nil {
		return Contact{}, err
	}
	account, err := app.FindRecordById("users", m.UserID())
	if err != nil {
		return Contact{}, fmt.Errorf("find whom to ask: %w", err)
	}
	return contactOf(account, m.Roles()), nil
}

func contactOf(account *core.Record, roles actors.Roles) Contact {
	contact := Contact{Name: actors.DisplayName(account), Link: "mailto:" + url.PathEscape(account.Email())}
	for _, role := range []struct {
		has  bool
		word string
	}{{roles.Owner, "Owner"}, {roles.Admin, "Admin"}} {
		if role.has {
			contact.Role = cmp.Or(contact.Role, role.word)
		}
	}
	return contact
}
