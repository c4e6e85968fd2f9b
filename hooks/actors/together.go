package actors

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// ShareTeam reports whether two accounts are one, or in one team: then each may know how the other looks.
func ShareTeam(app core.App, a, b string) (bool, error) {
	if a == b {
		return true, nil
	}
	var shared int
	err := app.DB().NewQuery(`SELECT EXISTS (SELECT 1 FROM memberships m JOIN memberships n ON n.team = m.team
		WHERE m.user = {:a} AND n.user = {:b})`).Bind(dbx.Params{"a": a, "b": b}).Row(&shared)
	if err != nil {
		return false, fmt.Errorf("look for a team of two accounts: %w", err)
	}
	return shared == 1, nil
}
