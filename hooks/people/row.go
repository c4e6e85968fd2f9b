package people

import (
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/actors"
)

// Row is an address in a team: a user or an invitee, in its latest state.
type Row struct {
	ID                 string         `db:"id"` // the account's, or the invitation's until it is accepted
	User               string         `db:"user"`
	Invitation         string         `db:"invitation"` // pending, or the latest of an address that isn't in the team
	Name               string         `db:"name"`
	Email              string         `db:"email"`
	Avatar             string         `db:"avatar"` // file name of the account's picture, or empty
	Kind               string         `db:"kind"`
	Status             string         `db:"status"`
	Owner              bool           `db:"owner"`
	Admin              bool           `db:"admin"`
	Organizer          bool           `db:"organizer"`
	InvitedAsAdmin     bool           `db:"ask_admin"`
	InvitedAsOrganizer bool           `db:"ask_organizer"`
	Invited            bool           `db:"asked"` // an invitation is pending
	Expires            types.DateTime `db:"expires"`
	Answered           types.DateTime `db:"answered"`
	Added              types.DateTime `db:"added"`
	Active             types.DateTime `db:"active"`      // last visit to the team, to within some minutes; zero: never
	TwoFactors         bool           `db:"two_factors"` // the account has two-factor authentication
	Tags               Tags           `db:"tags"`
}

// Roles are the user's roles.
func (r Row) Roles() actors.Roles {
	return actors.Roles{Owner: r.Owner, Admin: r.Admin, Organizer: r.Organizer}
}

// InvitedRoles are the roles of the row's invitation.
func (r Row) InvitedRoles() actors.Roles {
	return actors.Roles{Admin: r.InvitedAsAdmin, Organizer: r.InvitedAsOrganizer}
}

// HeldAndInvitedRoles are the user's roles and those of the pending invitation. Removing the user ends both.
func (r Row) HeldAndInvitedRoles() actors.Roles {
	if r.Invited {
		return r.Roles().With(r.InvitedRoles())
	}
	return r.Roles()
}

// DisplayName returns the name, or the address if there is none.
func (r Row) DisplayName() string {
	if r.Name != "" {
		return r.Name
	}
	return r.Email
}

// Tags are the names of a user's tags (R82), a JSON list in the database.
type Tags = types.JSONArray[string]

// columns select a Row of the table people at the time {:now}: an overdue invitation is expired even if no job has marked
// it yet.
const columns = `p.id, p.user, p.name, p.email, p.avatar, p.kind, p.owner, p.admin, p.organizer, p.answered, p.added, p.active,
	CASE WHEN p.user = '' AND p.asked AND p.expires <= {:now} THEN 'expired' ELSE p.status END status,
	p.asked AND p.expires > {:now} asked,
	CASE WHEN p.user != '' AND p.expires <= {:now} THEN '' ELSE p.invitation END invitation,
	CASE WHEN p.user != '' AND p.expires <= {:now} THEN '' ELSE p.expires END expires,
	p.ask_admin AND (p.user = '' OR p.expires > {:now}) ask_admin,
	p.ask_organizer AND (p.user = '' OR p.expires > {:now}) ask_organizer,
	EXISTS (SELECT 1 FROM authenticators a WHERE a.user = p.user AND a.enabled != '') two_factors,
	(SELECT json_group_array(name) FROM (SELECT name FROM tags WHERE team = p.team AND email = p.email ORDER BY lower(name))) tags`
