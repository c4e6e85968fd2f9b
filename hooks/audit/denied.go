package audit

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
)

// deniedLogLimit limits how often the denial of one area to one account is recorded.
var deniedLogLimit = ratelimit.Define("turned-away", 1, time.Minute)

// RecordDenied records that a user of the team was denied access to an area, such as the panel's pages, because they lack
// the role. It writes at most one entry a minute for each account, team, action and area. A failure to write is only logged.
func RecordDenied(app core.App, actor *actors.Actor, action, area string) {
	if _, free := deniedLogLimit.In(app).Take(actor.Account.Id + " " + actor.Team.Id + " " + action + " " + area); !free {
		return
	}
	err := app.RunInTransaction(func(tx core.App) error {
		return WriteRefused(tx, NewEntry(actor, action).With("area", area), errs.CodeNotAllowed)
	})
	if err != nil {
		app.Logger().Error("write a denied request to the audit log", "error", err)
	}
}
