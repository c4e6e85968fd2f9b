package runs

import (
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/routine"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/live"
	"usher/hooks/plans"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

// Register registers the rules for every write of a running session: one licence each, up to the team's limit; a generated
// media room; an end that isn't before the start; and extensions within plan and room. When the end is committed, the media
// room is closed. A team with a running session can't be deleted, and its licences can't go below the number in use.
func Register(app core.App) {
	app.OnRecordUpdateExecute("sessions").BindFunc(record.Guard(validateRun))
	app.OnRecordUpdateExecute("sessions").BindFunc(record.Guard(validateLicence))
	app.OnRecordUpdateExecute("teams").BindFunc(record.Guard(validateLicenceLimit))
	app.OnRecordAfterUpdateSuccess("sessions").BindFunc(func(e *core.RecordEvent) error {
		if session := (&sessions.Session{Record: e.Record}); session.Status() == sessions.Ended && session.Media() != "" {
			app, room := e.App, session.Media() // PocketBase changes the event after the hooks
			routine.FireAndForget(func() { closeMedia(app, room) })
		}
		return e.Next()
	})
	teams.BlockDeleteWhile(app, blockTeamDelete)
	registerSweep(app)
}

// closeMedia disconnects everyone. If it fails, the sweep tries again; no one can connect meanwhile.
func closeMedia(app core.App, room string) {
	if err := live.CloseRoom(app, room); err != nil {
		app.Logger().Warn("close the media room of a session that has ended", "error", err)
	}
}

// validateRun fills in the missing fields of a start or an end, and refuses invalid ones.
func validateRun(app core.App, r *core.Record) error {
	before := r.Original()
	was, is := before.GetString("status"), r.GetString("status")
	switch {
	case was == sessions.Scheduled && is == sessions.Running:
		return fillStart(r)
	case was == sessions.Running && record.Differs(r, before, "media", "started"):
		return errs.Invalid("base", sessions.CodeFixed, "The start and media room of a running session can't be changed.")
	case was == sessions.Running && is == sessions.Ended:
		return fillEnd(r)
	case was == sessions.Running && record.Differs(r, before, "extra"):
		return validateExtension(app, r, before)
	}
	return nil
}

// fillStart sets a new, unique media room, or none for a session that is held in another tool.
func fillStart(r *core.Record) error {
	if started := r.GetDateTime("started"); started.IsZero() {
		r.Set("started", types.NowDateTime())
	}
	r.Set("media", "")
	if r.GetString("elsewhere") == "" {
		r.Set("media", "us_"+strings.ToLower(rand.Text()))
	}
	r.Set("empty", r.GetDateTime("started")) // no one has joined yet
	return nil
}

func fillEnd(r *core.Record) error {
	started, ended := r.GetDateTime("started"), r.GetDateTime("ended")
	if ended.IsZero() {
		ended = types.NowDateTime()
	}
	if ended.Before(started) {
		ended = started
	}
	r.Set("ended", ended)
	r.Set("empty", "")
	r.Set("leaderless", "")
	if r.GetString("end_reason") == "" {
		r.Set("end_reason", EndedByAdmin)
	}
	return nil
}

// validateExtension checks an extension against the plan. The room's bookings are checked separately.
func validateExtension(app core.App, r, before *core.Record) error {
	if r.GetInt("extra") < before.GetInt("extra") {
		return errs.Invalid("minutes", sessions.CodeBadLength, "A running session can be extended but not shortened. To finish early, end the session.")
	}
	plan, err := plans.ForTeam(app, r.GetString("team"))
	if err != nil {
		return err
	}
	started, ends := r.GetDateTime("started").Time(), r.GetDateTime("starts").Time().Add(time.Duration(r.GetInt("minutes")+r.GetInt("extra"))*time.Minute)
	minutes := plan.SessionMinutes()
	if longest := time.Duration(minutes) * time.Minute; minutes != plans.Unlimited && ends.After(started.Add(longest)) {
		return errs.Invalid("minutes", sessions.CodeBadLength, fmt.Sprintf("On the %s plan, a session can last up to %s, so this one can't be extended that far. Schedule another session. %s.", plan.Name(), sessions.FormatMinutes(minutes), plans.LargerPlanHint))
	}
	return nil
}

// blockTeamDelete refuses to delete a team while one of its sessions is running (R12).
func blockTeamDelete(app core.App, team string) error {
	running, err := listRunning(app, team)
	if err != nil || len(running) == 0 {
		return err
	}
	return errs.Invalid("base", CodeRunning, "This team can't be deleted while a session is running: "+sessionNames(running)+". End it first.")
}

// listRunning lists the running sessions of a team, by start.
func listRunning(app core.App, team string) ([]*sessions.Session, error) {
	all := []*sessions.Session{}
	err := app.RecordQuery("sessions").AndWhere(dbx.HashExp{"team": team, "status": sessions.Running}).OrderBy("started", "id").All(&all)
	if err != nil {
		return nil, fmt.Errorf("list the sessions that run: %w", err)
	}
	return all, nil
}

// sessionNames lists up to five sessions with their hosts.
func sessionNames(all []*sessions.Session) string {
	const shown = 5
	var names []string
	for n, session := range all {
		if n == shown {
			names = append(names, fmt.Sprintf("and %d more", len(all)-shown))
			break
		}
		name := "“" + session.Title() + "”"
		if host := session.GetString("host_name"); host != "" {
			name += " (" + host + ")"
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}
