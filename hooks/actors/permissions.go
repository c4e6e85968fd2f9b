package actors

import "github.com/pocketbase/pocketbase/core"

// Permission is a row of the table of roles and permissions (R155).
type Permission struct {
	Label   string
	Granted []bool // one for each of Columns
}

// PermissionColumns are the columns of the table: each role, a member without a role, and a guest.
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
	{"Change the plan and add-ons", (*Actor).CanManageBilling},
	{"Invite and remove Admins", (*Actor).CanManageAdmins},
	{"Let Admins manage other Admins", (*Actor).CanDelegateAdmins},
	{"Transfer the team to an Admin", (*Actor).CanTransferOwnership},
	{"Delete the team", (*Actor).CanDeleteTeam},
}

// Permissions returns the table for a team with its settings and plan. It calls the same predicates as pages and actions.
func Permissions(team *core.Record) []Permission {
	holders := []*Actor{
		{Kind: "member", Roles: Roles{Owner: true}}, {Kind: "member", Roles: Roles{Admin: true}},
		{Kind: "member", Roles: Roles{Organizer: true}}, {Kind: "member"}, {Kind: "guest"},
	}
	table := make([]Permission, len(permissions))
	for n, permission := range permissions {
		table[n].Label = permission.label
		for _, holder := range holders {
			holder.Team = team
			table[n].Granted = append(table[n].Granted, permission.holds(holder))
		}
	}
	return table
}
