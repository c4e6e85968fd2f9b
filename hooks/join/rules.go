package join

import (
	"errors"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/routine"

	"usher/hooks/live"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

// Register registers the rules for every write: someone who was denied joins only if a host admits them, someone who is no
// longer admitted is disconnected, and departures from teams are recorded.
func Register(app core.App) {
	app.OnRecordUpdateExecute("participants").BindFunc(record.Guard(validateState))
	app.OnRecordDeleteExecute("memberships").BindFunc(recordDeparture)
	registerRoles(app)
	registerOptions(app)
	registerTeamDeletion(app)
	app.OnRecordAfterUpdateSuccess("participants").BindFunc(func(e *core.RecordEvent) error {
		if state := e.Record.GetString("state"); state != sessions.StateAdmitted {
			kickFromMedia(e.App, e.Record)
		}
		return e.Next()
	})
}

func validateState(_ core.App, r *core.Record) error {
	was, is := r.Original().GetString("state"), r.GetString("state")
	if was == sessions.StateDenied && is != was && is != sessions.StateAdmitted && is != sessions.StateRemoved {
		return errs.Invalid("state", CodeBlocked, "Someone who was denied can only join if a host admits them.")
	}
	return nil
}

// kickFromMedia disconnects a participant who is no longer admitted to a running session. Authorize keeps them out even if this
// fails.
func kickFromMedia(app core.App, r *core.Record) {
	session, err := sessions.FindByID(app, r.GetString("session"))
	if errors.Is(err, errs.ErrNotFound) || err == nil && (session.Status() != sessions.Running || session.Media() == "") {
		return
	}
	if err != nil {
		app.Logger().Error("find the session of a removed participant", "error", err)
		return
	}
	room, person := session.Media(), r.Id
	routine.FireAndForget(func() {
		if err := live.Kick(app, room, person); err != nil {
			app.Logger().Warn("disconnect a removed participant", "error", err)
		}
	})
}
