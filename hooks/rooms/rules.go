package rooms

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"usher/hooks/plans"
	"usher/hooks/record"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// bookingPriority is where the judge of bookings stands among the hooks of a session: others set its time.
const bookingPriority = 100

// Register wires what holds for every writer: of a room, a readable name of its own in the team, a link of its own
// everywhere, which nobody guesses where it lets anyone in, settings that the team's plan gives, and its team for ever;
// of a session, that nothing else has its room at that time.
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

// normalize brings the fields of a room into shape, and fills those that were left empty (R91).
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
		faults.Add(errs.Invalid("people", "bad_number", "The largest number of people is a whole number, or 0 for as many as the plan lets."))
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

// validate judges a room against the others of its team and the plan once more, with what others wrote meanwhile.
func validate(app core.App, r *core.Record) error {
	if err := validateName(app, r); err != nil {
		return err
	}
	return validateMaxPeople(app, r)
}

// validateMaxPeople refuses more people than the plan lets into a session.
func validateMaxPeople(app core.App, r *core.Record) error {
	if r.GetInt("people") <= 0 || !record.Changed(r, "people") {
		return nil
	}
	most, plan, err := PlanMaxPeople(app, r.GetString("team"))
	if err != nil {
		return err
	}
	if most != plans.Unlimited && r.GetInt("people") > most {
		return errs.Invalid("people", CodePlanLimit, fmt.Sprintf("The plan %s lets %d people into a session. Choose fewer. %s.", plan, most, plans.LargerPlanHint))
	}
	return nil
}

// validateName refuses the name of another room that is in use, and more rooms than a team can have.
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
			return errs.Invalid("name", CodeTaken, "Another room of the team is called “"+other.Name()+"”. Give one of them another name.")
		}
	}
	if count >= MaxRooms && record.Changed(r, "archived") {
		return errs.Invalid("base", errs.CodeTooMany, fmt.Sprintf("A team can have at most %d rooms. Archive one that is not used any more.", MaxRooms))
	}
	return nil
}

// validateUpdate is guard for a room that is there: it stays its team's, and a link that it leaves is remembered.
func validateUpdate(e *core.RecordEvent) error {
	return record.InTx(e, func() error {
		before := e.Record.Original()
		if record.Differs(e.Record, before, "team") {
			return errs.Invalid("team", "fixed", "A room stays with its team.")
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

// validateLink refuses a replaced link that is somebody's link.
func validateLink(app core.App, r *core.Record) error {
	if !r.IsNew() && record.Changed(r, "room", "slug") {
		return errs.Invalid("base", "fixed", "A replaced link stays as it is.")
	}
	n, err := app.CountRecords("rooms", dbx.NewExp("slug = {:slug} COLLATE NOCASE", dbx.Params{"slug": r.GetString("slug")}))
	if err != nil {
		return fmt.Errorf("look for a link: %w", err)
	}
	if n > 0 {
		return errs.Invalid("slug", CodeTaken, "A room has this link.")
	}
	return nil
}

// PlanMaxPeople is how many people the team's plan lets into a session, plans.Unlimited for no limit, and what the
// plan is called.
func PlanMaxPeople(app core.App, team string) (most int, plan string, err error) {
	found, err := teams.Find(app, team)
	if err != nil {
		return 0, "", err
	}
	gives, err := plans.Find(app, found.GetString("plan"))
	if err != nil {
		return 0, "", fmt.Errorf("find the plan of a team: %w", err)
	}
	return gives.GetInt("session_people"), gives.Name(), nil
}

// validateRoom refuses a session in a room that its team does not have, before the shape of the field is judged.
func validateRoom(app core.App, s *core.Record) error {
	if s.GetString("room") == "" || !record.Changed(s, "room") {
		return nil
	}
	_, err := FindForSession(app, s.GetString("team"), s.GetString("room"))
	return err
}
