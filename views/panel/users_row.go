package panel

import (
	"time"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/people"
	"usher/hooks/tools/text"
	"usher/views/ui"
)

// newUserRowProps returns the list row of a user or invitee.
func newUserRowProps(row people.Row, zone *time.Location, you bool) UserRowProps {
	props := UserRowProps{
		ID: row.ID, Name: row.DisplayName(), AvatarURL: accounts.AvatarPath(row.User, row.Avatar), You: you, Chips: roleChips(row),
		State: row.Status, StatusLabel: statusLabel(row.Status), StatusNote: statusNote(row, zone), Tags: row.Tags, LastActive: row.Active.Time(), Zone: zone,
	}
	if row.Name != "" {
		props.Email = accounts.AddressLabel(row.Email)
	}
	if row.TwoFactors && row.Kind == actors.Member {
		props.Chips = append(props.Chips, ui.ChipProps{Label: "2FA", Icon: "shield-check"})
	}
	return props
}

// roleChips returns chips for the roles held and offered.
func roleChips(row people.Row) []ui.ChipProps {
	var all []ui.ChipProps
	for _, name := range row.Roles().Names() {
		all = append(all, ui.ChipProps{Label: text.Capitalize(name), Variant: name})
	}
	if row.Kind == actors.Guest {
		all = append(all, ui.ChipProps{Label: "Guest", Kind: "guest", Icon: "user"})
	}
	return append(all, invitationChips(row)...)
}

// invitationChips returns chips for what the row's invitation offers: roles, or membership.
func invitationChips(row people.Row) []ui.ChipProps {
	var all []ui.ChipProps
	if row.InvitedRoles().None() && row.User == "" {
		return []ui.ChipProps{{Label: "Member", State: invitationState(row), Note: invitationState(row)}}
	}
	for _, name := range row.InvitedRoles().Names() {
		all = append(all, ui.ChipProps{Label: text.Capitalize(name), State: invitationState(row), Note: invitationState(row)})
	}
	return all
}

// invitationState returns the state of the row's invitation. A member's invitation is listed only while it is pending.
func invitationState(row people.Row) string {
	if row.Invited {
		return invitations.Pending
	}
	return row.Status
}

func statusLabel(status string) string { return text.Capitalize(status) }

// statusNote is the line below the status: when the invitation expires, or when it ended.
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

// findRole finds an assignable role by its key.
func findRole(key string) (actors.Role, bool) {
	for _, role := range actors.AssignableRoles {
		if role.Key == key {
			return role, true
		}
	}
	return actors.Role{}, false
}

// singleRole returns the set that contains one role.
func singleRole(key string) actors.Roles {
	return actors.Roles{Admin: key == "admin", Organizer: key == "organizer"}
}

// timeLeft formats the time until t, rounded to days from one day on.
func timeLeft(t time.Time) string {
	left := time.Until(t)
	if left > 24*time.Hour {
		left = left.Round(24 * time.Hour)
	}
	return ui.FormatDuration(left)
}
