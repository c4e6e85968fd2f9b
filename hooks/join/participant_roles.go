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

// updatePermissions updates a participant's permissions on the media server, after the commit of a change.
func updatePermissions(app core.App, p *sessions.Participant) {
	grant, in, err := currentGrant(app, p.Id)
	if err != nil {
		app.Logger().Error("find the permissions of a participant", "error", err)
	}
	if err != nil || !in {
		return
	}
	routine.FireAndForget(func() {
		if err := updateGrant(app, grant, live.UpdatePermissions); err != nil {
			app.Logger().Warn("update permissions on the media server", "error", err)
		}
	})
}

// currentGrant is what a participant may do now. in is false unless the participant is admitted to a running session that takes
// place here.
func currentGrant(app core.App, participant string) (grant live.Grant, in bool, err error) {
	p, err := sessions.FindParticipant(app, participant)
	if err != nil || p.State() != sessions.StateAdmitted {
		return grant, false, errs.IgnoreNotFound(err)
	}
	session, err := sessions.FindByID(app, p.SessionID())
	if err != nil || session.Status() != sessions.Running || session.Media() == "" {
		return grant, false, errs.IgnoreNotFound(err)
	}
	grant, err = newGrant(app, session, p)
	if errors.Is(err, errs.ErrNotFound) { // left the team
		return grant, false, nil
	}
	return grant, err == nil, err
}

// updateGrant sends a grant to the media server, and then what is current, until both are equal. So the last of several quick
// changes holds, in whichever order their calls arrive.
func updateGrant(app core.App, grant live.Grant, send func(core.App, live.Grant) error) error {
	for {
		if err := send(app, grant); err != nil {
			return err
		}
		now, in, err := currentGrant(app, grant.Identity)
		if err != nil || !in || now == grant {
			return err
		}
		grant = now
	}
}
