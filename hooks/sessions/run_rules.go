package sessions

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
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

// CodeRunning is the code of a refusal because a session runs.
const CodeRunning = "session_running"

// registerRun wires what holds of a run for every writer: one licence each and no more than the team has, a media
// room of its own that nobody chooses, an end that is not before the start, and an extension that plan and room
// allow. Once an end is committed the media room is closed. A team in which a session runs is kept, and its
// licences do not fall below what is in use.
func registerRun(app core.App) {
	app.OnRecordUpdateExecute("sessions").BindFunc(record.Guard(validateRun))
	app.OnRecordUpdateExecute("sessions").BindFunc(record.Guard(validateLicence))
	app.OnRecordUpdateExecute("teams").BindFunc(record.Guard(validateLicenceLimit))
	app.OnRecordAfterUpdateSuccess("sessions").BindFunc(func(e *core.RecordEvent) error {
		if session := (&Session{e.Record}); session.Status() == Ended && session.Media() != "" {
			app, room := e.App, session.Media() // PocketBase writes to the event when the hooks are through
			routine.FireAndForget(func() { closeMedia(app, room) })
		}
		return e.Next()
	})
	teams.BlockDeleteWhile(app, blockTeamDelete)
	registerSweep(app)
}

// closeMedia puts everybody out. Where that fails the sweep does it again, and the gate lets nobody in anyway.
func closeMedia(app core.App, room string) {
	if err := live.CloseRoom(app, room); err != nil {
		app.Logger().Warn("close the media room of a session that has ended", "error", err)
	}
}

// validateRun fills in what a start and an end are without, whoever writes them, and refuses what no run can be.
func validateRun(app core.App, r *core.Record) error {
	before := r.Original()
	was, is := before.GetString("status"), r.GetString("status")
	switch {
	case was == Scheduled && is == Running:
		return fillStart(r)
	case was == Running && record.Differs(r, before, "media", "started"):
		return errs.Invalid("base", CodeFixed, "A session keeps its start and its media room while it runs.")
	case was == Running && is == Ended:
		return fillEnd(r)
	case was == Running && record.Differs(r, before, "extra"):
		return validateExtension(app, r, before)
	}
	return nil
}

// fillStart gives a run its media room, of a name that was never used before. A session that is held elsewhere has
// none.
func fillStart(r *core.Record) error {
	if started := r.GetDateTime("started"); started.IsZero() {
		r.Set("started", types.NowDateTime())
	}
	r.Set("media", "")
	if r.GetString("elsewhere") == "" {
		r.Set("media", "us_"+strings.ToLower(rand.Text()))
	}
	r.Set("empty", r.GetDateTime("started")) // nobody is in it yet
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

// validateExtension judges more minutes. That the room is free then is judged with its other bookings.
func validateExtension(app core.App, r, before *core.Record) error {
	if r.GetInt("extra") < before.GetInt("extra") {
		return errs.Invalid("minutes", CodeBadLength, "A session that runs is extended, not shortened. End it when you like.")
	}
	team, err := app.FindRecordById("teams", r.GetString("team"), record.WithPrepared)
	if err != nil {
		return fmt.Errorf("find the team of a session: %w", err)
	}
	plan, err := loadPlanLimits(app, team)
	if err != nil {
		return err
	}
	started, ends := r.GetDateTime("started").Time(), r.GetDateTime("starts").Time().Add(time.Duration(r.GetInt("minutes")+r.GetInt("extra"))*time.Minute)
	if longest := time.Duration(plan.minutes) * time.Minute; plan.minutes != plans.Unlimited && ends.After(started.Add(longest)) {
		return errs.Invalid("minutes", CodeBadLength, fmt.Sprintf("On the plan %s a session lasts at most %d minutes, and this one would be longer. Schedule another one. %s.", plan.name, plan.minutes, plans.LargerPlanHint))
	}
	return nil
}

// blockTeamDelete keeps a team while a session of it runs (R12).
func blockTeamDelete(app core.App, team string) error {
	running, err := listRunning(app, team)
	if err != nil || len(running) == 0 {
		return err
	}
	return errs.Invalid("base", CodeRunning, "The team cannot be deleted while a session runs: "+sessionNames(running)+". End it first.")
}

// listRunning lists the sessions of a team that run now, the first that started first.
func listRunning(app core.App, team string) ([]*Session, error) {
	all := []*Session{}
	err := app.RecordQuery("sessions").AndWhere(dbx.HashExp{"team": team, "status": Running}).OrderBy("started", "id").All(&all)
	if err != nil {
		return nil, fmt.Errorf("list the sessions that run: %w", err)
	}
	return all, nil
}

// sessionNames names at most five sessions with their hosts.
func sessionNames(all []*Session) string {
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
