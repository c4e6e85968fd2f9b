package join

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/accounts"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// lastDeparture is when the address last left the team or was removed, or zero.
func lastDeparture(app core.App, team, address string) (time.Time, error) {
	if address == "" {
		return time.Time{}, nil
	}
	var at string
	err := app.DB().NewQuery("SELECT at FROM departures WHERE team = {:team} AND email = {:email}").
		Bind(dbx.Params{"team": team, "email": address}).WithContext(record.Prepared).Row(&at)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, fmt.Errorf("find the departure from a team: %w", err)
	}
	return record.ParseTime(at), nil
}

// recordDeparture records that a user left the team, so that no earlier link works (R71).
func recordDeparture(e *core.RecordEvent) error {
	return record.InTx(e, func() error {
		if err := e.Next(); err != nil {
			return err
		}
		team := e.Record.GetString("team")
		stays, err := e.App.CountRecords("teams", dbx.HashExp{"id": team})
		if err != nil {
			return fmt.Errorf("find the team of a departure: %w", err)
		}
		address, _, err := accounts.EmailByID(e.App, e.Record.GetString("user"))
		if stays == 0 || errors.Is(err, errs.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return saveDeparture(e.App, team, address)
	})
}

func saveDeparture(tx core.App, team, address string) error {
	row, err := record.One[core.Record](tx.RecordQuery("departures").AndWhere(dbx.HashExp{"team": team, "email": address}), "find the departure from a team")
	if errors.Is(err, errs.ErrNotFound) {
		collection, err := tx.FindCachedCollectionByNameOrId("departures")
		if err != nil {
			return fmt.Errorf("find departures: %w", err)
		}
		row = core.NewRecord(collection)
		row.Load(map[string]any{"team": team, "email": address})
	} else if err != nil {
		return err
	}
	row.Set("at", types.NowDateTime())
	return tx.Save(row)
}
