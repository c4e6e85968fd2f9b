package audit

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/limits"
	"usher/hooks/record"
)

// TurnedAway writes down that somebody in the team was refused at the door of an area, such as the panel's. Who
// knocks again and again leaves one entry a minute. That it cannot be written opens no door.
func TurnedAway(app core.App, actor *actors.Actor, action, area string) {
	door := limits.For(app, "turned-away", 1, time.Minute)
	if _, free := door.Take(actor.Account.Id + " " + actor.Team.Id + " " + action + " " + area); !free {
		return
	}
	err := app.RunInTransaction(func(tx core.App) error {
		return WriteRefused(tx, By(actor, action).With("area", area), record.CodeNotAllowed)
	})
	if err != nil {
		app.Logger().Error("write a refusal at a door to the audit log", "error", err)
	}
}
