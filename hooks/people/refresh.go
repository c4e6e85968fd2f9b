// Package people has the list of a team's users and invitees, an index that is refreshed before it is read. Changes only
// add the outdated rows to people_stale; deleting them there refreshes the rows by a trigger.
package people

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
)

// Refresh brings the team's rows of people, tallies and people_find up to date. Callers call it before reading one of them,
// to see everything committed before. If nothing is outdated it costs one index lookup.
func Refresh(app core.App, team string) error {
	var old bool
	err := app.DB().NewQuery("SELECT EXISTS (SELECT 1 FROM people_stale WHERE team = {:team})").WithContext(record.Prepared).
		Bind(dbx.Params{"team": team}).Row(&old)
	if err != nil {
		return fmt.Errorf("find outdated rows of the user list: %w", err)
	}
	if !old {
		return nil
	}
	_, err = app.NonconcurrentDB().NewQuery("DELETE FROM people_stale WHERE team = {:team}").WithContext(record.Prepared).
		Bind(dbx.Params{"team": team}).Execute()
	if err != nil && !canReadStale(app, err) {
		return fmt.Errorf("refresh the user list: %w", err)
	}
	return nil
}

// canReadStale reports whether outdated rows may be shown, because the database can't be written.
func canReadStale(app core.App, err error) bool {
	outage := record.OutageOf(err)
	return !app.IsTransactional() && (outage == record.DiskFull || outage == record.ReadOnly)
}

// batchSize is the number of rows that a Refresher refreshes at a time, during which writers wait some milliseconds.
const batchSize = 200

// refreshBatch refreshes rows of any team, and returns how many.
func refreshBatch(app core.App) (int64, error) {
	result, err := app.NonconcurrentDB().NewQuery("DELETE FROM people_stale WHERE (team, email) IN " +
		"(SELECT team, email FROM people_stale LIMIT {:some})").WithContext(record.Prepared).Bind(dbx.Params{"some": batchSize}).Execute()
	if err != nil {
		return 0, fmt.Errorf("refresh the user list: %w", err)
	}
	return result.RowsAffected()
}
