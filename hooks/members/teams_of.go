package members

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/people"
)

// TeamRole is a team of an account, with the account's roles and kind.
type TeamRole struct {
	Team  *core.Record
	Roles actors.Roles
	Kind  string
}

// TeamsOf lists the teams of an account by name. With panel, only those whose Admin Panel it can use (R5, D5).
func TeamsOf(app core.App, account *core.Record, panel bool) ([]TeamRole, error) {
	query := app.RecordQuery("memberships").AndWhere(dbx.HashExp{"user": account.Id})
	if panel {
		query.AndWhere(dbx.NewExp("(owner OR admin)"))
	}
	var memberships []*Membership
	if err := query.All(&memberships); err != nil {
		return nil, fmt.Errorf("list the teams of an account: %w", err)
	}
	byTeam, ids := map[string]*Membership{}, []string{}
	for _, m := range memberships {
		byTeam[m.GetString("team")] = m
		ids = append(ids, m.GetString("team"))
	}
	teams, err := app.FindRecordsByIds("teams", ids)
	if err != nil {
		return nil, fmt.Errorf("find the teams of an account: %w", err)
	}
	list := make([]TeamRole, 0, len(teams))
	for _, team := range teams {
		list = append(list, TeamRole{team, byTeam[team.Id].Roles(), byTeam[team.Id].Kind()})
	}
	slices.SortFunc(list, func(a, b TeamRole) int {
		return strings.Compare(strings.ToLower(a.Team.GetString("name")), strings.ToLower(b.Team.GetString("name")))
	})
	return list, nil
}

// CountByTeam counts the members and guests of each team.
func CountByTeam(app core.App, list []TeamRole) (map[string]int, error) {
	ids := make([]any, len(list))
	for n, one := range list {
		ids[n] = one.Team.Id
		if err := people.Refresh(app, one.Team.Id); err != nil {
			return nil, err
		}
	}
	var rows []struct {
		Team     string `db:"team"`
		Accepted int    `db:"accepted"`
	}
	if err := app.DB().Select("team", "accepted").From("tallies").Where(dbx.In("team", ids...)).All(&rows); err != nil {
		return nil, fmt.Errorf("count the users of a team: %w", err)
	}
	sizes := map[string]int{}
	for _, row := range rows {
		sizes[row.Team] = row.Accepted
	}
	return sizes, nil
}
