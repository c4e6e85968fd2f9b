package api

import (
	"encoding/base64"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/chat"
	"usher/hooks/members"
	"usher/hooks/plans"
	"usher/hooks/seats"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
	"usher/views/web"
)

type teamMembership struct {
	teamRef
	Roles       []string `json:"roles"`
	Kind        string   `json:"kind"`
	MemberCount int      `json:"people"`
}

func listTeams(e *core.RequestEvent) error {
	places, err := members.TeamsOf(e.App, e.Auth, false)
	if err != nil {
		return err
	}
	sizes, err := members.CountByTeam(e.App, places)
	if err != nil {
		return err
	}
	items := make([]teamMembership, 0, len(places))
	for _, p := range places {
		items = append(items, teamMembership{teamRefOf(p.Team), p.Roles.Names(), p.Kind, sizes[p.Team.Id]})
	}
	return e.JSON(http.StatusOK, list[teamMembership]{items})
}

// newTeamForm is a new team.
type newTeamForm struct {
	Name string `json:"name"`
}

func createTeam(e *core.RequestEvent) error {
	var form newTeamForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	team, err := members.CreateTeam(e.App, e.Auth, form.Name, e.RealIP())
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, teamRefOf(team.Record))
}

type team struct {
	teamRef
	Description        string   `json:"description"`
	Timezone           string   `json:"timezone"`
	Logo               string   `json:"logo"` // URL; empty if there is none
	AdminsManageAdmins bool     `json:"admins_manage_admins"`
	RequireTwoFactors  bool     `json:"require_two_factors"`
	MembersHost        bool     `json:"members_host"` // every member may host
	KeepChats          bool     `json:"keep_chats"`
	OpenLinks          bool     `json:"open_links"`
	Roles              []string `json:"roles"` // the caller's
	Kind               string   `json:"kind"`

	// Only in a GET by the Owner or an Admin.
	Email *emailState `json:"email,omitempty"`
	Plan  *planInfo   `json:"plan,omitempty"`
}

// planInfo is the team's plan; -1 means unlimited. Seats and licences are in /seats.
type planInfo struct {
	Key            string `json:"key"`
	Name           string `json:"name"`
	SessionMinutes int    `json:"session_minutes"`
	SessionPeople  int    `json:"session_people"`
}

func showTeam(e *core.RequestEvent) error {
	actor := web.Actor(e)
	shown := teamOf(e.App, actor, actor.Team)
	if actor.CanUsePanel() {
		plan, err := plans.ForTeam(e.App, actor.Team.Id)
		if err != nil {
			return err
		}
		shown.Email = emailStateOf(e.App)
		shown.Plan = &planInfo{plan.Key(), plan.Name(), plan.SessionMinutes(), plan.SessionPeople()}
	}
	return e.JSON(http.StatusOK, shown)
}

func teamOf(app core.App, actor *actors.Actor, r *core.Record) team {
	of := teams.Of(r)
	shown := team{
		teamRef: teamRefOf(r), Description: of.Description(), Timezone: of.ZoneName(),
		AdminsManageAdmins: of.AdminsManageAdmins(), RequireTwoFactors: of.RequiresTwoFactors(), MembersHost: actors.MembersCanHost(r), KeepChats: chat.Kept(r), OpenLinks: of.OpenLinks(), Roles: actor.Roles.Names(), Kind: actor.Kind,
	}
	if path := teams.Of(r).LogoPath(); path != "" {
		shown.Logo = settings.Of(app).Link(path)
	}
	return shown
}

// teamForm updates a team. Missing fields keep their value. Logo is an image as base64; an empty string removes the logo.
type teamForm struct {
	Name               *string `json:"name"`
	Slug               *string `json:"slug"`
	Description        *string `json:"description"`
	Timezone           *string `json:"timezone"`
	AdminsManageAdmins *bool   `json:"admins_manage_admins"`
	RequireTwoFactors  *bool   `json:"require_two_factors"`
	MembersHost        *bool   `json:"members_host"`
	KeepChats          *bool   `json:"keep_chats"`
	OpenLinks          *bool   `json:"open_links"`
	Logo               *string `json:"logo"`
}

func (f teamForm) profile() (teams.Profile, error) {
	profile := teams.Profile{Name: f.Name, Slug: f.Slug, Description: f.Description, Timezone: f.Timezone, AdminsManageAdmins: f.AdminsManageAdmins, RequireTwoFactors: f.RequireTwoFactors, MembersCanHost: f.MembersHost, KeepChats: f.KeepChats, OpenLinks: f.OpenLinks}
	if f.Logo == nil {
		return profile, nil
	}
	logo, err := base64.StdEncoding.DecodeString(*f.Logo)
	if err != nil {
		return profile, errs.Invalid("logo", codeBadType, "The logo must be a base64-encoded image.")
	}
	profile.Logo, profile.RemoveLogo = logo, len(logo) == 0
	return profile, nil
}

func updateTeam(e *core.RequestEvent) error {
	var form teamForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	profile, err := form.profile()
	if err != nil {
		return err
	}
	changed, err := teams.Update(e.App, web.Actor(e), profile)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, teamOf(e.App, web.Actor(e), changed.Record))
}

// teamDeletionForm confirms with the team's name that it is to be deleted.
type teamDeletionForm struct {
	Name string `json:"name"`
}

// deleteTeam deletes the team with everything in it, if the Owner sends its name (R12).
func deleteTeam(e *core.RequestEvent) error {
	var form teamDeletionForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	actor := web.Actor(e)
	if err := teams.Delete(e.App, actor, form.Name); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, deletedTeamReply{actor.Team.Id})
}

// deletedTeamReply is the ID of the team that was deleted.
type deletedTeamReply struct {
	Deleted string `json:"deleted"`
}

type seatCount struct {
	Limit    int `json:"limit"` // -1: unlimited, also in Free
	Used     int `json:"used"`
	Reserved int `json:"reserved"`
	Free     int `json:"free"`
}

type licenceCount struct {
	Limit int `json:"limit"`
	Used  int `json:"used"`
	Free  int `json:"free"`
}

type seatCounts struct {
	Admin     seatCount    `json:"admin"`
	Organizer seatCount    `json:"organizer"`
	Licences  licenceCount `json:"licences"`
}

func showSeats(e *core.RequestEvent) error {
	now, err := seats.Of(e.App, web.Actor(e).Team.Id)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, seatCountsOf(now))
}

func seatCountOf(c seats.Count) seatCount {
	return seatCount{Limit: c.Limit, Used: c.Used, Reserved: c.Reserved, Free: c.Free()}
}
