package actors

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/tools/ratelimit"
)

// visitLimit limits how often visits of a team by an account are recorded.
var visitLimit = ratelimit.Define("visit", 1, visitInterval)

// visitInterval is the minimum time between recorded visits.
const visitInterval = 5 * time.Minute

// RecordVisit records that the actor is active in the team now. Activity in other teams isn't shown here (R3, R73).
func RecordVisit(app core.App, actor *Actor) error {
	team, user := actor.Team.Id, actor.Account.Id
	if _, ok := visitLimit.In(app).Take(team + user); !ok {
		return nil
	}
	return MarkSeen(app, team, user, time.Now())
}

// MarkSeen records that an account was active in the team at a time. It does nothing if the account isn't in the team or was
// seen later.
func MarkSeen(app core.App, team, user string, at time.Time) error {
	if now := time.Now(); at.After(now) {
		at = now
	}
	stamp, err := types.ParseDateTime(at)
	if err != nil {
		return fmt.Errorf("record a visit: %w", err)
	}
	_, err = app.NonconcurrentDB().NewQuery("INSERT INTO visits (team, user, seen) SELECT team, user, {:at} FROM memberships " +
		"WHERE team = {:team} AND user = {:user} ON CONFLICT (team, user) DO UPDATE SET seen = excluded.seen WHERE excluded.seen > seen").
		Bind(dbx.Params{"team": team, "user": user, "at": stamp.String()}).Execute()
	if err != nil {
		return fmt.Errorf("record a visit: %w", err)
	}
	return nil
}
