package runs

import (
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

// ensureHost checks that a running session has a host or co-host who wasn't removed. If there is none, an Organizer who is
// in the session becomes co-host; without one, the session ends after GracePeriod (D6).
func ensureHost(app core.App, session *sessions.Session, now time.Time) error {
	return app.RunInTransaction(func(tx core.App) error {
		session, err := sessions.FindByID(tx, session.Id)
		if errors.Is(err, errs.ErrNotFound) {
			return nil
		}
		if err != nil || session.Status() != sessions.Running {
			return err
		}
		led, err := promoteHost(tx, session)
		if err != nil {
			return err
		}
		since := session.GetDateTime("leaderless")
		switch {
		case led && !since.IsZero():
			session.Set("leaderless", "")
		case !led && since.IsZero():
			session.Set("leaderless", now)
		default:
			return nil
		}
		return tx.Save(session)
	})
}

// promoteHost reports whether the session has a host or co-host, and makes an Organizer in it a co-host if it has none.
func promoteHost(tx core.App, session *sessions.Session) (bool, error) {
	leading, err := tx.CountRecords("participants", dbx.HashExp{"session": session.Id, "part": []any{sessions.Host, sessions.Cohost}},
		dbx.NotIn("state", sessions.StateRemoved, sessions.StateDenied))
	if err != nil || leading > 0 {
		return true, err
	}
	team, err := tx.FindRecordById("teams", session.TeamID())
	if err != nil {
		return false, fmt.Errorf("find the team of a session: %w", err)
	}
	people, err := sessions.ListParticipants(tx, session.Id)
	if err != nil {
		return false, err
	}
	for _, p := range people {
		if p.State() != sessions.StateAdmitted || p.UserID() == "" {
			continue
		}
		actor, err := actors.ByUserID(tx, p.UserID(), team)
		if errors.Is(err, errs.ErrNotFound) || err == nil && !actor.CanHost() {
			continue
		}
		if err != nil {
			return false, err
		}
		p.Set("part", sessions.Cohost)
		if err := tx.Save(p); err != nil {
			return false, err
		}
		entry := &audit.Entry{Team: session.TeamID(), Action: "session.lead", Target: p.UserID(), TargetName: p.DisplayName()}
		return true, audit.Write(tx, entry.With("session", session.Title()))
	}
	return false, nil
}
