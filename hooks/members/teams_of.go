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

// TeamRole is a team that an account is in, with what it carries there.
type TeamRole struct {
	Team  *core.Record
	Roles actors.Roles
	Kind  string
}

// TeamsOf lists the teams of an account by name. panel keeps only those whose Admin Panel it may enter (R5, D5).
func TeamsOf(app core.App, account *core.Record, panel bool) ([]TeamRole, error) {
	query := app.RecordQuery("memberships").AndWhere(dbx.HashExp{"user": account.Id})
	if panel {
		query.AndWhere(dbx.NewExp("(owner OR admin)"))
	}
	var memberships []*Membership
	if err := query.All(&memberships); err != nil {
		return nil, fmt.Errorf("list the teams of an account: %w", err)
	}
	carries, ids := map[string]*Membership{}, []string{}
	for _, m := range memberships {
		carries[m.GetString("team")] = m
		ids = append(ids, m.GetString("team"))
	}
	teams, err := app.FindRecordsByIds("teams", ids)
	if err != nil {
		return nil, fmt.Errorf("find the teams of an account: %w", err)
	}
	places := make([]TeamRole, 0, len(teams))
	for _, team := range teams {
		places = append(places, TeamRole{team, carries[team.Id].Roles(), carries[team.Id].Kind()})
	}
	slices.SortFunc(places, func(a, b TeamRole) int {
		return strings.Compare(strings.ToLower(a.Team.GetString("name")), strings.ToLower(b.Team.GetString("name")))
	})
	return places, nil
}

// CountByTeam counts who is in each team: members and guests, without who is only asked.
func CountByTeam(app core.App, places []TeamRole) (map[string]int, error) {
	ids := make([]any, len(places))
	for n, place := range places {
		ids[n] = place.Team.Id
		if err := people.Refresh(app, place.Team.Id); err != nil {
			return nil, err
		}
	}
	var rows []struct {
		Team     string `db:"team"`
		Accepted int    `db:"accepted"`
	}
	if err := app.DB().Select("team", "accepted").From("tallies").Where(dbx.In("team", ids...)).All(&rows); err != nil {
		return nil, fmt.Errorf("count who is in a team: %w", err)
	}
	sizes := map[string]int{}
	for _, row := range rows {
		sizes[row.Team] = row.Accepted
	}
	return sizes, nil
}
