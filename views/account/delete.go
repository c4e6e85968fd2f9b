package account

import (
	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/views/frame"
	"usher/views/ui"
	"usher/views/web"
)

func deletePage(e *core.RequestEvent) error {
	props, err := deleteProps(e)
	if err != nil {
		return err
	}
	return web.Render(e, 200, deleteSheet(props))
}

func deleteAccount(e *core.RequestEvent) error {
	typed := e.Request.FormValue("typed")
	err := meant(e, typed)
	if err == nil {
		err = members.DeleteAccount(e.App, e.Auth, e.Request.FormValue("password"), e.RealIP())
	}
	if err != nil {
		props, broken := deleteProps(e)
		if broken != nil {
			return broken
		}
		return frame.Again(e, err, func(faults web.Faults) templ.Component {
			props.Typed, props.Faults = typed, faults
			return deleteSheet(props)
		})
	}
	web.Forget(e)
	web.Toast(e, "Your account is deleted.")
	return web.Go(e, "/signin")
}

// meant makes sure that nobody deletes an account by a slip of the hand.
func meant(e *core.RequestEvent, typed string) error {
	if canonical, err := accounts.Canonical(typed); err != nil || canonical != e.Auth.Email() {
		return record.Refuse("typed", "not_meant", "Type "+e.Auth.Email()+" here, to show that you mean this account.")
	}
	return nil
}

func deleteProps(e *core.RequestEvent) (deleteForm, error) {
	shell, err := frame.Account(e, e.Auth, parts("delete"), ui.Crumb{Label: "Your account", Href: "/account"}, ui.Crumb{Label: "Delete account"})
	props := deleteForm{Shell: shell, Email: e.Auth.Email()}
	if err != nil {
		return props, err
	}
	places, err := members.Places(e.App, e.Auth, false)
	if err != nil {
		return props, err
	}
	sizes, err := members.Sizes(e.App, places)
	if err != nil {
		return props, err
	}
	if props.Hosted, err = sessions.Hosted(e.App, e.Auth.Id); err != nil {
		return props, err
	}
	for _, place := range places {
		props.Teams = append(props.Teams, place.Team.GetString("name"))
		if place.Roles.Owner {
			props.Owned = append(props.Owned, ownedTeam{place.Team.GetString("name"), "/admin/" + place.Team.GetString("slug") + "/settings", sizes[place.Team.Id]})
		}
	}
	return props, err
}
