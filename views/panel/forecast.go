package panel

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/plans"
	"usher/hooks/record"
	"usher/hooks/seats"
	"usher/views/ui"
	"usher/views/web"
)

// addProps is the form with what was typed, and what would happen to its lines.
func addProps(e *core.RequestEvent, input addInput) (AddProps, error) {
	actor := web.Actor(e)
	now, err := seats.Of(e.App, actor.Team.Id)
	if err != nil {
		return AddProps{}, err
	}
	props := AddProps{
		Path: usersPath(e), Plan: settingsPath(e) + "#plan", List: input.List, Note: input.Note, Source: input.Source, Notes: input.Notes, Mails: mail.Works(e.App),
		Roles: choices(actor, input.Roles, now), OrganizerFree: now.Organizer.Fits(1),
		ListError: input.Faults["emails"], FileError: input.Faults["file"], NoteError: input.Faults["note"], BaseError: base(input.Faults),
	}
	if len(input.Read.Entries) == 0 {
		return props, nil
	}
	if input.long() {
		return props, surveyed(e, &props, input)
	}
	forecast, err := invitations.Preview(e.App, actor, input.offer())
	if faults, ok := web.FaultsOf(err); ok {
		props.refused(e, err, faults)
		return props, nil
	}
	if err != nil {
		return props, err
	}
	return props, foretold(e.App, &props, actor, input.Roles, now, forecast)
}

// base is what is said of a form as a whole.
func base(faults web.Faults) string {
	if sentence := faults["base"]; sentence != "" {
		return sentence
	}
	return faults["roles"]
}

// choices are the roles with why one cannot be offered (R48).
func choices(actor *actors.Actor, chosen actors.Roles, now seats.Seats) []ui.CheckRowProps {
	var all []ui.CheckRowProps
	for _, role := range actors.Catalogue {
		choice := ui.CheckRowProps{ID: "role-" + role.Key, Name: "role", Value: role.Key, Label: role.Word, Text: role.Does,
			Note: free(countOf(now, role.Key)), Checked: only(role.Key).Without(chosen).None()}
		if !actor.CanInvite(only(role.Key), actors.Roles{}) {
			choice.Disabled, choice.Checked, choice.Note = true, false, ""
			choice.Text = "Only the Owner invites Admins in this team."
		}
		all = append(all, choice)
	}
	return all
}

func countOf(s seats.Seats, role string) seats.Count {
	if role == "admin" {
		return s.Admin
	}
	return s.Organizer
}

func free(c seats.Count) string {
	if c.Limit == plans.Unlimited {
		return "no limit"
	}
	return ui.Count(c.Free(), "seat free", "seats free")
}

// foretold fills what would happen: the fate of each line, and the seats after it.
func foretold(app core.App, props *AddProps, actor *actors.Actor, roles actors.Roles, now seats.Seats, forecast invitations.Forecast) error {
	props.Checked, props.Send = true, forecast.Send
	holders, err := seats.Holders(app, actor.Team.Id, maxHolders)
	if err != nil {
		return err
	}
	for _, fate := range forecast.Fates {
		f := fateOf(fate)
		props.Fates = append(props.Fates, f)
		switch fate.Status {
		case invitations.Refused:
			props.Left++
			if f.Look == "full" {
				props.Waiting = append(props.Waiting, called(fate.Line))
			}
		default:
			holders = promised(holders, fate.Line, roles)
		}
	}
	for _, role := range actors.Catalogue {
		if !only(role.Key).Without(roles).None() {
			continue
		}
		before, after := countOf(now, role.Key), countOf(forecast.Seats, role.Key)
		drawn := seatMap(role.Word, props.Path, after, holders, func(h seats.Holder) bool {
			return role.Key == "admin" && h.Admin || role.Key == "organizer" && h.Organizer
		})
		props.After = append(props.After, AfterProps{Seats: unlinked(drawn), More: after.Reserved - before.Reserved})
	}
	return nil
}

// unlinked are seats that lead nowhere: a dialog is no place to leave from by a slip.
func unlinked(s SeatsProps) SeatsProps {
	s.ID = "-after"
	for _, five := range s.Fives {
		for n := range five {
			five[n].Href = ""
		}
	}
	return s
}

// fateOf is what would happen to a line, or did, in a word or two.
func fateOf(fate invitations.Fate) FateProps {
	props := FateProps{Name: fate.Line.Name, Address: fate.Line.Address, Look: "bad", Icon: "circle-x"}
	if fate.Line.Fault != nil {
		props.Name, props.Address = "", clean(fate.Line.Raw)
	}
	first, _, _ := strings.Cut(fate.Message, ". ")
	first = strings.TrimSuffix(first, ".")
	switch {
	case fate.Status == invitations.Invited:
		props.Word, props.Look, props.Icon = "Will be invited", "ok", "circle-check"
	case fate.Status == invitations.Updated:
		props.Word, props.Look, props.Icon = "Gets the new roles", "ok", "refresh-cw"
	case fate.Code == invitations.CodeDuplicate:
		props.Word, props.Look, props.Icon = "Listed twice", "skip", "copy"
	case fate.Code == invitations.CodeAlreadyMember:
		props.Word, props.Look, props.Icon = "Already a member", "skip", "user-check"
	case fate.Code == invitations.CodeAlreadyInvited:
		props.Word, props.Look, props.Icon = "Already invited", "skip", "mail-check"
	case fate.Code == seats.CodeFull:
		props.Word, props.Look, props.Icon = strings.Replace(first, "There is no", "No", 1), "full", "armchair"
	case fate.Code == record.CodeNotAllowed:
		props.Word, props.Icon = first, "lock"
	default:
		props.Word = first
	}
	return props
}

// promised adds a seat that would be reserved, or gives who is asked already the new roles.
func promised(holders []seats.Holder, line invitations.Line, roles actors.Roles) []seats.Holder {
	for n := range holders {
		if holders[n].Reserved && holders[n].Email == line.Address {
			holders[n].Admin, holders[n].Organizer = roles.Admin, roles.Organizer
			return holders
		}
	}
	return append(holders, seats.Holder{Name: line.Name, Email: line.Address,
		Admin: roles.Admin, Organizer: roles.Organizer, Reserved: true})
}
