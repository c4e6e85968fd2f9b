package panel

import (
	"strings"
	"time"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/views/ui"
)

// rowProps is a person as the list shows it.
func rowProps(row members.Row, zone *time.Location, you bool) RowProps {
	props := RowProps{
		ID: row.ID, Name: row.Called(), Picture: accounts.PicturePath(row.User, row.Avatar), You: you, Chips: chips(row),
		State: row.Status, Word: stateWord(row.Status), Small: stateSmall(row, zone), Tags: row.Tags, Active: row.Active.Time(), Zone: zone,
	}
	if row.Name != "" {
		props.Email = row.Email
	}
	return props
}

// chips are the roles that a person carries, and those that were offered with what became of it.
func chips(row members.Row) []ui.ChipProps {
	var all []ui.ChipProps
	for _, name := range row.Roles().Names() {
		all = append(all, ui.ChipProps{Label: capital(name), Look: name})
	}
	if row.Kind == members.Guest {
		all = append(all, ui.ChipProps{Label: "Guest", Kind: "guest", Icon: "user"})
	}
	return append(all, offerChips(row)...)
}

// offerChips are what the row's invitation offers, or offered: roles, or to be a member.
func offerChips(row members.Row) []ui.ChipProps {
	var all []ui.ChipProps
	if row.Offered().None() && row.User == "" {
		return []ui.ChipProps{{Label: "Member", State: offerState(row), Note: offerState(row)}}
	}
	for _, name := range row.Offered().Names() {
		all = append(all, ui.ChipProps{Label: capital(name), State: offerState(row), Note: offerState(row)})
	}
	return all
}

// offerState is the state of the row's invitation; a member's is listed only while it is open.
func offerState(row members.Row) string {
	if row.Asked {
		return invitations.Pending
	}
	return row.Status
}

func capital(name string) string {
	if name == "" {
		return ""
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

func stateWord(status string) string { return capital(status) }

// stateSmall is the small line under a state: when it ends, or when it ended.
func stateSmall(row members.Row, zone *time.Location) string {
	switch row.Status {
	case invitations.Pending:
		return "expires in " + until(row.Expires.Time())
	case invitations.Expired:
		return "on " + ui.When(row.Expires.Time(), time.Now(), zone, ui.Date)
	case invitations.Declined, invitations.Revoked:
		if !row.Answered.IsZero() {
			return "on " + ui.When(row.Answered.Time(), time.Now(), zone, ui.Date)
		}
	}
	return ""
}

// roleNamed is one of the roles that can be offered, by its key.
func roleNamed(key string) (actors.Role, bool) {
	for _, role := range actors.Catalogue {
		if role.Key == key {
			return role, true
		}
	}
	return actors.Role{}, false
}

// only is the set of one role.
func only(key string) actors.Roles {
	return actors.Roles{Admin: key == "admin", Organizer: key == "organizer"}
}

// until is how long it is to a moment, in whole days beyond one.
func until(at time.Time) string {
	left := time.Until(at)
	if left > 24*time.Hour {
		left = left.Round(24 * time.Hour)
	}
	return ui.Span(left)
}
