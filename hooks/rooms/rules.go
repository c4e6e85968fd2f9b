package rooms

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"usher/hooks/plans"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// bookingPriority runs validateBooking after the hooks that set the time of a session.
const bookingPriority = 100

// Register registers the rules for every write. A room has a unique name in its team, a unique link, which can't be guessed if
// it lets anyone in, settings within the team's plan, and a team that doesn't change. No two sessions book a room at the same
// time.
func Register(app core.App) {
	app.OnRecordCreate("rooms").BindFunc(record.Guard(normalize))
	app.OnRecordUpdate("rooms").BindFunc(record.Guard(normalize))
	app.OnRecordCreateExecute("rooms").BindFunc(record.Guard(validate))
	app.OnRecordUpdateExecute("rooms").BindFunc(validateUpdate)
	app.OnRecordUpdateExecute("room_links").BindFunc(record.Guard(validateLink))
	app.OnRecordCreateExecute("room_links").BindFunc(record.Guard(validateLink))

	app.OnRecordCreate("sessions").BindFunc(record.Guard(validateRoom))
	app.OnRecordUpdate("sessions").BindFunc(record.Guard(validateRoom))
	booking := &hook.Handler[*core.RecordEvent]{Id: "usherBooking", Func: record.Guard(validateBooking), Priority: bookingPriority}
	app.OnRecordCreateExecute("sessions").Bind(booking)
	app.OnRecordUpdateExecute("sessions").Bind(booking)
}

// normalize cleans the fields of a room and sets defaults (R91).
func normalize(app core.App, r *core.Record) error {
	var faults errs.List
	name, err := text.RequiredLine("name", "The name", r.GetString("name"), MaxName)
	faults.Add(err)
	r.Set("name", name)
	description, err := text.CleanText("description", "The description", r.GetString("description"), MaxDescription)
	faults.Add(err)
	r.Set("description", description)
	for _, choice := range choiceFields {
		if r.GetString(choice.field) == "" {
			r.Set(choice.field, choice.initial)
		}
		faults.Add(choice.validate(r.GetString(choice.field)))
	}
	if n := r.GetFloat("people"); n < 0 || n != float64(int(n)) {
		faults.Add(errs.Invalid("people", "bad_number", "Enter a whole number of people, or 0 for the plan's limit."))
	}
	for _, judge := range []func(core.App, *core.Record) error{validateName, validateMaxPeople, ensureSlug} {
		err := judge(app, r)
		if _, _, _, refused := errs.Details(err); err != nil && !refused {
			return err
		}
		faults.Add(err)
	}
	return faults.Err()
}

// validate checks a room against the team's other rooms and the plan, with the data of the transaction.
func validate(app core.App, r *core.Record) error {
	if err := validateName(app, r); err != nil {
		return err
	}
	return validateMaxPeople(app, r)
}

// validateMaxPeople refuses more people than the plan allows in a session.
func validateMaxPeople(app core.App, r *core.Record) error {
	if r.GetInt("people") <= 0 || !record.Changed(r, "people") {
		return nil
	}
	plan, err := plans.ForTeam(app, r.GetString("team"))
	if err != nil {
		return err
	}
	if most := plan.SessionPeople(); most != plans.Unlimited && r.GetInt("people") > most {
		return errs.Invalid("people", CodePlanLimit, fmt.Sprintf("On the %s plan, a session can have up to %d people. Enter a lower number. %s.", plan.Name(), most, plans.LargerPlanHint))
	}
	return nil
}

// validateName refuses the name of another active room, and more rooms than a team can have.
func validateName(app core.App, r *core.Record) error {
	if r.GetString("archived") != "" || !record.Changed(r, "name", "archived") {
		return nil
	}
	others, err := List(app, r.GetString("team"))
	if err != nil {
		return err
	}
	count := 0
	for _, other := range others {
		if other.Id == r.Id {
			continue
		}
		if count++; sameName(other.Name(), r.GetString("name")) {
			return errs.Invalid("name", CodeTaken, "This team already has a room called “"+other.Name()+"”. Choose another name.")
		}
	}
	if count >= MaxRooms && record.Changed(r, "archived") {
		return errs.Invalid("base", errs.CodeTooMany, fmt.Sprintf("A team can have up to %d rooms. Archive a room you no longer use.", MaxRooms))
	}
	return nil
}

// validateUpdate checks a change of a room: its team stays, and its previous link is stored.
func validateUpdate(e *core.RecordEvent) error {
	return record.InTx(e, func() error {
		before := e.Record.Original()
		if record.Differs(e.Record, before, "team") {
			return errs.Invalid("team", "fixed", "The team of a room can't be changed.")
		}
		if err := validate(e.App, e.Record); err != nil {
			return err
		}
		if err := e.Next(); err != nil || !record.Differs(e.Record, before, "slug") {
			return err
		}
		return rememberOldSlug(e.App, e.Record.Id, before.GetString("slug"), e.Record.GetString("slug"))
	})
}

// validateLink refuses a previous link that is the current link of a room.
func validateLink(app core.App, r *core.Record) error {
	if !r.IsNew() && record.Changed(r, "room", "slug") {
		return errs.Invalid("base", "fixed", "A replaced link can't be changed.")
	}
	n, err := app.CountRecords("rooms", dbx.NewExp("slug = {:slug} COLLATE NOCASE", dbx.Params{"slug": r.GetString("slug")}))
	if err != nil {
		return fmt.Errorf("look for a link: %w", err)
	}
	if n > 0 {
		return errs.Invalid("slug", CodeTaken, "This link is used by a room.")
	}
	return nil
}

// validateRoom refuses a session in a room that its team doesn't have, before the fields are validated.
func validateRoom(app core.App, s *core.Record) error {
	if s.GetString("room") == "" || !record.Changed(s, "room") {
		return nil
	}
	_, err := FindForSession(app, s.GetString("team"), s.GetString("room"))
	return err
}
