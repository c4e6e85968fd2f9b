package account

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/mail"
	"usher/views/frame"
	"usher/views/web"
)

func confirmPage(e *core.RequestEvent) error {
	account, err := accounts.ByConfirmation(e.App, e.Request.PathValue("token"))
	if err != nil {
		return deadLink(e, err, func(faults web.Faults) templ.Component { return deadConfirmation(deadLinkProps(e, "", nil)) })
	}
	return web.Render(e, 200, confirmSheet(confirmProps(e, account, nil)))
}

func confirmProps(e *core.RequestEvent, account *core.Record, faults web.Faults) confirmForm {
	return confirmForm{
		Page: frame.Public(e, "Confirm your address"), Token: e.Request.PathValue("token"),
		Email: account.Email(), Faults: faults, Help: frame.Support(e.App), Next: web.NextOf(e),
	}
}

func confirm(e *core.RequestEvent) error {
	token := e.Request.PathValue("token")
	account, err := accounts.Confirm(e.App, token, e.Request.FormValue("password"), e.RealIP())
	if err != nil {
		if owner, dead := accounts.ByConfirmation(e.App, token); dead == nil {
			return frame.Again(e, err, func(faults web.Faults) templ.Component { return confirmSheet(confirmProps(e, owner, faults)) })
		}
		return deadLink(e, err, func(faults web.Faults) templ.Component { return deadConfirmation(deadLinkProps(e, "", nil)) })
	}
	if err := web.SignIn(e, account); err != nil {
		return err
	}
	web.Toast(e, "Your address is confirmed.")
	if next := web.NextOf(e); next != "" {
		return goOnAs(e, account, next)
	}
	return web.Go(e, "/")
}

func resetRequestPage(e *core.RequestEvent) error {
	query := e.Request.URL.Query()
	if query.Has("sent") {
		return web.Render(e, 200, frame.Look(resetSentProps(e)))
	}
	return web.Render(e, 200, resetRequestSheet(deadLinkProps(e, query.Get("email"), nil)))
}

func requestReset(e *core.RequestEvent) error {
	email := e.Request.FormValue("email")
	if err := accounts.RequestReset(e.App, email, web.NextOf(e), e.RealIP()); err != nil {
		return frame.Again(e, err, func(faults web.Faults) templ.Component {
			return resetRequestSheet(deadLinkProps(e, email, faults))
		})
	}
	return web.Go(e, web.WithNext("/reset?sent=1", web.NextOf(e)))
}

func resetPage(e *core.RequestEvent) error {
	account, err := accounts.ByReset(e.App, e.Request.PathValue("token"))
	if err != nil {
		return deadLink(e, err, func(faults web.Faults) templ.Component { return deadReset(deadLinkProps(e, "", nil)) })
	}
	return web.Render(e, 200, resetSheet(resetProps(e, account, nil)))
}

func reset(e *core.RequestEvent) error {
	token := e.Request.PathValue("token")
	account, err := accounts.Reset(e.App, accounts.ResetForm{Token: token, Password: e.Request.FormValue("password"),
		Name: e.Request.FormValue("name"), Timezone: e.Request.FormValue("timezone"), From: e.RealIP()})
	if err != nil {
		return frame.Again(e, err, func(faults web.Faults) templ.Component {
			if owner, dead := accounts.ByReset(e.App, token); dead == nil {
				return resetSheet(resetProps(e, owner, faults))
			}
			return deadReset(deadLinkProps(e, "", nil))
		})
	}
	if err := web.SignIn(e, account); err != nil {
		return err
	}
	web.Toast(e, "Your new password is set. Every other device is signed out.")
	if next := web.NextOf(e); next != "" {
		return goOnAs(e, account, next)
	}
	return web.Go(e, "/")
}

// deadLink answers a link that is used or too old; what is a fault of ours stays one.
func deadLink(e *core.RequestEvent, err error, page func(web.Faults) templ.Component) error {
	faults, ok := web.FaultsOf(err)
	if !ok {
		return err
	}
	return web.Render(e, http.StatusGone, page(faults))
}

func deadLinkProps(e *core.RequestEvent, email string, faults web.Faults) addressForm {
	return addressForm{Page: frame.Public(e, "A new link"), Email: email, Faults: faults, Help: frame.Support(e.App), Next: web.NextOf(e)}
}

func resetProps(e *core.RequestEvent, account *core.Record, faults web.Faults) resetForm {
	return resetForm{Page: frame.Public(e, "A new password"), Token: e.Request.PathValue("token"), Email: account.Email(), Faults: faults,
		AsksName: accounts.AsksName(account), Name: e.Request.PostFormValue("name"), Timezone: e.Request.PostFormValue("timezone"),
		Help: frame.Support(e.App), Next: web.NextOf(e)}
}

func resetSentProps(e *core.RequestEvent) frame.LookProps {
	return frame.LookProps{
		Sheet: frame.SheetProps{Page: frame.Public(e, "Check your email"), Title: "Check your email", Help: frame.Support(e.App),
			Lede: "If there's an account with this address, we sent a link to set a new password."},
		Text:  []string{"Didn't get it? Check your spam folder, or try again with the right address. Your current password works until you set a new one."},
		Again: web.WithNext("/reset", web.NextOf(e)),
		Mail:  mail.Works(e.App),
	}
}
