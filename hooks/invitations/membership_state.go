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

// membershipState is the current state of an address in a team. The zero value: not in the team.
type membershipState struct {
	Held actors.Roles
	Kind string // of the membership; empty: not in the team
}

// InTeam reports whether the address is in the team.
func (s membershipState) InTeam() bool { return s.Kind != "" }

// alreadyHas reports whether the offer has nothing new for someone in this state.
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
		return now, fmt.Errorf("find the membership of an address: %w", err)
	}
	return now, nil
}
