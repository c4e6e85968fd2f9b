package plans

import (
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// The codes of errors about plans and add-ons.
const (
	CodeBadQuantity = "bad_quantity" // a team can't have that many
	CodeAddonInUse  = "addon_in_use" // what teams have can't be changed or deleted
	CodePlanInUse   = "plan_in_use"  // what teams have or new teams get can't be deleted
)

// CodePlanLimit is the code of an error because the plan doesn't allow something.
const CodePlanLimit = "plan_limit"

// teamLimits are the limits that a team copies from its plan and its add-ons, because a server administrator can give a team numbers
// of its own.
var teamLimits = []string{AdminSeats, OrganizerSeats, Licences}

// Register registers the rules that a team that gets a plan or add-ons gets their limits.
func Register(app core.App) {
	app.OnRecordCreate("teams").BindFunc(func(e *core.RecordEvent) error {
		if err := applyLimits(e.App, e.Record); err != nil {
			return err
		}
		return e.Next()
	})
	app.OnRecordCreate("teams").BindFunc(record.Guard(applyRetention))
	app.OnRecordUpdateExecute("teams").BindFunc(record.Guard(validateRetention))
	app.OnRecordUpdateExecute("teams").BindFunc(record.Guard(func(app core.App, team *core.Record) error {
		if record.Changed(team, "plan") && !record.Changed(team, teamLimits...) {
			return applyLimits(app, team)
		}
		return nil
	}))
	app.OnRecordUpdateExecute("plans").BindFunc(record.Guard(validateKey))
	app.OnRecordDeleteExecute("plans").BindFunc(record.Guard(validatePlanDeletion))
	app.OnRecordUpdateExecute("addons").BindFunc(record.Guard(validateAddon))
	app.OnRecordDeleteExecute("addons").BindFunc(record.Guard(validateAddonDeletion))
	app.OnRecordCreateExecute("plans", "addons").BindFunc(guardPrice)
	app.OnRecordUpdateExecute("plans", "addons").BindFunc(guardPrice)
	app.OnRecordCreateExecute("team_addons").BindFunc(record.Guard(applyQuantity))
	app.OnRecordUpdateExecute("team_addons").BindFunc(record.Guard(applyQuantity))
	app.OnRecordDeleteExecute("team_addons").BindFunc(record.Guard(func(app core.App, held *core.Record) error {
		held.Set("quantity", 0)
		return applyQuantity(app, held)
	}))
}

func applyLimits(app core.App, team *core.Record) error {
	plan, err := Find(app, team.GetString("plan"))
	if err != nil {
		return fmt.Errorf("find the plan %q of the team: %w", team.GetString("plan"), err)
	}
	held, err := HeldBy(app, team.Id)
	if err != nil {
		return err
	}
	plan = plan.With(held)
	for _, limit := range teamLimits {
		team.Set(limit, plan.Limit(limit))
	}
	return nil
}

// applyRetention gives a new team the longest retention period of its plan, because without one recordings are kept forever.
func applyRetention(app core.App, team *core.Record) error {
	plan, err := Find(app, team.GetString("plan"))
	if err != nil {
		return err
	}
	if most := plan.RetentionDays(); most != Unlimited && team.GetInt("retention_days") == 0 {
		team.Set("retention_days", most)
	}
	return nil
}

// validateRetention refuses to keep recordings for longer than the plan allows (R136). A smaller plan doesn't shorten a period that
// was chosen before: nothing is deleted because of it.
func validateRetention(app core.App, team *core.Record) error {
	if !record.Changed(team, "retention_days") {
		return nil
	}
	plan, err := ForTeam(app, team.Id)
	if err != nil {
		return errs.IgnoreNotFound(err)
	}
	days, most := team.GetInt("retention_days"), plan.RetentionDays()
	if most == Unlimited || days > 0 && days <= most {
		return nil
	}
	return errs.Invalid("days", CodePlanLimit, fmt.Sprintf("On the %s plan, recordings can be kept for up to %s. %s.", plan.Name(), text.Count(most, "day", "days"), LargerPlanHint))
}

// applyQuantity raises or lowers a limit of the team by what a write changes. The team's own rules refuse a limit below what is in use.
func applyQuantity(app core.App, held *core.Record) error {
	addon, err := FindAddon(app, held.GetString("addon"))
	if err != nil {
		return err
	}
	if n := held.GetInt("quantity"); n > addon.Max() {
		return errs.Invalid("quantity", CodeBadQuantity, fmt.Sprintf("A team can have up to %d of “%s”.", addon.Max(), addon.Name()))
	}
	if !held.IsNew() && record.Changed(held, "team", "addon") {
		return errs.Invalid("addon", CodeBadQuantity, "The team and the add-on of a row can't be changed. Add another row.")
	}
	had, err := storedQuantity(app, held.Id)
	if err != nil {
		return err
	}
	more := held.GetInt("quantity") - had
	if more == 0 || !slices.Contains(teamLimits, addon.Raises()) {
		return nil
	}
	team, err := app.FindRecordById("teams", held.GetString("team"))
	if isNoRows(err) {
		return nil // the team is being deleted
	}
	if err != nil {
		return fmt.Errorf("find the team of an add-on: %w", err)
	}
	limit := int64(team.GetInt(addon.Raises()))
	if limit == Unlimited {
		return nil
	}
	if BelowUse(held) {
		AllowBelowUse(team)
	}
	team.Set(addon.Raises(), max(0, limit+int64(more)*addon.Amount()))
	return app.Save(team)
}

// belowUseKey isn't a field: it is never stored, and no request can set it.
const belowUseKey = "@usherBelowUse"

// AllowBelowUse lets a record of a team or of its add-ons lower limits below what is in use, as when a plan isn't paid any more.
func AllowBelowUse(r *core.Record) { r.SetRaw(belowUseKey, true) }

// BelowUse reports whether AllowBelowUse was called for the record.
func BelowUse(r *core.Record) bool { return r.GetRaw(belowUseKey) == true }

// storedQuantity reads a row in the transaction that changes it: the record may have been loaded before another change.
func storedQuantity(tx core.App, id string) (int, error) {
	var quantity int
	err := tx.DB().NewQuery("SELECT quantity FROM team_addons WHERE id = {:id}").Bind(dbx.Params{"id": id}).Row(&quantity)
	if isNoRows(err) {
		return 0, nil
	}
	return quantity, wrap("read the add-on of a team", err)
}

// validateAddon refuses to change what an add-on does while teams have it: what they got couldn't be taken back.
func validateAddon(app core.App, addon *core.Record) error {
	if !record.Changed(addon, "raises", "amount") {
		return nil
	}
	teams, err := app.CountRecords("team_addons", dbx.HashExp{"addon": addon.Id})
	if err != nil || teams == 0 {
		return wrap("count the teams with an add-on", err)
	}
	return errs.Invalid("amount", CodeAddonInUse, "Teams have this add-on. Retire it, and add another one with the new amount.")
}

func keyOrID(key string) dbx.Expression {
	return dbx.Or(dbx.HashExp{"key": key}, dbx.HashExp{"id": key})
}
