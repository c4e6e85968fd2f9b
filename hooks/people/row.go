package people

import (
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/actors"
)

// Row is one address in a team: a member, or somebody who was asked, in the newest state.
type Row struct {
	ID                 string         `db:"id"` // the account's; the invitation's while nobody accepted
	User               string         `db:"user"`
	Invitation         string         `db:"invitation"` // open, or the newest of somebody who is not in the team
	Name               string         `db:"name"`
	Email              string         `db:"email"`
	Avatar             string         `db:"avatar"` // file of the account's picture, or empty
	Kind               string         `db:"kind"`
	Status             string         `db:"status"`
	Owner              bool           `db:"owner"`
	Admin              bool           `db:"admin"`
	Organizer          bool           `db:"organizer"`
	InvitedAsAdmin     bool           `db:"ask_admin"`
	InvitedAsOrganizer bool           `db:"ask_organizer"`
	Invited            bool           `db:"asked"` // an invitation is open
	Expires            types.DateTime `db:"expires"`
	Answered           types.DateTime `db:"answered"`
	Added              types.DateTime `db:"added"`
	Active             types.DateTime `db:"active"` // last seen in the team, to within some minutes; zero: never
	Tags               Tags           `db:"tags"`
}

// Roles is what the person carries.
func (r Row) Roles() actors.Roles {
	return actors.Roles{Owner: r.Owner, Admin: r.Admin, Organizer: r.Organizer}
}

// InvitedRoles is what the invitation of the row offers, or offered.
func (r Row) InvitedRoles() actors.Roles {
	return actors.Roles{Admin: r.InvitedAsAdmin, Organizer: r.InvitedAsOrganizer}
}

// HeldAndInvitedRoles is what the person has, with what is still offered to him: who removes him ends both.
func (r Row) HeldAndInvitedRoles() actors.Roles {
	if r.Invited {
		return r.Roles().With(r.InvitedRoles())
	}
	return r.Roles()
}

// DisplayName is the name, or the address of who has none.
func (r Row) DisplayName() string {
	if r.Name != "" {
		return r.Name
	}
	return r.Email
}

// Tags are a person's labels by name (R82). In the database they are a JSON list.
type Tags = types.JSONArray[string]

// columns read a Row of the table people at the moment {:now}: an invitation whose end has passed is expired,
// whether or not a job has noted it.
const columns = `p.id, p.user, p.name, p.email, p.avatar, p.kind, p.owner, p.admin, p.organizer, p.answered, p.added, p.active,
	CASE WHEN p.user = '' AND p.asked AND p.expires <= {:now} THEN 'expired' ELSE p.status END status,
	p.asked AND p.expires > {:now} asked,
	CASE WHEN p.user != '' AND p.expires <= {:now} THEN '' ELSE p.invitation END invitation,
	CASE WHEN p.user != '' AND p.expires <= {:now} THEN '' ELSE p.expires END expires,
	p.ask_admin AND (p.user = '' OR p.expires > {:now}) ask_admin,
	p.ask_organizer AND (p.user = '' OR p.expires > {:now}) ask_organizer,
	(SELECT json_group_array(name) FROM (SELECT name FROM tags WHERE team = p.team AND email = p.email ORDER BY lower(name))) tags`
