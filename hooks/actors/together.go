package actors

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// ShareTeam reports whether two accounts are the same or share a team: then each may see the other's picture.
func ShareTeam(app core.App, a, b string) (bool, error) {
	if a == b {
		return true, nil
	}
	var shared int
	err := app.DB().NewQuery(`SELECT EXISTS (SELECT 1 FROM memberships m JOIN memberships n ON n.team = m.team
		WHERE m.user = {:a} AND n.user = {:b})`).Bind(dbx.Params{"a": a, "b": b}).Row(&shared)
	if err != nil {
		return false, fmt.Errorf("find a shared team of two accounts: %w", err)
	}
	return shared == 1, nil
}
