package actors

import "github.com/pocketbase/pocketbase/core"

// CanUsePanel reports whether the actor may open the Admin Panel of the team (R14).
func (a *Actor) CanUsePanel() bool { return a.Roles.CanUsePanel() && !a.LacksTwoFactors }

// CanEditTeam reports whether the actor may change the team's profile and settings (R9).
func (a *Actor) CanEditTeam() bool { return a.CanUsePanel() }

// CanManageBilling reports whether the actor may see and change the team's plan and add-ons (R134).
func (a *Actor) CanManageBilling() bool { return a.CanUsePanel() }

// CanEditRooms reports whether the actor may create, change and archive the team's rooms (R85).
func (a *Actor) CanEditRooms() bool { return a.CanUsePanel() }

// CanSeeRooms reports whether the actor may see the team's rooms and their bookings: members may, guests may not.
func (a *Actor) CanSeeRooms() bool { return a.Kind == "member" }

// CanDelegateAdmins reports whether the actor may let Admins manage Admins (D1).
func (a *Actor) CanDelegateAdmins() bool { return a.CanUsePanel() && a.Roles.Owner }

// CanHost reports whether the actor may schedule, start and run sessions for the team: an Organizer, or any member
// if the team lets every member host (D2). Guests may not.
func (a *Actor) CanHost() bool {
	return a.Roles.Organizer || a.Kind == "member" && MembersCanHost(a.Team)
}

// MembersCanHost reports whether every member of the team may host: Organizer seats are unlimited, and the team hasn't turned
// it off (D2).
func MembersCanHost(team *core.Record) bool {
	return PlanAllowsMemberHosts(team) && team.GetString("members_host") != "off"
}

// PlanAllowsMemberHosts reports whether the team may let every member host: its Organizer seats are unlimited.
func PlanAllowsMemberHosts(team *core.Record) bool {
	return team.GetInt("organizer_seats") == unlimited
}

const unlimited = -1

// CanTransferOwnership reports whether the actor may offer the team to an Admin (R29).
func (a *Actor) CanTransferOwnership() bool { return a.CanUsePanel() && a.Roles.Owner }

// CanDeleteTeam reports whether the actor may delete the team (R12).
func (a *Actor) CanDeleteTeam() bool { return a.CanUsePanel() && a.Roles.Owner }

// CanManageAdmins reports whether the actor may invite, promote, revoke or remove Admins (D1).
func (a *Actor) CanManageAdmins() bool {
	return a.CanUsePanel() && (a.Roles.Owner || a.Team.GetBool("admins_manage_admins"))
}

// CanManage reports whether the actor may change another user with these roles. The Owner can't be managed.
func (a *Actor) CanManage(target Roles) bool {
	switch {
	case !a.CanUsePanel() || target.Owner:
		return false
	case target.Admin:
		return a.CanManageAdmins()
	default:
		return true
	}
}

// CanInvite reports whether the actor may offer these roles (R48) to a user who already holds the roles held. Offering
// anything to an Admin requires managing Admins.
func (a *Actor) CanInvite(offered, held Roles) bool {
	if held.Owner {
		return a.CanUsePanel() && a.Roles.Owner && !offered.Owner
	}
	return !offered.Owner && a.CanManage(offered.With(Roles{Admin: held.Admin}))
}

// CanTakeRoles reports whether the actor may take these roles without an invitation: the Owner and Admins may take the
// Organizer role (D1).
func (a *Actor) CanTakeRoles(roles Roles) bool {
	return a.CanUsePanel() && !roles.None() && roles.Without(Roles{Organizer: true}).None()
}

// CanManageInvitation reports whether the actor may resend or revoke an invitation with these roles.
func (a *Actor) CanManageInvitation(offered, held Roles) bool { return a.CanInvite(offered, held) }

// CanRevoke reports whether the actor may revoke roles of a user with the roles held. The Owner and Admins may give up their
// own Admin and Organizer roles.
func (a *Actor) CanRevoke(revoked, held Roles, self bool) bool {
	if revoked.Owner {
		return false
	}
	return self && a.CanUsePanel() || a.CanManage(held)
}

// CanRemove reports whether the actor may remove a user with the roles held from the team.
func (a *Actor) CanRemove(held Roles, self bool) bool { return !self && a.CanManage(held) }
