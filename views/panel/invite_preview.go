package panel

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/addresslist"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/plans"
	"usher/hooks/seats"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
	"usher/views/ui"
	"usher/views/web"
)

// loadAdd returns the form as typed, with a preview of its lines.
func loadAdd(e *core.RequestEvent, input addInput) (AddProps, error) {
	actor := web.Actor(e)
	now, err := seats.Of(e.App, actor.Team.Id)
	if err != nil {
		return AddProps{}, err
	}
	props := AddProps{
		Path: usersPath(e), PlanURL: billingPath(e), List: input.List, Note: input.Note, Source: input.Source, Notes: input.Notes, EmailEnabled: mail.Enabled(e.App),
		Roles: roleCheckRows(actor, input.Roles, now), OrganizerFree: now.Organizer.Fits(1),
		ListError: input.Errors["emails"], FileError: input.Errors["file"], NoteError: input.Errors["note"], BaseError: baseError(input.Errors),
	}
	if len(input.Parsed.Entries) == 0 {
		return props, nil
	}
	if input.isImport() {
		return props, fillImportPreview(e, &props, input)
	}
	preview, err := invitations.PreviewInvite(e.App, actor, input.request())
	if faults, ok := web.FormErrorsOf(err); ok {
		props.setRefusal(e, err, faults)
		return props, nil
	}
	if err != nil {
		return props, err
	}
	return props, fillPreview(e.App, &props, actor, input.Roles, now, preview)
}

// baseError returns the error of the form as a whole.
func baseError(faults web.FormErrors) string {
	if sentence := faults["base"]; sentence != "" {
		return sentence
	}
	return faults["roles"]
}

// roleCheckRows returns the role checkboxes. Roles that the actor can't offer are disabled with a reason (R48).
func roleCheckRows(actor *actors.Actor, selected actors.Roles, now seats.Seats) []ui.CheckRowProps {
	var all []ui.CheckRowProps
	for _, role := range actors.AssignableRoles {
		choice := ui.CheckRowProps{ID: "role-" + role.Key, Name: "role", Value: role.Key, Label: role.Label, Text: role.Description,
			Note: freeLabel(seatCount(now, role.Key)), Checked: singleRole(role.Key).Without(selected).None()}
		if !actor.CanInvite(singleRole(role.Key), actors.Roles{}) {
			choice.Disabled, choice.Checked, choice.Note = true, false, ""
			choice.Text = "Only the Owner can invite Admins in this team."
		}
		all = append(all, choice)
	}
	return all
}

func seatCount(s seats.Seats, role string) seats.Count {
	if role == "admin" {
		return s.Admin
	}
	return s.Organizer
}

func freeLabel(c seats.Count) string {
	if c.Limit == plans.Unlimited {
		return "no limit"
	}
	return ui.Count(c.Free(), "seat free", "seats free")
}

// fillPreview fills in the outcome of each line and the seats afterwards.
func fillPreview(app core.App, props *AddProps, actor *actors.Actor, roles actors.Roles, now seats.Seats, preview invitations.InvitePreview) error {
	props.HasPreview, props.SendCount = true, preview.EmailCount
	holders, err := seats.Holders(app, actor.Team.Id, maxHolders)
	if err != nil {
		return err
	}
	for _, line := range preview.Lines {
		shown := newLinePreview(line)
		if hasExtras := line.Line.Roles + line.Line.Tags; hasExtras != "" && line.Status != invitations.Refused {
			shown.Detail = lineDetail(line)
		}
		props.LinePreviews = append(props.LinePreviews, shown)
		switch line.Status {
		case invitations.Refused:
			props.SkippedCount++
			if shown.Outcome == "full" {
				props.NamesWithoutSeat = append(props.NamesWithoutSeat, displayName(line.Line))
			}
		default:
			holders, roles = withReservation(holders, line.Line, line.Roles), roles.With(line.Roles)
		}
	}
	for _, role := range actors.AssignableRoles {
		if !singleRole(role.Key).Without(roles).None() {
			continue
		}
		before, after := seatCount(now, role.Key), seatCount(preview.Seats, role.Key)
		drawn := newSeatsProps(role.Label, props.Path, after, holders, func(h seats.Holder) bool {
			return role.Key == "admin" && h.Admin || role.Key == "organizer" && h.Organizer
		})
		props.SeatsAfter = append(props.SeatsAfter, SeatsAfterProps{Seats: withoutLinks(drawn), AddedReservations: after.Reserved - before.Reserved})
	}
	return nil
}

// withoutLinks removes the links of seats, so that a stray click doesn't leave the dialog.
func withoutLinks(s SeatsProps) SeatsProps {
	s.ID = "-after"
	for _, five := range s.Rows {
		for n := range five {
			five[n].Href = ""
		}
	}
	return s
}

// lineDetail says which roles and tags a line of a table gets: "Admin and Organizer · Sound, Film".
func lineDetail(line invitations.LinePreview) string {
	detail := text.Capitalize(line.Roles.Label())
	if tags := addresslist.SplitTags(line.Line.Tags); len(tags) > 0 {
		detail += " · " + strings.Join(tags, ", ")
	}
	return detail
}

// newLinePreview describes the outcome of a line in a few words.
func newLinePreview(line invitations.LinePreview) LinePreviewProps {
	props := LinePreviewProps{Name: line.Line.Name, Address: line.Line.Address, Outcome: "bad", Icon: "circle-x"}
	if line.Line.Err != nil {
		props.Name, props.Address = "", clean(line.Line.Raw)
	}
	first, _, _ := strings.Cut(line.Message, ". ")
	first = strings.TrimSuffix(first, ".")
	switch {
	case line.Status == invitations.Invited:
		props.Label, props.Outcome, props.Icon = "Will be invited", "ok", "circle-check"
	case line.Status == invitations.Updated:
		props.Label, props.Outcome, props.Icon = changeText(line.Before, line.Roles), "ok", "refresh-cw"
	case line.Code == invitations.CodeDuplicate:
		props.Label, props.Outcome, props.Icon = "Listed twice", "skip", "copy"
	case line.Code == invitations.CodeAlreadyMember:
		props.Label, props.Outcome, props.Icon = "Already a member", "skip", "user-check"
	case line.Code == invitations.CodeAlreadyInvited:
		props.Label, props.Outcome, props.Icon = "Already invited", "skip", "mail-check"
	case line.Code == seats.CodeFull:
		props.Label, props.Outcome, props.Icon = strings.Replace(first, "There are no", "No", 1), "full", "armchair"
	case line.Code == errs.CodeNotAllowed:
		props.Label, props.Icon = first, "lock"
	default:
		props.Label = first
	}
	return props
}

// changeText says how the roles of a pending invitation change: "Organizer → Admin, frees 1 Organizer seat".
func changeText(before, after actors.Roles) string {
	change := text.Capitalize(before.Label()) + " → " + text.Capitalize(after.Label())
	if freed := seatsText(before.Without(after)); freed != "" {
		change += ", frees " + freed
	}
	return change
}

// withReservation adds the reserved seat of a line, or updates the roles of an invitation that is already pending.
func withReservation(holders []seats.Holder, line invitations.Line, roles actors.Roles) []seats.Holder {
	for n := range holders {
		if holders[n].Reserved && holders[n].Email == line.Address {
			holders[n].Admin, holders[n].Organizer = roles.Admin, roles.Organizer
			return holders
		}
	}
	return append(holders, seats.Holder{Name: line.Name, Email: line.Address,
		Admin: roles.Admin, Organizer: roles.Organizer, Reserved: true})
}
