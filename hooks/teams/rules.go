package teams

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/mail"
	"usher/hooks/record"
)

// Register wires what holds for every writer of a team: a readable name, a slug of its own, a real time zone;
// it goes only when nothing keeps it.
func Register(app core.App) {
	app.OnRecordCreate("teams").BindFunc(record.Guard(tidy))
	app.OnRecordUpdate("teams").BindFunc(record.Guard(tidy))
	app.OnRecordUpdateExecute("teams").BindFunc(record.Guard(guardHosting))
	app.OnRecordDeleteExecute("teams").BindFunc(guardDelete)
	mail.SendWhile(app, stillAdmin, mail.KindTest)
	mail.SendWhile(app, mail.Always, mail.KindTeamDeleted)
	app.OnRecordEnrich("teams").BindFunc(showPlan)
}

// showPlan gives what the team has bought to the Owner and Admins, over PocketBase's own addresses and realtime. The
// fields are hidden from everybody else.
func showPlan(e *core.RecordEnrichEvent) error {
	if auth := e.RequestInfo.Auth; auth != nil && auth.Collection().Name == "users" {
		actor, err := actors.In(e.App, auth, e.Record)
		if record.UnlessNotFound(err) != nil {
			return err
		}
		if err == nil && actor.SeesPanel() {
			e.Record.Unhide("plan", "admin_seats", "organizer_seats", "licences")
		}
	}
	return e.Next()
}

func tidy(app core.App, r *core.Record) error {
	var faults record.Faults
	name, err := record.RequiredLine("name", "The team's name", r.GetString("name"), MaxName)
	faults.Add(err)
	description, err := record.Paragraph("description", "The description", r.GetString("description"), MaxDescription)
	faults.Add(err)
	if _, err := time.LoadLocation(r.GetString("timezone")); err != nil || r.GetString("timezone") == "Local" {
		faults.Add(record.Refuse("timezone", "bad_timezone", "Choose a time zone from the list, such as Europe/Lisbon."))
	}
	if err := faults.Err(); err != nil {
		return err
	}
	r.Set("name", name)
	r.Set("description", description)
	switch slug := r.GetString("slug"); {
	case slug == "":
		if slug, err = freeSlug(app, name); err != nil {
			return err
		}
		r.Set("slug", slug)
	case record.LooksLikeID(slug):
		return record.Refuse("slug", "bad_slug", "A team's address cannot be 15 letters and digits.")
	}
	return nil
}

// CodeSeats is the code of a refusal because the team's Organizer seats are limited (D2).
const CodeSeats = "seats_limited"

// guardHosting refuses to let every member host where the Organizer seats are limited: nobody hosts past them. Said
// while they were not, it stands and means nothing until they are again.
func guardHosting(_ core.App, r *core.Record) error {
	if r.GetString("members_host") == "on" && record.Changed(r, "members_host") && !actors.MembersMayHost(r) {
		return seatsLimited()
	}
	return nil
}

func seatsLimited() error {
	return record.Refuse("members_host", CodeSeats, "Every member may host only where the plan has Organizer seats without a limit. Offer the Organizer role instead.")
}
