package plans

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
	"usher/hooks/tools/text"
)

// validatePlanDeletion refuses to delete a plan that teams have or that new teams get.
func validatePlanDeletion(app core.App, plan *core.Record) error {
	if err := refuseInUse(app, "teams", dbx.HashExp{"plan": plan.Id}, CodePlanInUse, "plan"); err != nil {
		return err
	}
	return validateDefault(app, plan.Original().GetString("key"))
}

// validateAddonDeletion refuses to delete an add-on that teams have.
func validateAddonDeletion(app core.App, addon *core.Record) error {
	return refuseInUse(app, "team_addons", dbx.HashExp{"addon": addon.Id}, CodeAddonInUse, "add-on")
}

func refuseInUse(app core.App, collection string, having dbx.Expression, code, what string) error {
	teams, err := app.CountRecords(collection, having)
	if err != nil {
		return fmt.Errorf("count the teams with a plan or an add-on: %w", err)
	}
	if teams == 0 {
		return nil
	}
	return errs.Invalid("base", code, fmt.Sprintf("%s this %s. Retire it instead: teams keep it, and it's no longer offered.", text.Count(int(teams), "team has", "teams have"), what))
}

// validateKey refuses another key for the plan of new teams: none could be created.
func validateKey(app core.App, plan *core.Record) error {
	if !record.Changed(plan, "key") {
		return nil
	}
	return validateDefault(app, plan.Original().GetString("key"))
}

func validateDefault(app core.App, key string) error {
	if key != settings.Of(app).Plan {
		return nil
	}
	return errs.Invalid("key", CodePlanInUse, fmt.Sprintf("New teams get this plan, and so do teams that no longer pay. Set USHER_PLAN to another one than %s first.", key))
}
