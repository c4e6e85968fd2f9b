package panel

import (
	"strings"
	"time"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/people"
	"usher/views/ui"
)

// newUserRowProps is a person as the list shows it.
func newUserRowProps(row people.Row, zone *time.Location, you bool) UserRowProps {
	props := UserRowProps{
		ID: row.ID, Name: row.DisplayName(), AvatarURL: accounts.AvatarPath(row.User, row.Avatar), You: you, Chips: roleChips(row),
		State: row.Status, StatusLabel: statusLabel(row.Status), StatusNote: statusNote(row, zone), Tags: row.Tags, LastActive: row.Active.Time(), Zone: zone,
	}
	if row.Name != "" {
		props.Email = row.Email
	}
	return props
}

// roleChips are the roles that a person carries, and those that were offered with what became of it.
func roleChips(row people.Row) []ui.ChipProps {
	var all []ui.ChipProps
	for _, name := range row.Roles().Names() {
		all = append(all, ui.ChipProps{Label: capitalize(name), Variant: name})
	}
	if row.Kind == actors.Guest {
		all = append(all, ui.ChipProps{Label: "Guest", Kind: "guest", Icon: "user"})
	}
	return append(all, invitationChips(row)...)
}

// invitationChips are what the row's invitation offers, or offered: roles, or to be a member.
func invitationChips(row people.Row) []ui.ChipProps {
	var all []ui.ChipProps
	if row.InvitedRoles().None() && row.User == "" {
		return []ui.ChipProps{{Label: "Member", State: invitationState(row), Note: invitationState(row)}}
	}
	for _, name := range row.InvitedRoles().Names() {
		all = append(all, ui.ChipProps{Label: capitalize(name), State: invitationState(row), Note: invitationState(row)})
	}
	return all
}

// invitationState is the state of the row's invitation; a member's is listed only while it is open.
func invitationState(row people.Row) string {
	if row.Invited {
		return invitations.Pending
	}
	return row.Status
}

func capitalize(name string) string {
	if name == "" {
		return ""
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

func statusLabel(status string) string { return capitalize(status) }

// statusNote is the small line under a state: when it ends, or when it ended.
func statusNote(row people.Row, zone *time.Location) string {
	switch row.Status {
	case invitations.Pending:
		return "expires in " + timeLeft(row.Expires.Time())
	case invitations.Expired:
		return "on " + ui.FormatTime(row.Expires.Time(), time.Now(), zone, ui.Date)
	case invitations.Declined, invitations.Revoked:
		if !row.Answered.IsZero() {
			return "on " + ui.FormatTime(row.Answered.Time(), time.Now(), zone, ui.Date)
		}
	}
	return ""
}

// findRole is one of the roles that can be offered, by its key.
func findRole(key string) (actors.Role, bool) {
	for _, role := range actors.AssignableRoles {
		if role.Key == key {
			return role, true
		}
	}
	return actors.Role{}, false
}

// singleRole is the set of one role.
func singleRole(key string) actors.Roles {
	return actors.Roles{Admin: key == "admin", Organizer: key == "organizer"}
}

// timeLeft is how long it is to a moment, in whole days beyond one.
func timeLeft(at time.Time) string {
	left := time.Until(at)
	if left > 24*time.Hour {
		left = left.Round(24 * time.Hour)
	}
	return ui.FormatDuration(left)
}
