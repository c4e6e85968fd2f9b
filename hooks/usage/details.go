package usage

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/attendances"
	"usher/hooks/audit"
	"usher/hooks/plans"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

// Details is a row with how its session ran.
type Details struct {
	Row
	Month       Month // in which the session counts
	Rate        Rate
	Runs        []attendances.Run
	Attendances []*attendances.Attendance
	EndedBy     string // name of the user who ended the session; empty if the server or another tool did, and if it isn't known
}

// Find returns the details of a session of the actor's team that has a row, or errs.ErrNotFound. The Owner and Admins can see
// them.
func Find(app core.App, actor *actors.Actor, id string) (*Details, error) {
	if !actor.CanUsePanel() {
		return nil, errs.Forbidden("Only the Owner and Admins can see usage.")
	}
	session, err := sessions.Find(app, actor.Team.Id, id)
	if err != nil {
		return nil, err
	}
	at := session.Started()
	if at.IsZero() {
		at = session.Starts()
	}
	d := &Details{Month: MonthOf(at, teams.Of(actor.Team).Zone())}
	rows, _, err := selection{app: app, team: actor.Team.Id, query: Query{Month: d.Month, All: true}, now: time.Now(), only: id}.rows(1)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, errs.ErrNotFound
	}
	d.Row = rows[0]
	plan, err := plans.ForTeam(app, actor.Team.Id)
	if err != nil {
		return nil, err
	}
	d.Rate = rateOf(plan)
	if d.Runs, err = attendances.Runs(app, session); err != nil {
		return nil, err
	}
	if d.Attendances, err = attendances.List(app, id); err != nil {
		return nil, err
	}
	d.EndedBy, err = endedBy(app, actor, id)
	return d, err
}

// endedBy is the name of the user who ended a session, as in the audit log.
func endedBy(app core.App, actor *actors.Actor, id string) (string, error) {
	page, err := audit.List(app, actor, audit.Query{Person: id, Kind: "sessions", Result: audit.ResultDone})
	if err != nil {
		return "", err
	}
	for _, entry := range page.Rows {
		if entry.Action == "session.end" && entry.Actor != "" {
			return entry.ActorName, nil
		}
	}
	return "", nil
}
