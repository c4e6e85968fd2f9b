package billing

import (
	"fmt"
	"io"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/plans"
	"usher/hooks/tools/csvfile"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// History lists the changes of the plan of the actor's team, newest first, at most limit (R143). Only the Owner and Admins can see them.
func History(app core.App, actor *actors.Actor, limit int) ([]*Change, error) {
	if !actor.CanManageBilling() {
		return nil, errs.Forbidden("Only the Owner and Admins can see the history of the plan.")
	}
	var changes []*Change
	err := app.RecordQuery("plan_changes").AndWhere(dbx.HashExp{"team": actor.Team.Id}).OrderBy("created DESC", "rowid DESC").Limit(int64(limit)).All(&changes)
	if err != nil {
		return nil, fmt.Errorf("list the changes of a plan: %w", err)
	}
	return changes, nil
}

// maxExported is the number of changes that Export writes.
const maxExported = 10_000

// Export writes the history as CSV, with times in the zone.
func Export(app core.App, actor *actors.Actor, zone *time.Location, to io.Writer) error {
	changes, err := History(app, actor, maxExported)
	if err != nil {
		return err
	}
	header := []string{"Ordered", "By", "Change", "Status", "Starts", "Price before", "Price after", "Currency", "Decided by", "Reason"}
	return csvfile.Write(to, header, func(table *csvfile.Table) error {
		for _, c := range changes {
			starts := ""
			if !c.Starts().IsZero() {
				starts = csvfile.FormatTime(c.Starts(), zone)
			}
			err := table.Add(csvfile.FormatTime(c.Created(), zone), c.ByName(), c.Summary(), c.Status(), starts,
				decimal(c.PriceBefore()), decimal(c.PriceAfter()), c.PriceAfter().Currency, c.EndedBy(), c.Reason())
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// decimal is a price as a number in the currency's main unit, or "".
func decimal(p plans.Price) string {
	if !p.IsSet() {
		return ""
	}
	return fmt.Sprintf("%.*f", text.Decimals(p.Currency), p.InUnits())
}
