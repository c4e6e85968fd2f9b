package invitations

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/members"
	"usher/hooks/record"
)

// standing is what an address is in a team at this moment. The zero value: nobody there.
type standing struct {
	Held actors.Roles
	Kind string // of the membership; empty: not in the team
}

// In reports whether the address is in the team.
func (s standing) In() bool { return s.Kind != "" }

// has reports whether there is nothing new in the offer for who stands so.
func (s standing) has(offer actors.Roles) bool {
	return s.In() && (offer.Without(s.Held) != offer || offer.None() && s.Kind == members.Member || offer.Admin && s.Held.Owner)
}

func standingOf(app core.App, team, address string) (standing, error) {
	var now standing
	err := app.DB().NewQuery(`SELECT m.owner, m.admin, m.organizer, m.kind FROM users u JOIN memberships m ON m.user = u.id
		WHERE u.email = {:email} COLLATE NOCASE AND u.email != '' AND m.team = {:team}`).
		WithContext(record.Kept).Bind(dbx.Params{"email": address, "team": team}).
		Row(&now.Held.Owner, &now.Held.Admin, &now.Held.Organizer, &now.Kind)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return now, fmt.Errorf("find what an address is in a team: %w", err)
	}
	return now, nil
}
