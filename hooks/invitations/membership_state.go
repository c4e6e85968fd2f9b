package invitations

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/record"
)

// membershipState is what an address is in a team at this moment. The zero value: nobody there.
type membershipState struct {
	Held actors.Roles
	Kind string // of the membership; empty: not in the team
}

// InTeam reports whether the address is in the team.
func (s membershipState) InTeam() bool { return s.Kind != "" }

// alreadyHas reports whether there is nothing new in the offer for who stands so.
func (s membershipState) alreadyHas(offer actors.Roles) bool {
	return s.InTeam() && (offer.Without(s.Held) != offer || offer.None() && s.Kind == actors.Member || offer.Admin && s.Held.Owner)
}

func findMembershipState(app core.App, team, address string) (membershipState, error) {
	var now membershipState
	err := app.DB().NewQuery(`SELECT m.owner, m.admin, m.organizer, m.kind FROM users u JOIN memberships m ON m.user = u.id
		WHERE u.email = {:email} COLLATE NOCASE AND u.email != '' AND m.team = {:team}`).
		WithContext(record.Prepared).Bind(dbx.Params{"email": address, "team": team}).
		Row(&now.Held.Owner, &now.Held.Admin, &now.Held.Organizer, &now.Kind)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return now, fmt.Errorf("find what an address is in a team: %w", err)
	}
	return now, nil
}
