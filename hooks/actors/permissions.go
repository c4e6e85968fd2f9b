package actors

import "github.com/pocketbase/pocketbase/core"

// Permission is a row of the table of roles and permissions (R155).
type Permission struct {
	Label   string
	Granted []bool // one for each of Columns
}

// PermissionColumns are the columns of the table: each role by itself, a member without a role, and a guest.
var PermissionColumns = []string{"Owner", "Admin", "Organizer", "Member", "Guest"}

var permissions = []struct {
	label string
	holds func(*Actor) bool
}{
	{"Join sessions they're invited to", func(*Actor) bool { return true }},
	{"See rooms and when they're free", (*Actor).CanSeeRooms},
	{"Schedule and host sessions", (*Actor).CanHost},
	{"Open the Admin Panel and read the audit log", (*Actor).CanUsePanel},
	{"Invite and remove Organizers, members and guests", func(a *Actor) bool {
		return a.CanInvite(Roles{Organizer: true}, Roles{}) && a.CanRemove(Roles{Organizer: true}, false)
	}},
	{"Create, change and archive rooms", (*Actor).CanEditRooms},
	{"Change the team's name, logo and settings", (*Actor).CanEditTeam},
	{"Invite and remove Admins", (*Actor).CanManageAdmins},
	{"Let Admins manage other Admins", (*Actor).CanDelegateAdmins},
	{"Delete the team", (*Actor).CanDeleteTeam},
}

// Permissions is the table as it holds in the team, with its settings and plan. It asks the predicates that pages and
// actions ask.
func Permissions(team *core.Record) []Permission {
	carriers := []*Actor{
		{Kind: "member", Roles: Roles{Owner: true}}, {Kind: "member", Roles: Roles{Admin: true}},
		{Kind: "member", Roles: Roles{Organizer: true}}, {Kind: "member"}, {Kind: "guest"},
	}
	table := make([]Permission, len(permissions))
	for n, permission := range permissions {
		table[n].Label = permission.label
		for _, carrier := range carriers {
			carrier.Team = team
			table[n].Granted = append(table[n].Granted, permission.holds(carrier))
		}
	}
	return table
}
