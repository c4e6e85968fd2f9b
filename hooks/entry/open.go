package entry

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
	"usher/hooks/record"
	"usher/hooks/sessions"
)

// open starts a session for the first who is in where people may join before the host (R100). Where no licence is
// free he is told so, and stays admitted.
func open(app core.App, v *Visitor, from string) error {
	entry := v.entry("session.start", from)
	return audit.Do(app, entry, func(tx core.App) error { return begin(tx, v, entry) })
}

// begin is open inside its transaction.
func begin(tx core.App, v *Visitor, entry *audit.Entry) error {
	p, err := sessions.FindParticipant(tx, v.Participant.Id)
	if err != nil {
		return err
	}
	session, err := sessions.ByID(tx, p.SessionID())
	if err != nil {
		return err
	}
	switch {
	case session.Status() == sessions.Running:
		entry.Action = "" // somebody was quicker
		return nil
	case p.State() != sessions.StateAdmitted:
		return blocked()
	}
	err = sessions.Begin(tx, session, time.Now())
	if record.Code(err) == sessions.CodeLicencesFull {
		return record.Refuse("base", sessions.CodeLicencesFull, "The session can't start yet: all licences of the team are in use. Wait here, and try again when another session has ended.")
	}
	return err
}
