// Package members has the members and guests of teams and their roles, and makes sure that every team has one Owner.
package members

import (
	"context"
	"errors"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// CodeLastOwner is the code of an error because a team would be left without its Owner (R29).
const CodeLastOwner = "last_owner"

var _ core.RecordProxy = (*Membership)(nil)

// Membership is one account in one team.
type Membership struct{ *core.Record }

// PreValidate makes sure that the proxy holds a membership.
func (m *Membership) PreValidate(context.Context, core.App) error {
	if m.Record == nil || m.Collection().Name != "memberships" {
		return errors.New("not a membership")
	}
	return nil
}

// ProxyRecord returns the record.
func (m *Membership) ProxyRecord() *core.Record { return m.Record }

// SetProxyRecord sets the record.
func (m *Membership) SetProxyRecord(r *core.Record) { m.Record = r }

// Roles are the roles in the team.
func (m *Membership) Roles() actors.Roles { return actors.RolesOf(m.Record) }

// Kind is Member or Guest.
func (m *Membership) Kind() string { return m.GetString("kind") }

// UserID is the id of the account.
func (m *Membership) UserID() string { return m.GetString("user") }

// AfterRevoking returns the roles and kind after revoking roles: a user who came as a guest and has no role left is a guest
// again.
func (m *Membership) AfterRevoking(revoked actors.Roles) (roles actors.Roles, kind string) {
	roles, kind = m.Roles().Without(revoked), m.Kind()
	if m.GetBool("came_as_guest") && roles.None() {
		kind = actors.Guest
	}
	return roles, kind
}

func (m *Membership) setRoles(roles actors.Roles) {
	m.Set("owner", roles.Owner)
	m.Set("admin", roles.Admin)
	m.Set("organizer", roles.Organizer)
}

// Find returns the membership of an account in a team, or errs.ErrNotFound.
func Find(app core.App, team, user string) (*Membership, error) {
	return record.One[Membership](app.RecordQuery("memberships").AndWhere(dbx.HashExp{"team": team, "user": user}).WithContext(record.Prepared), "find membership")
}

// IsMember reports whether the account is a member of the team. A guest is not.
func IsMember(app core.App, team, user string) (bool, error) {
	m, err := Find(app, team, user)
	if errors.Is(err, errs.ErrNotFound) {
		return false, nil
	}
	return err == nil && m.Kind() == actors.Member, err
}

// FindOwner returns the membership of the team's Owner.
func FindOwner(app core.App, team string) (*Membership, error) {
	return record.One[Membership](app.RecordQuery("memberships").AndWhere(dbx.HashExp{"team": team, "owner": true}), "find the owner")
}
