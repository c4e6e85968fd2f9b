package account

import (
	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/views/frame"
	"usher/views/web"
)

func profilePage(e *core.RequestEvent) error {
	return web.Render(e, 200, profileSheet(profileProps(e)))
}

func saveProfile(e *core.RequestEvent) error {
	name, zone := e.Request.FormValue("name"), e.Request.FormValue("timezone")
	if err := accounts.UpdateProfile(e.App, e.Auth, name, zone, e.RealIP()); err != nil {
		return frame.Again(e, err, func(faults web.Faults) templ.Component {
			props := profileProps(e)
			props.Name, props.Timezone, props.ProfileFaults = name, zone, faults
			return profileSheet(props)
		})
	}
	web.Toast(e, "Your profile is saved.")
	return web.Go(e, "/account")
}

func changePassword(e *core.RequestEvent) error {
	err := accounts.ChangePassword(e.App, e.Auth, e.Request.FormValue("current"), e.Request.FormValue("new"), e.RealIP())
	if err != nil {
		return frame.Again(e, err, func(faults web.Faults) templ.Component {
			props := profileProps(e)
			props.PasswordFaults = faults
			return profileSheet(props)
		})
	}
	if err := web.SignIn(e, e.Auth); err != nil {
		return err
	}
	web.Toast(e, "Your password is changed. Every other device is signed out.")
	return web.Go(e, "/account")
}

func profileProps(e *core.RequestEvent) profileForm {
	return profileForm{
		Page: frame.Public(e, "Your account"), Called: actors.DisplayName(e.Auth), Email: e.Auth.Email(),
		Name: e.Auth.GetString("name"), Timezone: e.Auth.GetString("timezone"), Help: frame.Support(e.App),
	}
}
