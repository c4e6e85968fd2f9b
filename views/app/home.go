package app

import (
	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/bulk"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/paths"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

func home(e *core.RequestEvent) error {
	props, err := loadHome(e)
	if err != nil {
		return err
	}
	props.LeaveOpen = e.Request.URL.Query().Has("leave") && props.CanLeave
	return web.Render(e, 200, homePage(props))
}

func leave(e *core.RequestEvent) error {
	actor := web.Actor(e)
	revoked := 0
	var also []members.BeforeFunc
	if e.Request.FormValue(layout.RevokeSentField) != "" {
		also = append(also, invitations.RevokeSent(actor, actor.Account.Id, &revoked))
	}
	result, err := members.Leave(e.App, actor, layout.HandoverTarget(e), also...)
	if err != nil {
		props, broken := loadHome(e)
		if broken != nil {
			return broken
		}
		return layout.RenderInvalid(e, err, func(faults web.FormErrors) templ.Component {
			if props.LeaveOpen = props.Handover.SetError(faults); !props.LeaveOpen {
				props.FieldErrors = layout.FieldErrors(faults)
			}
			return homePage(props)
		})
	}
	web.SetToast(e, "You left "+text.Isolate(actor.TeamName())+"."+layout.HandoverSummary(result.HandedOver, result.Cancelled))
	return web.Redirect(e, "/")
}

func loadHome(e *core.RequestEvent) (homePageProps, error) {
	actor := web.Actor(e)
	team := teams.Of(actor.Team)
	shell, err := shell(e, "home", ui.Breadcrumb{Label: "Home"})
	if err != nil {
		return homePageProps{}, err
	}
	props := homePageProps{
		Shell: shell, Team: team.Name(), Slug: team.Slug(), Logo: team.LogoPath(), Description: team.Description(),
		Name: actor.Name(), Guest: actor.Kind == actors.Guest, RoleLabel: layout.RoleLabel(actor.Roles, actor.Kind), Roles: rolesOf(actor),
		CanHost: actor.CanHost(), CanUsePanel: actor.CanUsePanel(), CanLeave: !actor.Roles.Owner,
		FreedSeats: bulk.SeatsFreedBy(actor.Roles).Text(),
	}
	if props.Sessions, err = loadHomeSessions(e); err != nil {
		return props, err
	}
	if props.CanLeave {
		future, err := sessions.ListScheduledByHost(e.App, actor.Team.Id, actor.Account.Id)
		if err != nil {
			return props, err
		}
		if props.Handover, err = layout.NewHandover(e, len(future), []string{actor.Account.Id}); err != nil {
			return props, err
		}
		if props.SentInvitations, err = layout.NewSentInvitations(e, actor.Account.Id); err != nil {
			return props, err
		}
	}
	if props.Contacts, err = layout.Helpers(e.App, actor, (*actors.Actor).CanUsePanel); err != nil {
		return props, err
	}
	if err := props.loadHosting(e.App, actor); err != nil {
		return props, err
	}
	if props.Invitations, err = layout.PendingInvitations(e.App, actor.Account); err != nil {
		return props, err
	}
	props.OtherTeams, err = otherTeams(e.App, actor)
	return props, err
}

// rolesOf returns the roles of the actor with a description each.
func rolesOf(actor *actors.Actor) []roleInfo {
	var all []roleInfo
	if actor.Roles.Owner {
		all = append(all, roleInfo{"Owner", "You have full control of the team, including its Admins.", true})
	}
	for _, role := range actor.Roles.Details() {
		all = append(all, roleInfo{role.Label, role.HolderDescription, !(actor.Roles.Owner && role.Key == "admin")})
	}
	switch {
	case len(all) > 0:
	case actor.Kind == actors.Guest:
		all = append(all, roleInfo{"Guest", "You can join sessions you're invited to. You can't see anything else in the team.", false})
	default:
		all = append(all, roleInfo{"Member", memberDescription(actor), false})
	}
	return all
}

func memberDescription(actor *actors.Actor) string {
	if actor.CanHost() {
		return "You can schedule and host sessions, and join sessions you're invited to. Members don't use a seat."
	}
	return "You can join sessions you're invited to. Members don't use a seat."
}

func otherTeams(app core.App, actor *actors.Actor) ([]teamLink, error) {
	found, err := members.TeamsOf(app, actor.Account, false)
	if err != nil {
		return nil, err
	}
	var all []teamLink
	for _, p := range found {
		if p.Team.Id == actor.Team.Id {
			continue
		}
		team := teams.Of(p.Team)
		all = append(all, teamLink{team.Name(), team.LogoPath(), layout.RoleLabel(p.Roles, p.Kind), paths.App(team.Slug())})
	}
	return all, nil
}
