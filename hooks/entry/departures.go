package entry

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
	"usher/hooks/sessions"
)

// departure is when the address last left the team, or was removed; zero: never.
func departure(app core.App, team, address string) (time.Time, error) {
	if address == "" {
		return time.Time{}, nil
	}
	var at string
	err := app.DB().NewQuery("SELECT at FROM departures WHERE team = {:team} AND email = {:email}").
		Bind(dbx.Params{"team": team, "email": address}).WithContext(record.Kept).Row(&at)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, fmt.Errorf("find when somebody left a team: %w", err)
	}
	return record.Time(at), nil
}

// depart notes that somebody left the team, and closes to him every session that he was asked to and that is not
// over: its links bring nobody back, and whoever is in is put out (R71, R79).
func depart(e *core.RecordEvent) error {
	return record.InTx(e, func() error {
		if err := e.Next(); err != nil {
			return err
		}
		team, user := e.Record.GetString("team"), e.Record.GetString("user")
		stays, err := e.App.CountRecords("teams", dbx.HashExp{"id": team})
		if err != nil {
			return fmt.Errorf("find the team that somebody left: %w", err)
		}
		address, _, err := accounts.AddressOf(e.App, user)
		if stays == 0 || errors.Is(err, record.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := noteDeparture(e.App, team, address); err != nil {
			return err
		}
		return closeSessions(e.App, team, user, address)
	})
}

func noteDeparture(tx core.App, team, address string) error {
	row := &core.Record{}
	err := tx.RecordQuery("departures").AndWhere(dbx.HashExp{"team": team, "email": address}).Limit(1).One(row)
	if errors.Is(err, sql.ErrNoRows) {
		collection, err := tx.FindCachedCollectionByNameOrId("departures")
		if err != nil {
			return fmt.Errorf("find departures: %w", err)
		}
		row = core.NewRecord(collection)
		row.Load(map[string]any{"team": team, "email": address})
	} else if err != nil {
		return fmt.Errorf("find when somebody left a team: %w", err)
	}
	row.Set("at", types.NowDateTime())
	return tx.Save(row)
}

func closeSessions(tx core.App, team, user, address string) error {
	var rows []*sessions.Participant
	err := tx.RecordQuery("participants").AndWhere(dbx.HashExp{"team": team}).
		AndWhere(dbx.Or(dbx.HashExp{"user": user}, dbx.HashExp{"email": address})).
		AndWhere(dbx.Not(dbx.HashExp{"state": sessions.StateOut})).
		AndWhere(dbx.NewExp("session IN (SELECT id FROM sessions WHERE status IN ('scheduled', 'running'))")).All(&rows)
	if err != nil {
		return fmt.Errorf("list the sessions that somebody was asked to: %w", err)
	}
	for _, row := range rows {
		row.Set("state", sessions.StateOut)
		if err := tx.Save(row); err != nil {
			return err
		}
	}
	return nil
}
