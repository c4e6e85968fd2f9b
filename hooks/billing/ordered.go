package billing

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// CodeOrdered is the code of an error because a waiting change names a plan or an add-on.
const CodeOrdered = "ordered"

// maxNamed is how many teams a refusal names.
const maxNamed = 3

// validateNotOrdered refuses to delete a plan or an add-on that a waiting change names: the change could neither be approved nor start. One
// that is retired can still start, because it was offered when the team ordered it.
func validateNotOrdered(app core.App, r *core.Record) error {
	teams, err := listOrdering(app, r.Id)
	if err != nil || len(teams) == 0 {
		return err
	}
	if more := len(teams) - maxNamed; more > 0 {
		teams = append(teams[:maxNamed], text.Count(more, "other team", "other teams"))
	}
	return errs.Invalid("base", CodeOrdered, fmt.Sprintf("It is part of a change that waits, of %s. Approve, decline or withdraw that first. To stop offering it, retire it.", text.JoinList(teams)))
}

// validateOrderedAddon refuses to change what an add-on does while a change that names it is waiting.
func validateOrderedAddon(app core.App, addon *core.Record) error {
	if !record.Changed(addon, "raises", "amount") {
		return nil
	}
	return validateNotOrdered(app, addon)
}

// listOrdering lists the names of the teams with a waiting change that names a plan or an add-on.
func listOrdering(app core.App, id string) (teams []string, err error) {
	err = app.DB().NewQuery("SELECT teams.name FROM plan_changes JOIN teams ON teams.id = plan_changes.team " +
		"WHERE status IN ({:requested}, {:unpaid}, {:scheduled}) AND (plan_changes.plan = {:id} OR EXISTS (SELECT 1 FROM json_each(addons) WHERE key = {:id})) ORDER BY teams.name").
		Bind(dbx.Params{"id": id, "requested": Requested, "unpaid": Unpaid, "scheduled": Scheduled}).Column(&teams)
	if err != nil {
		return nil, fmt.Errorf("list the teams that order a plan or an add-on: %w", err)
	}
	return teams, nil
}
