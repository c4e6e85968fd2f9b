package members

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// ListAdmins lists the accounts of a team's Admins by name, without the Owner: those to whom the team can be transferred.
func ListAdmins(app core.App, team string) ([]*core.Record, error) {
	var admins []*core.Record
	err := app.RecordQuery("users").InnerJoin("memberships m", dbx.NewExp("m.user = users.id AND m.team = {:team} AND m.admin AND NOT m.owner", dbx.Params{"team": team})).
		OrderBy("users.name", "users.email").All(&admins)
	if err != nil {
		return nil, fmt.Errorf("list the Admins of a team: %w", err)
	}
	return admins, nil
}
