package account

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/mail"
	"usher/hooks/paths"
	"usher/views/layout"
	"usher/views/web"
)

func confirmPage(e *core.RequestEvent) error {
	account, err := accounts.FindByConfirmation(e.App, e.Request.PathValue("token"))
	if err != nil {
		return renderExpiredLink(e, err, func(faults web.FormErrors) templ.Component { return expiredConfirmation(emailRequestProps(e, "", nil)) })
	}
	return web.Render(e, 200, confirmView(confirmProps(e, account, nil)))
}

func confirmProps(e *core.RequestEvent, account *core.Record, faults web.FormErrors) confirmForm {
	return confirmForm{
		Page: layout.PublicPage(e, "Confirm your email address"), Token: e.Request.PathValue("token"),
		Email: account.Email(), Errors: faults, Help: layout.SupportContact(e.App), Next: web.NextParam(e),
	}
}

func confirmEmail(e *core.RequestEvent) error {
	token := e.Request.PathValue("token")
	account, err := accounts.ConfirmAddress(e.App, token, e.Request.FormValue("password"), e.RealIP())
	if err != nil {
		if owner, dead := accounts.FindByConfirmation(e.App, token); dead == nil {
			return layout.RenderInvalid(e, err, func(faults web.FormErrors) templ.Component { return confirmView(confirmProps(e, owner, faults)) })
		}
		return renderExpiredLink(e, err, func(faults web.FormErrors) templ.Component { return expiredConfirmation(emailRequestProps(e, "", nil)) })
	}
	web.SetToast(e, "Email address confirmed.")
	if done, err := web.SignIn(e, account, web.NextParam(e)); !done {
		return err
	}
	if next := web.NextParam(e); next != "" {
		return redirectNextAs(e, account, next)
	}
	return web.Redirect(e, "/")
}

func resetRequestPage(e *core.RequestEvent) error {
	query := e.Request.URL.Query()
	if query.Has("sent") {
		return web.Render(e, 200, layout.CheckEmail(resetSentProps(e)))
	}
	return web.Render(e, 200, resetRequestView(emailRequestProps(e, query.Get("email"), nil)))
}

func requestReset(e *core.RequestEvent) error {
	email := e.Request.FormValue("email")
	if err := accounts.RequestReset(e.App, email, web.NextParam(e), e.RealIP()); err != nil {
		return layout.RenderInvalid(e, err, func(faults web.FormErrors) templ.Component {
			return resetRequestView(emailRequestProps(e, email, faults))
		})
	}
	return web.Redirect(e, web.WithNext(sentPath(paths.Reset), web.NextParam(e)))
}

func resetPage(e *core.RequestEvent) error {
	account, err := accounts.FindByReset(e.App, e.Request.PathValue("token"))
	if err != nil {
		return renderExpiredLink(e, err, func(faults web.FormErrors) templ.Component { return expiredReset(emailRequestProps(e, "", nil)) })
	}
	return web.Render(e, 200, resetView(resetProps(e, account, nil)))
}

func reset(e *core.RequestEvent) error {
	token := e.Request.PathValue("token")
	account, err := accounts.ResetPassword(e.App, accounts.ResetForm{Token: token, Password: e.Request.FormValue("password"),
		Name: e.Request.FormValue("name"), Timezone: e.Request.FormValue("timezone"), IP: e.RealIP()})
	if err != nil {
		return layout.RenderInvalid(e, err, func(faults web.FormErrors) templ.Component {
			if owner, dead := accounts.FindByReset(e.App, token); dead == nil {
				return resetView(resetProps(e, owner, faults))
			}
			return expiredReset(emailRequestProps(e, "", nil))
		})
	}
	web.SetToast(e, "New password set. All other devices are signed out.")
	if done, err := web.SignIn(e, account, web.NextParam(e)); !done {
		return err
	}
	if next := web.NextParam(e); next != "" {
		return redirectNextAs(e, account, next)
	}
	return web.Redirect(e, "/")
}

// renderExpiredLink shows page for a link that was used or has expired; errors of the server are returned.
func renderExpiredLink(e *core.RequestEvent, err error, page func(web.FormErrors) templ.Component) error {
	faults, ok := web.FormErrorsOf(err)
	if !ok {
		return err
	}
	return web.Render(e, http.StatusGone, page(faults))
}

func emailRequestProps(e *core.RequestEvent, email string, faults web.FormErrors) emailRequestForm {
	return emailRequestForm{Page: layout.PublicPage(e, "Request a new link"), Email: email, Errors: faults, Help: layout.SupportContact(e.App), Next: web.NextParam(e)}
}

func resetProps(e *core.RequestEvent, account *core.Record, faults web.FormErrors) resetForm {
	return resetForm{Page: layout.PublicPage(e, "Choose a new password"), Token: e.Request.PathValue("token"), Email: account.Email(), Errors: faults,
		NeedsName: accounts.ResetNeedsName(account), Name: e.Request.PostFormValue("name"), Timezone: e.Request.PostFormValue("timezone"),
		Help: layout.SupportContact(e.App), Next: web.NextParam(e)}
}

func resetSentProps(e *core.RequestEvent) layout.CheckEmailProps {
	return layout.CheckEmailProps{
		Card: layout.CardPageProps{Page: layout.PublicPage(e, "Check your email"), Title: "Check your email", Help: layout.SupportContact(e.App),
			Intro: "If there's an account with this address, we sent a link to set a new password."},
		Text:         []string{"Didn't get it? Check your spam folder, or try again with the right address. Your current password works until you set a new one."},
		RetryURL:     web.WithNext(paths.Reset, web.NextParam(e)),
		EmailEnabled: mail.Enabled(e.App),
	}
}
