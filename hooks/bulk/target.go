package bulk

import (
	"encoding/json"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/actors"
)

// target is the current state of a selected row: a member with their pending invitation, or an invitation in any state.
type target struct {
	ID                 string `db:"id"`
	Exists             bool   `db:"there"`
	User               string `db:"user"` // empty for an invitation
	Name               string `db:"name"`
	Email              string `db:"email"`
	Owner              bool   `db:"owner"` // the address's roles in the team, also if its invitation was selected
	Admin              bool   `db:"admin"`
	Organizer          bool   `db:"organizer"`
	Invitation         string `db:"invitation"`
	InvitedAsAdmin     bool   `db:"ask_admin"`
	InvitedAsOrganizer bool   `db:"ask_organizer"`
}

func (t target) heldRoles() actors.Roles {
	return actors.Roles{Owner: t.Owner, Admin: t.Admin, Organizer: t.Organizer}
}

func (t target) invitedRoles() actors.Roles {
	return actors.Roles{Admin: t.InvitedAsAdmin, Organizer: t.InvitedAsOrganizer}
}

// loadTargets returns the rows with these ids, in their order. For rows that aren't the team's, Exists is false.
func loadTargets(app core.App, team string, ids []string) ([]target, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	var found []target
	err = app.DB().NewQuery(`
		SELECT u.id, 1 there, u.id user, u.name, u.email, m.owner, m.admin, m.organizer,
			coalesce(i.id, '') invitation, coalesce(i.admin, 0) ask_admin, coalesce(i.organizer, 0) ask_organizer
		FROM json_each({:ids}) j
		JOIN memberships m ON m.team = {:team} AND m.user = j.value
		JOIN users u ON u.id = m.user
		LEFT JOIN invitations i ON i.team = m.team AND i.email = u.email AND i.status = 'pending' AND i.expires > {:now}
		UNION ALL
		SELECT i.id, 1, '', i.name, i.email, coalesce(m.owner, 0), coalesce(m.admin, 0), coalesce(m.organizer, 0),
			i.id, i.admin, i.organizer
		FROM json_each({:ids}) j
		JOIN invitations i ON i.id = j.value AND i.team = {:team}
		LEFT JOIN users u ON u.email = i.email COLLATE NOCASE
		LEFT JOIN memberships m ON m.team = i.team AND m.user = u.id`).
		Bind(dbx.Params{"ids": string(list), "team": team, "now": types.NowDateTime().String()}).All(&found)
	if err != nil {
		return nil, fmt.Errorf("read the selected rows: %w", err)
	}
	byID := make(map[string]target, len(found))
	for _, t := range found {
		byID[t.ID] = t
	}
	people := make([]target, len(ids))
	for n, id := range ids {
		people[n] = byID[id]
		people[n].ID = id
	}
	return people, nil
}
