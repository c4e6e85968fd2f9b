package entry

import (
	"errors"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/routine"

	"usher/hooks/live"
	"usher/hooks/record"
	"usher/hooks/sessions"
)

// Register wires what holds for every writer: who was refused at the door of a session comes in only when he is
// admitted, who is not admitted any more is out of the media room, and when somebody leaves a team is written down.
func Register(app core.App) {
	app.OnRecordUpdateExecute("participants").BindFunc(record.Guard(guardState))
	app.OnRecordDeleteExecute("memberships").BindFunc(depart)
	registerParts(app)
	registerDeleted(app)
	app.OnRecordAfterUpdateSuccess("participants").BindFunc(func(e *core.RecordEvent) error {
		if state := e.Record.GetString("state"); state != sessions.StateAdmitted {
			leaveMedia(e.App, e.Record)
		}
		return e.Next()
	})
}

func guardState(_ core.App, r *core.Record) error {
	was, is := r.Original().GetString("state"), r.GetString("state")
	if was == sessions.StateRefused && is != was && is != sessions.StateAdmitted && is != sessions.StateOut {
		return record.Refuse("state", CodeBlocked, "Whoever was refused at the door comes in only when a host admits him.")
	}
	return nil
}

// leaveMedia puts a participant who is not admitted any more out of the media room, if the session runs. The gate
// keeps him out of it whether or not that works.
func leaveMedia(app core.App, r *core.Record) {
	session, err := sessions.ByID(app, r.GetString("session"))
	if errors.Is(err, record.ErrNotFound) || err == nil && (session.Status() != sessions.Running || session.Media() == "") {
		return
	}
	if err != nil {
		app.Logger().Error("find the session of who is put out", "error", err)
		return
	}
	room, person := session.Media(), r.Id
	routine.FireAndForget(func() {
		if err := live.PutOut(app, room, person); err != nil {
			app.Logger().Warn("put somebody out of the media room", "error", err)
		}
	})
}
