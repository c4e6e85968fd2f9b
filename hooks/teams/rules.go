package teams

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// Register registers the rules for every writer of a team: a readable name, a unique slug whose predecessors stay its own, a
// valid time zone, and no deletion while something blocks it.
func Register(app core.App) {
	app.OnRecordCreate("teams").BindFunc(record.Guard(normalize))
	app.OnRecordUpdate("teams").BindFunc(record.Guard(normalize))
	app.OnRecordUpdateExecute("teams").BindFunc(record.Guard(validateHosting))
	app.OnRecordUpdateExecute("teams").BindFunc(keepOldSlug)
	app.OnRecordCreateExecute("team_slugs").BindFunc(record.Guard(validateOldSlug))
	app.OnRecordUpdateExecute("team_slugs").BindFunc(record.Guard(validateOldSlug))
	app.OnRecordDeleteExecute("teams").BindFunc(validateDelete)
	mail.RegisterCondition(app, checkStillAdmin, mail.KindTest)
	mail.RegisterCondition(app, mail.AlwaysSend, mail.KindTeamDeleted)
	app.OnRecordEnrich("teams").BindFunc(unhidePlan)
}

// unhidePlan shows the plan's limits to the Owner and Admins in PocketBase's own API and realtime. The fields are hidden
// from all other users.
func unhidePlan(e *core.RecordEnrichEvent) error {
	if auth := e.RequestInfo.Auth; auth != nil && auth.Collection().Name == "users" {
		actor, err := actors.InTeam(e.App, auth, e.Record)
		if errs.IgnoreNotFound(err) != nil {
			return err
		}
		if err == nil && actor.CanUsePanel() {
			e.Record.Unhide("plan", "admin_seats", "organizer_seats", "licences")
		}
	}
	return e.Next()
}

func normalize(app core.App, r *core.Record) error {
	var faults errs.List
	name, err := text.RequiredLine("name", "The team's name", r.GetString("name"), MaxName)
	faults.Add(err)
	description, err := text.CleanText("description", "The description", r.GetString("description"), MaxDescription)
	faults.Add(err)
	if _, err := time.LoadLocation(r.GetString("timezone")); err != nil || r.GetString("timezone") == "Local" {
		faults.Add(errs.Invalid("timezone", "bad_timezone", "Choose a time zone from the list, such as Europe/Lisbon."))
	}
	r.Set("name", name)
	if err := faults.Take(ensureSlug(app, r)); err != nil {
		return err
	}
	if err := faults.Err(); err != nil {
		return err
	}
	r.Set("description", description)
	return nil
}

// CodeSeatsLimited is the code of an error because the team's Organizer seats are limited (D2).
const CodeSeatsLimited = "seats_limited"

// validateHosting returns an error if every member would be allowed to host although the Organizer seats are limited. A
// setting made while they were unlimited is kept, but has no effect while they are limited.
func validateHosting(_ core.App, r *core.Record) error {
	if r.GetString("members_host") == "on" && record.Changed(r, "members_host") && !actors.PlanAllowsMemberHosts(r) {
		return seatsLimitedError()
	}
	return nil
}

func seatsLimitedError() error {
	return errs.Invalid("members_host", CodeSeatsLimited, "Every member can host only on a plan with unlimited Organizer seats. Give members the Organizer role instead.")
}
