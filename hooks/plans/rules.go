package plans

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
)

// limitFields are the fields that a team copies from its plan. Add-ons can raise them.
var limitFields = []string{"admin_seats", "organizer_seats", "licences"}

// Register registers the rule that a team that gets a plan gets its limits.
func Register(app core.App) {
	app.OnRecordCreate("teams").BindFunc(func(e *core.RecordEvent) error {
		if err := applyLimits(e.App, e.Record); err != nil {
			return err
		}
		return e.Next()
	})
	app.OnRecordUpdateExecute("teams").BindFunc(record.Guard(func(app core.App, team *core.Record) error {
		if record.Changed(team, "plan") && !record.Changed(team, limitFields...) {
			return applyLimits(app, team)
		}
		return nil
	}))
}

func applyLimits(app core.App, team *core.Record) error {
	plan, err := Find(app, team.GetString("plan"))
	if err != nil {
		return fmt.Errorf("find the plan %q of the team: %w", team.GetString("plan"), err)
	}
	for _, number := range limitFields {
		team.Set(number, plan.GetInt(number))
	}
	return nil
}

func keyOrID(key string) dbx.Expression {
	return dbx.Or(dbx.HashExp{"key": key}, dbx.HashExp{"id": key})
}
