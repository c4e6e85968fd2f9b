package account

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/paths"
	"usher/views/web"
)

func profilePage(e *core.RequestEvent) error {
	props, err := loadAccountPage(e)
	if err != nil {
		return err
	}
	return web.Render(e, 200, accountView(props))
}

// redirectToProfile answers a GET of an address that only takes forms, such as after signing in again.
func redirectToProfile(e *core.RequestEvent) error { return web.Redirect(e, paths.Account) }

func saveProfile(e *core.RequestEvent) error {
	name, zone := e.Request.FormValue("name"), e.Request.FormValue("timezone")
	if err := accounts.UpdateProfile(e.App, e.Auth, name, zone, e.RealIP()); err != nil {
		return renderProfileInvalid(e, err, func(props *accountPage, faults web.FormErrors) {
			props.Profile.Name, props.Profile.Timezone, props.Profile.Errors = name, zone, faults
		})
	}
	web.SetToast(e, "Profile saved.")
	return web.Redirect(e, paths.Account)
}

func changePassword(e *core.RequestEvent) error {
	err := accounts.ChangePassword(e.App, e.Auth, e.Request.FormValue("current"), e.Request.FormValue("new"), e.RealIP())
	if err != nil {
		return renderProfileInvalid(e, err, func(props *accountPage, faults web.FormErrors) { props.Password.Errors = faults })
	}
	if err := web.RenewLogin(e, e.Auth); err != nil {
		return err
	}
	web.SetToast(e, "Password changed. All other devices are signed out.")
	return web.Redirect(e, paths.Account)
}
