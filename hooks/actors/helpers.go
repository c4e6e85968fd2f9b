package actors

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Helper is a user who can help another user of the same team with something.
type Helper struct {
	ID    string // of the account
	Name  string
	Email string
	Roles Roles
}

const (
	maxHelpers    = 5   // most helpers returned
	maxCandidates = 200 // most users considered
)

// Helpers lists the users of the reader's team whose own rights satisfy can, such as (*Actor).CanUsePanel: the
// Owner first, then Admins, at most maxHelpers. It never includes the reader. It is empty for a guest (R25) and for a reader
// outside the team (nil), who may not see names and addresses.
func Helpers(app core.App, reader *Actor, can func(*Actor) bool) ([]Helper, error) {
	if reader == nil || reader.Kind != "member" {
		return nil, nil
	}
	var candidates []*core.Record
	err := app.RecordQuery("memberships").AndWhere(dbx.HashExp{"team": reader.Team.Id}).
		AndWhere(dbx.NewExp("(owner OR admin OR organizer)")).
		OrderBy("owner DESC", "admin DESC", "created", "id").Limit(maxCandidates).All(&candidates)
	if err != nil {
		return nil, fmt.Errorf("list users with a role: %w", err)
	}
	var helpers []Helper
	for _, m := range candidates {
		actor := &Actor{Team: reader.Team, Roles: RolesOf(m), Kind: m.GetString("kind")}
		if m.GetString("user") == reader.Account.Id || !can(actor) {
			continue
		}
		account, err := app.FindRecordById("users", m.GetString("user"))
		if err != nil {
			return nil, fmt.Errorf("find a user with a role: %w", err)
		}
		helpers = append(helpers, Helper{account.Id, DisplayName(account), account.Email(), actor.Roles})
		if len(helpers) == maxHelpers {
			break
		}
	}
	return helpers, nil
}
