package sessions

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// ListInRange lists the sessions between from and to that the actor hosts or is invited to, by start. With all, it lists
// those of the whole team, for the Owner and Admins.
func ListInRange(app core.App, actor *actors.Actor, from, to time.Time, all bool) ([]*Session, error) {
	query := app.RecordQuery("sessions").
		AndWhere(dbx.NewExp("team = {:team} AND starts < {:to} AND ends > {:from}",
			dbx.Params{"team": actor.Team.Id, "from": record.FormatTime(from), "to": record.FormatTime(to)})).
		OrderBy("starts", "id")
	if all && !actor.CanUsePanel() {
		audit.RecordDenied(app, actor, "panel.enter", "all sessions")
		return nil, actor.Refusal((*actors.Actor).CanUsePanel, errs.Forbidden("Only the Owner and Admins can see all sessions of the team."))
	}
	if !all {
		query.AndWhere(involvesActor(actor))
	}
	found := []*Session{}
	if err := query.All(&found); err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return found, nil
}

// involvesActor is the condition for the sessions of userSessionsQuery.
func involvesActor(actor *actors.Actor) dbx.Expression {
	return dbx.NewExp("sessions.id IN ("+userSessionsQuery+")", userParams(actor))
}

// FindVisible finds a session of the actor's team that the actor hosts, is invited to, or can see as Owner or Admin. It
// returns errs.ErrNotFound for any other, and tells an Admin who can't see it without two-factor authentication.
func FindVisible(app core.App, actor *actors.Actor, id string) (*Session, error) {
	session, err := Find(app, actor.Team.Id, id)
	if err != nil || actor.CanUsePanel() {
		return session, err
	}
	n, err := app.CountRecords("sessions", idIs(id), involvesActor(actor))
	if err != nil {
		return nil, fmt.Errorf("find the participants of a session: %w", err)
	}
	if n == 0 {
		return nil, actor.Refusal((*actors.Actor).CanUsePanel, errs.ErrNotFound)
	}
	return session, nil
}

// CountHosted counts the scheduled sessions that an account hosts in all teams. They are cancelled if the account is
// deleted.
func CountHosted(app core.App, user string) (int, error) {
	n, err := app.CountRecords("sessions", dbx.HashExp{"host": user, "status": Scheduled})
	if err != nil {
		return 0, fmt.Errorf("count what an account hosts: %w", err)
	}
	return int(n), nil
}

// ListScheduledByHost lists the scheduled sessions that an account hosts in a team, by start. They are handed over or
// cancelled when the user leaves (R81).
func ListScheduledByHost(app core.App, team, user string) ([]*Session, error) {
	found := []*Session{}
	err := app.RecordQuery("sessions").AndWhere(dbx.HashExp{"team": team, "host": user, "status": Scheduled}).
		OrderBy("starts", "id").All(&found)
	if err != nil {
		return nil, fmt.Errorf("list who hosts what: %w", err)
	}
	return found, nil
}
