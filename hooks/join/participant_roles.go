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

// roleChangedKey marks a participant whose role changed, from the write until its commit.
const roleChangedKey = "@usherPart"

// registerRoles updates permissions on the media server when a role changes: someone who loses the host's controls keeps what
// every participant can do (R107), also when reconnecting with an older token.
func registerRoles(app core.App) {
	app.OnRecordUpdateExecute("participants").BindFunc(func(e *core.RecordEvent) error {
		if record.Changed(e.Record, "part") {
			e.Record.SetRaw(roleChangedKey, true)
		}
		return e.Next()
	})
	app.OnRecordAfterUpdateSuccess("participants").BindFunc(func(e *core.RecordEvent) error {
		if changed, _ := e.Record.GetRaw(roleChangedKey).(bool); changed {
			e.Record.SetRaw(roleChangedKey, nil)
			updatePermissions(e.App, &sessions.Participant{Record: e.Record})
		}
		return e.Next()
	})
	live.OnReport(app, func(app core.App, report live.Report) error {
		if report.Type != live.EventJoined || report.Participant == nil {
			return nil
		}
		p, err := sessions.FindParticipant(app, report.Participant.Identity)
		if errors.Is(err, errs.ErrNotFound) {
			return nil // not a room of ours
		}
		if err != nil {
			return err
		}
		updatePermissions(app, p) // an older token may grant more than the current role
		return nil
	})
}

func updatePermissions(app core.App, p *sessions.Participant) {
	session, err := sessions.FindByID(app, p.SessionID())
	if errors.Is(err, errs.ErrNotFound) || err == nil && (session.Status() != sessions.Running || session.Media() == "" || p.State() != sessions.StateAdmitted) {
		return
	}
	var grant live.Grant
	if err == nil {
		grant, err = newGrant(app, session, p)
	}
	if err != nil {
		app.Logger().Error("find the session of a participant with a new role", "error", err)
		return
	}
	routine.FireAndForget(func() {
		if err := live.UpdatePermissions(app, grant); err != nil {
			app.Logger().Warn("update permissions on the media server", "error", err)
		}
	})
}
