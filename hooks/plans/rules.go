package plans

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
)

// limitFields are what a team takes over from its plan, and what add-ons raise.
var limitFields = []string{"admin_seats", "organizer_seats", "licences"}

// Register wires the rule that a team which gets a plan gets the plan's numbers, too.
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
