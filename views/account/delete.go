package account

import (
	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/paths"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

func deletePage(e *core.RequestEvent) error {
	props, err := deleteProps(e)
	if err != nil {
		return err
	}
	return web.Render(e, 200, deleteView(props))
}

func deleteAccount(e *core.RequestEvent) error {
	typed := e.Request.FormValue("typed")
	err := requireConfirmation(e, typed)
	if err == nil {
		err = members.DeleteAccount(e.App, e.Auth, e.Request.FormValue("password"), e.RealIP())
	}
	if err != nil {
		props, broken := deleteProps(e)
		if broken != nil {
			return broken
		}
		return layout.RenderInvalid(e, err, func(faults web.FormErrors) templ.Component {
			props.Confirmation, props.Errors = typed, faults
			return deleteView(props)
		})
	}
	web.ClearLogin(e)
	web.SetToast(e, "Your account was deleted.")
	return web.Redirect(e, paths.SignIn)
}

// requireConfirmation checks that typed is the account's own address, so that no account is deleted by accident.
func requireConfirmation(e *core.RequestEvent, typed string) error {
	if canonical, err := accounts.CanonicalEmail(typed); err != nil || canonical != e.Auth.Email() {
		return errs.Invalid("typed", "not_meant", "Type "+e.Auth.Email()+" to confirm that you want to delete this account.")
	}
	return nil
}

func deleteProps(e *core.RequestEvent) (deleteForm, error) {
	shell, err := layout.AccountShell(e, e.Auth, accountNav(e.App, "delete"), ui.Breadcrumb{Label: "Your account", Href: paths.Account}, ui.Breadcrumb{Label: "Delete account"})
	props := deleteForm{Shell: shell, Email: e.Auth.Email(), EmailEnabled: mail.Enabled(e.App)}
	if err != nil {
		return props, err
	}
	places, err := members.TeamsOf(e.App, e.Auth, false)
	if err != nil {
		return props, err
	}
	sizes, err := members.CountByTeam(e.App, places)
	if err != nil {
		return props, err
	}
	if props.HostedSessions, err = sessions.CountHosted(e.App, e.Auth.Id); err != nil {
		return props, err
	}
	for _, place := range places {
		props.Teams = append(props.Teams, teams.Of(place.Team).Name())
		if place.Roles.Owner {
			props.OwnedTeams = append(props.OwnedTeams, ownedTeam{teams.Of(place.Team).Name(), paths.Settings(teams.Of(place.Team).Slug()), sizes[place.Team.Id]})
		}
	}
	return props, err
}
