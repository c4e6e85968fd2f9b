package account

import (
	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/views/frame"
	"usher/views/web"
)

func askAddress(e *core.RequestEvent) error {
	email := e.Request.FormValue("email")
	if err := accounts.AskAddress(e.App, e.Auth, e.Request.FormValue("password"), email, e.RealIP()); err != nil {
		return profileAgain(e, err, func(props *accountPage, faults web.Faults) {
			props.Address.New, props.Address.Faults = email, faults
		})
	}
	web.Toast(e, "Look in the mail of the new address: a link there confirms it.")
	return web.Go(e, "/account#address")
}

func dropAddress(e *core.RequestEvent) error {
	if err := accounts.DropAddress(e.App, e.Auth, e.RealIP()); err != nil {
		return err
	}
	web.Toast(e, "Your address stays as it is.")
	return web.Go(e, "/account#address")
}

func newAddressPage(e *core.RequestEvent) error {
	change, owner, err := accounts.ByAddressLink(e.App, e.Request.PathValue("token"))
	if err != nil {
		return deadLink(e, err, func(web.Faults) templ.Component { return deadChange(changeProps(e, nil, nil, nil)) })
	}
	return web.Render(e, 200, changeSheet(changeProps(e, change, owner, nil)))
}

func changeAddress(e *core.RequestEvent) error {
	token := e.Request.PathValue("token")
	if e.Auth == nil {
		return web.Go(e, web.SignInTo("/email/"+token))
	}
	account, err := accounts.ChangeAddress(e.App, e.Auth, token, e.RealIP())
	if err != nil {
		return addressAgain(e, err)
	}
	if err := web.SignIn(e, account); err != nil {
		return err
	}
	web.Toast(e, "Your address is "+account.Email()+" now. Every other device is signed out.")
	return web.Go(e, "/account#address")
}

// addressAgain shows the page of the link with what was refused, or that it is dead.
func addressAgain(e *core.RequestEvent, refused error) error {
	change, owner, err := accounts.ByAddressLink(e.App, e.Request.PathValue("token"))
	if err != nil {
		return deadLink(e, refused, func(web.Faults) templ.Component { return deadChange(changeProps(e, nil, nil, nil)) })
	}
	return frame.Again(e, refused, func(faults web.Faults) templ.Component {
		return changeSheet(changeProps(e, change, owner, faults))
	})
}

func changeProps(e *core.RequestEvent, change *accounts.AddressChange, owner *core.Record, faults web.Faults) changeForm {
	form := changeForm{Page: frame.Public(e, "Confirm your new address"), Token: e.Request.PathValue("token"),
		Faults: faults, Help: frame.Support(e.App), SignedIn: e.Auth != nil}
	if change == nil {
		return form
	}
	form.New, form.Old = change.Address(), accounts.Masked(owner.Email())
	if form.Mine = e.Auth != nil && e.Auth.Id == owner.Id; form.Mine {
		form.Old = owner.Email()
	} else if e.Auth != nil {
		form.As = e.Auth.Email()
	}
	return form
}
