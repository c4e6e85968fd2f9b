package actors

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// maxManagers is the largest number of managers that ListManagers returns.
const maxManagers = 50

// ListManagers lists the accounts of those who manage a team, for emails to them: the Owner, and Admins by address.
func ListManagers(app core.App, team string) ([]*core.Record, error) {
	return listManagers(app, team, dbx.NewExp("1"))
}

// ListManagersWithoutTwoFactors is ListManagers for those who don't have two-factor authentication.
func ListManagersWithoutTwoFactors(app core.App, team string) ([]*core.Record, error) {
	return listManagers(app, team, dbx.NewExp("NOT "+hasTwoFactors("users.id")))
}

func listManagers(app core.App, team string, which dbx.Expression) ([]*core.Record, error) {
	var managers []*core.Record
	err := app.RecordQuery("users").InnerJoin("memberships m", dbx.NewExp("m.user = users.id AND m.team = {:team} AND (m.owner OR m.admin)", dbx.Params{"team": team})).
		AndWhere(which).OrderBy("m.owner DESC", "users.email").Limit(maxManagers).All(&managers)
	if err != nil {
		return nil, fmt.Errorf("find the Owner and Admins of a team: %w", err)
	}
	return managers, nil
}

// IsManager reports whether an account is the Owner or an Admin of a team.
func IsManager(app core.App, account, team string) (bool, error) {
	n, err := app.CountRecords("memberships", dbx.HashExp{"user": account, "team": team}, dbx.NewExp("(owner OR admin)"))
	if err != nil {
		return false, fmt.Errorf("find out whether an account manages a team: %w", err)
	}
	return n > 0, nil
}
