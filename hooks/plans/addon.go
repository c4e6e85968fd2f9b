package plans

import (
	"context"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
)

// The limits of a plan, which add-ons raise. A limit is a field of plans.
const (
	AdminSeats     = "admin_seats"
	OrganizerSeats = "organizer_seats"
	Licences       = "licences"
	StorageBytes   = "storage_bytes"
	SessionMinutes = "session_minutes"
	SessionPeople  = "session_people"
	RetentionDays  = "retention_days"
)

// Limits lists the limits in the order in which pages show them.
var Limits = []string{AdminSeats, OrganizerSeats, Licences, SessionMinutes, SessionPeople, StorageBytes, RetentionDays}

// MaxQuantity is how many of one add-on a team can have, unless the add-on says less.
const MaxQuantity = 10_000

var _ core.RecordProxy = (*Addon)(nil)

// Addon raises a limit of a plan. The server administrator can edit add-ons.
type Addon struct{ *core.Record }

// PreValidate makes sure that the proxy holds an add-on.
func (a *Addon) PreValidate(context.Context, core.App) error {
	if a.Record == nil || a.Collection().Name != "addons" {
		return errors.New("not an add-on")
	}
	return nil
}

// ProxyRecord returns the record.
func (a *Addon) ProxyRecord() *core.Record { return a.Record }

// SetProxyRecord sets the record.
func (a *Addon) SetProxyRecord(r *core.Record) { a.Record = r }

// Key is the name of the add-on in the API.
func (a *Addon) Key() string { return a.GetString("key") }

// Name is the add-on's name for users.
func (a *Addon) Name() string { return a.GetString("name") }

// Description says what one of it adds.
func (a *Addon) Description() string { return a.GetString("description") }

// Raises is the limit that the add-on raises.
func (a *Addon) Raises() string { return a.GetString("raises") }

// Amount is by how much one of it raises the limit.
func (a *Addon) Amount() int64 { return int64(a.GetFloat("amount")) }

// Max is how many of it a team can have.
func (a *Addon) Max() int {
	if most := a.GetInt("most"); most > 0 {
		return min(most, MaxQuantity)
	}
	return MaxQuantity
}

// Price is the price of one for a month.
func (a *Addon) Price() Price { return priceOf(a.Record) }

// Retired reports whether the add-on isn't offered any more. Teams that have it keep it.
func (a *Addon) Retired() bool { return a.GetBool("retired") }

// Held is how many of an add-on a team has.
type Held struct {
	Addon    *Addon
	Quantity int
}

// HeldBy lists the add-ons of a team, in their order.
func HeldBy(app core.App, team string) ([]Held, error) {
	var rows []struct {
		Addon    string `db:"addon"`
		Quantity int    `db:"quantity"`
	}
	err := app.DB().NewQuery("SELECT addon, quantity FROM team_addons WHERE team = {:team}").WithContext(record.Prepared).
		Bind(dbx.Params{"team": team}).All(&rows)
	if err != nil || len(rows) == 0 {
		return nil, wrap("list the add-ons of a team", err)
	}
	quantities := map[string]int{}
	for _, row := range rows {
		quantities[row.Addon] = row.Quantity
	}
	addons, err := Addons(app)
	if err != nil {
		return nil, err
	}
	var held []Held
	for _, addon := range addons {
		if n := quantities[addon.Id]; n > 0 {
			held = append(held, Held{addon, n})
		}
	}
	return held, nil
}

// Addons lists all add-ons in their order, the retired ones included.
func Addons(app core.App) ([]*Addon, error) {
	var addons []*Addon
	err := app.RecordQuery("addons").OrderBy("position", "name").All(&addons)
	return addons, wrap("list the add-ons", err)
}

// FindAddon returns the add-on with the key or id, or errs.ErrNotFound.
func FindAddon(app core.App, key string) (*Addon, error) {
	return record.One[Addon](app.RecordQuery("addons").AndWhere(keyOrID(key)), "find an add-on")
}

// SetQuantity sets how many of an add-on a team has, in the caller's transaction; 0 removes it. The team's limits follow. They can fall
// below what is in use only with belowUse.
func SetQuantity(tx core.App, team string, addon *Addon, quantity int, belowUse bool) error {
	held, err := tx.FindFirstRecordByFilter("team_addons", "team = {:team} && addon = {:addon}", dbx.Params{"team": team, "addon": addon.Id})
	if err != nil && !isNoRows(err) {
		return fmt.Errorf("find the add-on of a team: %w", err)
	}
	if belowUse && err == nil {
		AllowBelowUse(held)
	}
	switch {
	case err == nil && quantity == 0:
		return tx.Delete(held)
	case quantity == 0:
		return nil
	case err != nil:
		collection, err := tx.FindCachedCollectionByNameOrId("team_addons")
		if err != nil {
			return fmt.Errorf("find the add-ons of teams: %w", err)
		}
		held = core.NewRecord(collection)
		held.Load(map[string]any{"team": team, "addon": addon.Id})
	}
	held.Set("quantity", quantity)
	return tx.Save(held)
}
