package join

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

// startBeforeHost starts a session for the first participant if participants can join before the host (R100). Without a free
// licence it is refused, and the participant stays admitted.
func startBeforeHost(app core.App, v *Visitor, from string) error {
	entry := v.auditEntry("session.start", from)
	return audit.Do(app, entry, func(tx core.App) error { return startBeforeHostTx(tx, v, entry) })
}

// startBeforeHostTx is startBeforeHost inside its transaction.
func startBeforeHostTx(tx core.App, v *Visitor, entry *audit.Entry) error {
	p, err := sessions.FindParticipant(tx, v.Participant.Id)
	if err != nil {
		return err
	}
	session, err := sessions.FindByID(tx, p.SessionID())
	if err != nil {
		return err
	}
	switch {
	case session.Status() == sessions.Running:
		entry.Action = "" // already started
		return nil
	case p.State() != sessions.StateAdmitted:
		return blockedError()
	}
	err = runs.StartTx(tx, session, time.Now())
	if errs.Code(err) == runs.CodeLicencesFull {
		return errs.Invalid("base", runs.CodeLicencesFull, "The session can't start yet because all licences of the team are in use. Try again when another session has ended.")
	}
	return err
}
