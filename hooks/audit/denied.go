package audit

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
)

// deniedLogLimit limits refusals of one area to one account that are recorded.
var deniedLogLimit = ratelimit.Define("turned-away", 1, time.Minute)

// RecordDenied records that a user of the team was refused an area, such as the panel's pages, for want of a role. It writes
// at most one entry a minute for each account, team, action and area; further refusals of the same are not recorded. An
// entry that can't be written is logged, and lets nobody in.
func RecordDenied(app core.App, actor *actors.Actor, action, area string) {
	door := deniedLogLimit.In(app)
	if _, free := door.Take(actor.Account.Id + " " + actor.Team.Id + " " + action + " " + area); !free {
		return
	}
	err := app.RunInTransaction(func(tx core.App) error {
		return WriteRefused(tx, NewEntry(actor, action).With("area", area), errs.CodeNotAllowed)
	})
	if err != nil {
		app.Logger().Error("write a refusal at a door to the audit log", "error", err)
	}
}
