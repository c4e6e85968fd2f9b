// Package members keeps who is in which team and with which roles, and that every team has exactly one Owner.
package members

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/record"
)

// The kinds of membership (R20). A guest enters only sessions that he is invited to (R25).
const (
	Member = "member"
	Guest  = "guest"
)

// CodeLastOwner is the code of a refusal that would leave a team without its Owner (R29).
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

// Roles is what the person carries in the team.
func (m *Membership) Roles() actors.Roles { return actors.RolesOf(m.Record) }

// Kind is Member or Guest.
func (m *Membership) Kind() string { return m.GetString("kind") }

// UserID is the account.
func (m *Membership) UserID() string { return m.GetString("user") }

// After is what is left once the roles are revoked: who came as a guest is one again without any role.
func (m *Membership) After(revoked actors.Roles) (roles actors.Roles, kind string) {
	roles, kind = m.Roles().Without(revoked), m.Kind()
	if m.GetBool("came_as_guest") && roles.None() {
		kind = Guest
	}
	return roles, kind
}

func (m *Membership) setRoles(roles actors.Roles) {
	m.Set("owner", roles.Owner)
	m.Set("admin", roles.Admin)
	m.Set("organizer", roles.Organizer)
}

// Find reads the membership of an account in a team, or record.ErrNotFound.
func Find(app core.App, team, user string) (*Membership, error) {
	m := &Membership{}
	err := app.RecordQuery("memberships").AndWhere(dbx.HashExp{"team": team, "user": user}).Limit(1).WithContext(record.Kept).One(m)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, record.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find membership: %w", err)
	}
	return m, nil
}

// IsMember reports whether the account is a member of the team: in it, and not as a guest.
func IsMember(app core.App, team, user string) (bool, error) {
	m, err := Find(app, team, user)
	if errors.Is(err, record.ErrNotFound) {
		return false, nil
	}
	return err == nil && m.Kind() == Member, err
}

// Called is a member with the address and the name of the account.
type Called struct{ Email, Name string }

// Addressed are the members of the team who have one of the addresses. Guests are none.
func Addressed(app core.App, team string, addresses []string) ([]Called, error) {
	var all []Called
	for chunk := range slices.Chunk(addresses, 500) {
		in := make([]any, len(chunk))
		for n := range chunk {
			in[n] = chunk[n]
		}
		var found []Called
		err := app.DB().Select("u.email", "u.name").From("users u").
			InnerJoin("memberships m", dbx.NewExp("m.user = u.id AND m.team = {:team} AND m.kind = {:kind}", dbx.Params{"team": team, "kind": Member})).
			Where(dbx.In("u.email", in...)).All(&found)
		if err != nil {
			return nil, fmt.Errorf("look for members by their addresses: %w", err)
		}
		all = append(all, found...)
	}
	return all, nil
}

// Owner reads the membership of the team's Owner.
func Owner(app core.App, team string) (*Membership, error) {
	m := &Membership{}
	err := app.RecordQuery("memberships").AndWhere(dbx.HashExp{"team": team, "owner": true}).Limit(1).One(m)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, record.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find the owner: %w", err)
	}
	return m, nil
}
