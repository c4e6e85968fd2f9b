package actors

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// Roles are the roles of a user in a team. Admin and Organizer are
// independent of each other (R20); there is one Owner (R21).
type Roles struct {
	Owner     bool
	Admin     bool
	Organizer bool
}

// ParseRoles parses names of roles from forms and the API. Owner can't be requested.
func ParseRoles(names []string) (Roles, error) {
	var roles Roles
	for _, name := range names {
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "admin":
			roles.Admin = true
		case "organizer":
			roles.Organizer = true
		case "", "member":
		default:
			return Roles{}, errs.Invalid("roles", "bad_role", "Choose Admin, Organizer, both or none.")
		}
	}
	return roles, nil
}

// RolesOf returns the roles of a membership or an invitation.
func RolesOf(r *core.Record) Roles {
	return Roles{Owner: r.GetBool("owner"), Admin: r.GetBool("admin"), Organizer: r.GetBool("organizer")}
}

// Names returns the keys of the roles in display order.
func (r Roles) Names() []string {
	names := []string{}
	if r.Owner {
		names = append(names, "owner")
	}
	if r.Admin {
		names = append(names, "admin")
	}
	if r.Organizer {
		names = append(names, "organizer")
	}
	return names
}

// None reports whether there are no roles: a plain member or a guest (R26).
func (r Roles) None() bool { return r == Roles{} }

// CanUsePanel reports whether the roles open the Admin Panel (R14).
func (r Roles) CanUsePanel() bool { return r.Owner || r.Admin }

// Highest returns the most powerful role: "Owner", "Admin", "Organizer", or "".
func (r Roles) Highest() string {
	switch {
	case r.Owner:
		return "Owner"
	case r.Admin:
		return "Admin"
	case r.Organizer:
		return "Organizer"
	}
	return ""
}

// Without returns the roles that are not in other.
func (r Roles) Without(other Roles) Roles {
	return Roles{r.Owner && !other.Owner, r.Admin && !other.Admin, r.Organizer && !other.Organizer}
}

// With returns the roles of both.
func (r Roles) With(other Roles) Roles {
	return Roles{r.Owner || other.Owner, r.Admin || other.Admin, r.Organizer || other.Organizer}
}

// Label returns the roles as text: "Admin and Organizer", or "member".
func (r Roles) Label() string {
	words := []string{}
	for _, name := range r.Names() {
		words = append(words, text.Capitalize(name))
	}
	if len(words) == 0 {
		return "member"
	}
	return strings.Join(words, " and ")
}

// Role describes a role for users.
type Role struct {
	Key               string
	Label             string
	Description       string // "Schedules and hosts sessions for the team."
	HolderDescription string // for the holder: "You schedule …"
}

// AssignableRoles are the roles that can be offered, in display order.
var AssignableRoles = []Role{
	{"organizer", "Organizer", "Schedules and hosts sessions for the team.",
		"You schedule and host sessions for the team, and run them live."},
	{"admin", "Admin", "Manages users, seats and the team's settings.",
		"You manage the team's users, seats and settings in the Admin Panel."},
}

// Details returns the descriptions of the roles.
func (r Roles) Details() []Role {
	var explained []Role
	for _, role := range AssignableRoles {
		if role.Key == "admin" && r.Admin || role.Key == "organizer" && r.Organizer {
			explained = append(explained, role)
		}
	}
	return explained
}
