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

// Register wires what holds for every writer: who was refused at the door of a session comes in only when he is
// admitted, who is not admitted any more is out of the media room, and when somebody leaves a team is written down.
func Register(app core.App) {
	app.OnRecordUpdateExecute("participants").BindFunc(record.Guard(validateState))
	app.OnRecordDeleteExecute("memberships").BindFunc(recordDeparture)
	registerRoles(app)
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
		return errs.Invalid("state", CodeBlocked, "Whoever was refused at the door comes in only when a host admits him.")
	}
	return nil
}

// kickFromMedia puts a participant who is not admitted any more out of the media room, if the session runs. The gate
// keeps him out of it whether or not that works.
func kickFromMedia(app core.App, r *core.Record) {
	session, err := sessions.FindByID(app, r.GetString("session"))
	if errors.Is(err, errs.NotFound) || err == nil && (session.Status() != sessions.Running || session.Media() == "") {
		return
	}
	if err != nil {
		app.Logger().Error("find the session of who is put out", "error", err)
		return
	}
	room, person := session.Media(), r.Id
	routine.FireAndForget(func() {
		if err := live.Kick(app, room, person); err != nil {
			app.Logger().Warn("put somebody out of the media room", "error", err)
		}
	})
}
