package account

import (
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/paths"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

func teamSelectionPage(e *core.RequestEvent) error {
	query := e.Request.URL.Query()
	props, err := teamSelectionProps(e, query.Get("next"))
	if err != nil {
		return err
	}
	if query.Has("later") {
		props.Postponed, props.Invitations, props.SessionInvites = len(props.Invitations)+len(props.SessionInvites), nil, nil
	}
	props.ShowNewTeam = props.ShowNewTeam || props.CanCreateTeam && query.Has("new")
	return web.Render(e, 200, teamSelectionView(props))
}

func createTeam(e *core.RequestEvent) error {
	name := e.Request.FormValue("name")
	team, err := members.CreateTeam(e.App, e.Auth, name, e.RealIP())
	if err != nil {
		return renderTeamSelectionInvalid(e, err, func(props *teamSelection, faults web.FormErrors) {
			props.ShowNewTeam, props.Name, props.Errors = true, name, faults
		})
	}
	if err := web.RenewLogin(e, e.Auth); err != nil {
		return err
	}
	web.SetToast(e, "Team created. You're the Owner of "+text.Isolate(team.Name())+".")
	return web.Redirect(e, layout.TeamHome(team, actors.Roles{Owner: true}))
}

func accept(e *core.RequestEvent) error {
	invitation, err := invitations.Accept(e.App, responseFrom(e))
	if err != nil {
		return renderResponseError(e, err)
	}
	if err := web.RenewLogin(e, e.Auth); err != nil {
		return err
	}
	team, err := teams.Find(e.App, invitation.TeamID())
	if err != nil {
		return err
	}
	actor, err := actors.InTeam(e.App, e.Auth, team.Record)
	if err != nil {
		return err
	}
	web.SetToast(e, "Invitation accepted. You're now "+layout.RoleNoun(actor.Roles, actor.Kind)+" in "+text.Isolate(team.Name())+".")
	return redirectNext(e, layout.TeamHome(team, actor.Roles))
}

// confirmDecline asks once more before an invitation is declined.
func confirmDecline(e *core.RequestEvent) error {
	props, err := teamSelectionProps(e, e.Request.URL.Query().Get("next"))
	if err != nil {
		return err
	}
	id := e.Request.PathValue("id")
	at := slices.IndexFunc(props.Invitations, func(o layout.InvitationView) bool { return o.ID == id })
	if at < 0 {
		return errs.ErrNotFound
	}
	confirm := props.Invitations[at].DeclineDialog(declinePath(id), web.WithNext(paths.Teams, props.Next), ui.HiddenField{Name: "next", Value: props.Next})
	props.DeclineDialog = &confirm
	return web.Render(e, 200, teamSelectionView(props))
}

func decline(e *core.RequestEvent) error {
	invitation, err := invitations.Decline(e.App, responseFrom(e))
	if err != nil {
		return renderResponseError(e, err)
	}
	team, err := teams.Find(e.App, invitation.TeamID())
	if err != nil {
		return err
	}
	web.SetUndoToast(e, web.Toast{Text: "Invitation from " + text.Isolate(team.Name()) + " declined.", UndoPath: undoDeclinePath(invitation.Id)})
	return redirectNext(e, web.SafeNext(e.Request.FormValue("next"), paths.Teams))
}

func undoDecline(e *core.RequestEvent) error {
	if _, err := invitations.UndoDecline(e.App, responseFrom(e)); err != nil {
		return renderResponseError(e, err)
	}
	web.SetToast(e, "You can accept the invitation again.")
	return web.Redirect(e, paths.Teams)
}

func responseFrom(e *core.RequestEvent) invitations.Response {
	return invitations.Response{Account: e.Auth, ID: e.Request.PathValue("id"), IP: e.RealIP()}
}

// renderResponseError shows Team Selection with the reason why the answer to an invitation failed.
func renderResponseError(e *core.RequestEvent, err error) error {
	_, _, sentence, _ := errs.Details(err)
	return renderTeamSelectionInvalid(e, err, func(props *teamSelection, _ web.FormErrors) { props.ResponseError = sentence })
}

func renderTeamSelectionInvalid(e *core.RequestEvent, err error, change func(*teamSelection, web.FormErrors)) error {
	props, broken := teamSelectionProps(e, e.Request.FormValue("next"))
	if broken != nil {
		return broken
	}
	return layout.RenderInvalid(e, err, func(faults web.FormErrors) templ.Component {
		change(&props, faults)
		return teamSelectionView(props)
	})
}

func teamSelectionProps(e *core.RequestEvent, next string) (teamSelection, error) {
	next = web.SafeNext(next, paths.Teams)
	props := teamSelection{Page: layout.PublicPage(e, "Choose a team"), Email: e.Auth.Email(), Next: next,
		CanCreateTeam: settings.Of(e.App).Teams == "any", Help: layout.SupportContact(e.App)}
	places, err := members.TeamsOf(e.App, e.Auth, false)
	if err != nil {
		return props, err
	}
	sizes, err := members.CountByTeam(e.App, places)
	if err != nil {
		return props, err
	}
	for _, place := range places {
		props.addTeam(place, sizes[place.Team.Id])
	}
	props.ShowNewTeam = len(places) == 0 && props.CanCreateTeam
	if len(props.PanelTeams) == 0 && len(places) > 0 {
		if err := props.loadAdminHelpers(e, places); err != nil {
			return props, err
		}
	}
	if props.Invitations, err = layout.PendingInvitations(e.App, e.Auth); err != nil {
		return props, err
	}
	if props.SessionInvites, err = sessionInvites(e); err != nil {
		return props, err
	}
	props.LaterURL, err = laterURL(e, next)
	return props, err
}

// loadAdminHelpers loads the users who can invite the reader to become Admin, in the first team that has the reader as a member.
// Guests get no such contact (R25).
func (f *teamSelection) loadAdminHelpers(e *core.RequestEvent, places []members.TeamRole) error {
	for _, place := range places {
		if place.Kind != actors.Member {
			continue
		}
		reader := &actors.Actor{Account: e.Auth, Team: place.Team, Roles: place.Roles, Kind: place.Kind}
		var err error
		f.HelpersTeam = teams.Of(place.Team).Name()
		f.AdminHelpers, err = layout.Helpers(e.App, reader, canInviteAdmins)
		return err
	}
	return nil
}

func canInviteAdmins(a *actors.Actor) bool {
	return a.CanInvite(actors.Roles{Admin: true}, actors.Roles{})
}

func (f *teamSelection) addTeam(place members.TeamRole, people int) {
	team := teams.Of(place.Team)
	role := place.Roles
	if role.CanUsePanel() {
		role = actors.Roles{Owner: role.Owner, Admin: role.Admin && !role.Owner}
	}
	entry := teamEntry{Name: team.Name(), Logo: team.LogoPath(), MemberCount: people, Href: layout.TeamHome(team, place.Roles),
		Role: layout.RoleLabel(role, place.Kind)}
	if f.AppURL == "" || !place.Roles.CanUsePanel() && len(f.AppTeams) == 0 {
		f.AppURL = paths.App(team.Slug())
	}
	if place.Roles.CanUsePanel() {
		f.PanelTeams = append(f.PanelTeams, entry)
	} else {
		f.AppTeams = append(f.AppTeams, entry)
	}
}

// laterURL is the target of Later: the next page, or this page without the prompts.
func laterURL(e *core.RequestEvent, next string) (string, error) {
	to, err := layout.NextURL(e.App, e.Auth, next)
	if err == nil && strings.HasPrefix(to, paths.Teams) {
		to = postponedPath
	}
	return to, err
}

func (f teamSelection) nameField() ui.FieldProps {
	return ui.FieldProps{ID: "name", Name: "name", Label: "Team name", Value: f.Name, Error: f.Errors["name"], MaxLength: teams.MaxName,
		Autocomplete: "organization", Required: true, Help: "You'll be its Owner and can host sessions. Teams don't share users, seats or sessions."}
}
