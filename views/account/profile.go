package account

import (
	"fmt"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/views/frame"
	"usher/views/web"
)

func profilePage(e *core.RequestEvent) error {
	props, err := profileProps(e)
	if err != nil {
		return err
	}
	return web.Render(e, 200, profileSheet(props))
}

func saveProfile(e *core.RequestEvent) error {
	name, zone := e.Request.FormValue("name"), e.Request.FormValue("timezone")
	if err := accounts.UpdateProfile(e.App, e.Auth, name, zone, e.RealIP()); err != nil {
		return profileAgain(e, err, func(props *profileForm, faults web.Faults) {
			props.Name, props.Timezone, props.ProfileFaults = name, zone, faults
		})
	}
	web.Toast(e, "Your profile is saved.")
	return web.Go(e, "/account")
}

func changePassword(e *core.RequestEvent) error {
	err := accounts.ChangePassword(e.App, e.Auth, e.Request.FormValue("current"), e.Request.FormValue("new"), e.RealIP())
	if err != nil {
		return profileAgain(e, err, func(props *profileForm, faults web.Faults) {
			props.PasswordFaults = faults
		})
	}
	if err := web.SignIn(e, e.Auth); err != nil {
		return err
	}
	web.Toast(e, "Your password is changed. Every other device is signed out.")
	return web.Go(e, "/account")
}

// profileAgain shows the page once more with what was refused.
func profileAgain(e *core.RequestEvent, refused error, change func(*profileForm, web.Faults)) error {
	props, err := profileProps(e)
	if err != nil {
		return err
	}
	return frame.Again(e, refused, func(faults web.Faults) templ.Component {
		change(&props, faults)
		return profileSheet(props)
	})
}

// profileProps are the account as it is stored: e.Auth carries what was typed, even where that was refused.
func profileProps(e *core.RequestEvent) (profileForm, error) {
	stored, err := e.App.FindRecordById(e.Auth.Collection(), e.Auth.Id)
	if err != nil {
		return profileForm{}, fmt.Errorf("read the account: %w", err)
	}
	return profileForm{
		Page: frame.Public(e, "Your account"), Called: actors.DisplayName(stored), Email: stored.Email(),
		Name: stored.GetString("name"), Timezone: stored.GetString("timezone"), Help: frame.Support(e.App),
	}, nil
}
