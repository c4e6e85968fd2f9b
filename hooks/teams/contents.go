package teams

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
)

// Contents counts what is deleted with a team.
type Contents struct {
	Members     int `db:"members"` // including the Owner
	Guests      int `db:"guests"`
	Pending     int `db:"pending"` // invitations whose links still work
	Closed      int `db:"closed"`  // all other invitations
	Rooms       int `db:"rooms"`   // including archived rooms
	Upcoming    int `db:"upcoming"`
	Past        int `db:"past"` // all other sessions: held, never started or cancelled
	Attendances int `db:"attendances"`
	Tags        int `db:"tags"`
	Imports     int `db:"imports"`
}

// ContentsOf counts what Delete would delete with the team now.
func ContentsOf(app core.App, team string) (Contents, error) {
	var c Contents
	err := app.DB().NewQuery(`SELECT
		(SELECT count(*) FROM memberships WHERE team = {:team} AND kind = 'member') members,
		(SELECT count(*) FROM memberships WHERE team = {:team} AND kind = 'guest') guests,
		(SELECT count(*) FROM invitations WHERE team = {:team} AND status = 'pending' AND expires > {:now}) pending,
		(SELECT count(*) FROM invitations WHERE team = {:team} AND NOT (status = 'pending' AND expires > {:now})) closed,
		(SELECT count(*) FROM rooms WHERE team = {:team}) rooms,
		(SELECT count(*) FROM sessions WHERE team = {:team} AND status = 'scheduled' AND ends > {:now}) upcoming,
		(SELECT count(*) FROM sessions WHERE team = {:team} AND NOT (status = 'scheduled' AND ends > {:now})) past,
		(SELECT count(*) FROM attendances WHERE session IN (SELECT id FROM sessions WHERE team = {:team})) attendances,
		(SELECT count(DISTINCT name COLLATE NOCASE) FROM tags WHERE team = {:team}) tags,
		(SELECT count(*) FROM imports WHERE team = {:team}) imports`).
		Bind(dbx.Params{"team": team, "now": record.FormatTime(time.Now())}).One(&c)
	if err != nil {
		return c, fmt.Errorf("count the contents of a team: %w", err)
	}
	return c, nil
}
