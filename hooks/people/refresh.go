// Package people keeps that nobody reads an old row in the list of a team's people. Whoever joins, is invited or
// answers only writes down in people_stale whose row is old; a trigger renews the row when that note is taken away.
package people

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
)

// Refresh brings the team's rows of people, tallies and people_find up to date. Whoever reads one of them calls it
// first: what was committed before is in what he reads then. If nothing is old it costs one look into an index.
func Refresh(app core.App, team string) error {
	var old bool
	err := app.DB().NewQuery("SELECT EXISTS (SELECT 1 FROM people_stale WHERE team = {:team})").WithContext(record.Prepared).
		Bind(dbx.Params{"team": team}).Row(&old)
	if err != nil {
		return fmt.Errorf("find who is listed as before: %w", err)
	}
	if !old {
		return nil
	}
	_, err = app.NonconcurrentDB().NewQuery("DELETE FROM people_stale WHERE team = {:team}").WithContext(record.Prepared).
		Bind(dbx.Params{"team": team}).Execute()
	if err != nil && !canReadStale(app, err) {
		return fmt.Errorf("renew the list of people: %w", err)
	}
	return nil
}

// canReadStale reports whether the rows may be read as they are: when nothing can be written, the list is shown as it was.
func canReadStale(app core.App, err error) bool {
	outage := record.OutageOf(err)
	return !app.IsTransactional() && (outage == record.DiskFull || outage == record.ReadOnly)
}

// batchSize is how many rows the Keeper renews at a time: writers wait for some milliseconds.
const batchSize = 200

// refreshBatch renews rows of any team, and says how many.
func refreshBatch(app core.App) (int64, error) {
	result, err := app.NonconcurrentDB().NewQuery("DELETE FROM people_stale WHERE (team, email) IN " +
		"(SELECT team, email FROM people_stale LIMIT {:some})").WithContext(record.Prepared).Bind(dbx.Params{"some": batchSize}).Execute()
	if err != nil {
		return 0, fmt.Errorf("renew the list of people: %w", err)
	}
	return result.RowsAffected()
}
