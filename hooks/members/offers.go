package members

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/actors"
)

// invitedRoles returns the roles of the team's pending invitation to the address. Revoking it needs the rights to manage a
// user with these roles (D1).
func invitedRoles(tx core.App, team, address string) (actors.Roles, error) {
	var rows []struct {
		Admin     bool `db:"admin"`
		Organizer bool `db:"organizer"`
	}
	err := tx.DB().Select("admin", "organizer").From("invitations").
		Where(dbx.HashExp{"team": team, "email": address, "status": "pending"}).
		AndWhere(dbx.NewExp("expires > {:now}", dbx.Params{"now": types.NowDateTime().String()})).All(&rows)
	if err != nil {
		return actors.Roles{}, fmt.Errorf("find the pending invitation of a member: %w", err)
	}
	if len(rows) == 0 {
		return actors.Roles{}, nil
	}
	return actors.Roles{Admin: rows[0].Admin, Organizer: rows[0].Organizer}, nil
}
