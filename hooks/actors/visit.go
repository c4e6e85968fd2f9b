package actors

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/limits"
)

// visitEvery is how often a visit is written at most.
const visitEvery = 5 * time.Minute

// Visit notes that a person is active in the team now: what he does in other teams shows nowhere here (R3, R73).
func Visit(app core.App, actor *Actor) error {
	team, user := actor.Team.Id, actor.Account.Id
	if _, ok := limits.For(app, "visit", 1, visitEvery).Take(team + user); !ok {
		return nil
	}
	_, err := app.NonconcurrentDB().NewQuery("INSERT INTO visits (team, user, seen) VALUES ({:team}, {:user}, {:now}) " +
		"ON CONFLICT (team, user) DO UPDATE SET seen = excluded.seen").
		Bind(dbx.Params{"team": team, "user": user, "now": types.NowDateTime().String()}).Execute()
	if err != nil {
		return fmt.Errorf("note a visit: %w", err)
	}
	return nil
}
