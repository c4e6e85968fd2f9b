package account

import (
	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/paths"
	"usher/views/layout"
	"usher/views/web"
)

func requestAddressChange(e *core.RequestEvent) error {
	email := e.Request.FormValue("email")
	if err := accounts.RequestAddressChange(e.App, e.Auth, e.Request.FormValue("password"), email, e.RealIP()); err != nil {
		return renderProfileInvalid(e, err, func(props *accountPage, faults web.FormErrors) {
			props.Address.NewAddress, props.Address.Errors = email, faults
		})
	}
	web.SetToast(e, "Check the inbox of your new address and open the link to confirm it.")
	return web.Redirect(e, paths.AccountAddress)
}

func cancelAddressChange(e *core.RequestEvent) error {
	if err := accounts.CancelAddressChange(e.App, e.Auth, e.RealIP()); err != nil {
		return err
	}
	web.SetToast(e, "Address change cancelled.")
	return web.Redirect(e, paths.AccountAddress)
}

func addressChangePage(e *core.RequestEvent) error {
	change, owner, err := accounts.FindByAddressLink(e.App, e.Request.PathValue("token"))
	if err != nil {
		return renderExpiredLink(e, err, func(web.FormErrors) templ.Component {
			return expiredAddressChange(addressChangeProps(e, nil, nil, nil))
		})
	}
	return web.Render(e, 200, addressChangeView(addressChangeProps(e, change, owner, nil)))
}

func changeAddress(e *core.RequestEvent) error {
	token := e.Request.PathValue("token")
	if e.Auth == nil {
		return web.Redirect(e, web.SignInURL(paths.ChangeAddress(token)))
	}
	account, err := accounts.ConfirmAddressChange(e.App, e.Auth, token, e.RealIP())
	if err != nil {
		return renderAddressInvalid(e, err)
	}
	if err := web.RenewLogin(e, account); err != nil {
		return err
	}
	web.SetToast(e, "Your email address is now "+account.Email()+". All other devices are signed out.")
	return web.Redirect(e, paths.AccountAddress)
}

// renderAddressInvalid shows the confirmation page again with the error, or the page of an expired link.
func renderAddressInvalid(e *core.RequestEvent, refused error) error {
	change, owner, err := accounts.FindByAddressLink(e.App, e.Request.PathValue("token"))
	if err != nil {
		return renderExpiredLink(e, refused, func(web.FormErrors) templ.Component {
			return expiredAddressChange(addressChangeProps(e, nil, nil, nil))
		})
	}
	return layout.RenderInvalid(e, refused, func(faults web.FormErrors) templ.Component {
		return addressChangeView(addressChangeProps(e, change, owner, faults))
	})
}

func addressChangeProps(e *core.RequestEvent, change *accounts.AddressChange, owner *core.Record, faults web.FormErrors) addressChangeForm {
	form := addressChangeForm{Page: layout.PublicPage(e, "Confirm your new address"), Token: e.Request.PathValue("token"),
		Errors: faults, Help: layout.SupportContact(e.App), SignedIn: e.Auth != nil}
	if change == nil {
		return form
	}
	form.NewAddress, form.OldAddress = change.Address(), accounts.MaskEmail(owner.Email())
	if form.IsOwner = e.Auth != nil && e.Auth.Id == owner.Id; form.IsOwner {
		form.OldAddress = owner.Email()
	} else if e.Auth != nil {
		form.SignedInAs = e.Auth.Email()
	}
	return form
}
