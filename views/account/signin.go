package account

import (
	"errors"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/mail"
	"usher/hooks/passkeys"
	"usher/hooks/paths"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
	"usher/views/layout"
	"usher/views/web"
)

func signInPage(e *core.RequestEvent) error {
	query := e.Request.URL.Query()
	next := web.SafeNext(query.Get("next"), "/")
	if e.Auth != nil {
		return web.Redirect(e, next)
	}
	if query.Has("sent") {
		return web.Render(e, 200, layout.CheckEmail(confirmationSentProps(e)))
	}
	return web.Render(e, 200, signInView(signInProps(e, query.Get("email"), next, nil)))
}

func signIn(e *core.RequestEvent) error {
	email, next := e.Request.FormValue("email"), web.SafeNext(e.Request.FormValue("next"), "/")
	account, err := accounts.SignInFromDevice(e.App, web.DeviceToken(e), email, e.Request.FormValue("password"), e.RealIP())
	if err != nil {
		return layout.RenderInvalid(e, err, func(faults web.FormErrors) templ.Component {
			props := signInProps(e, email, next, faults)
			props.Unverified = errs.Code(err) == accounts.CodeUnverified
			return signInView(props)
		})
	}
	if done, err := web.SignIn(e, account, next); !done {
		return err
	}
	return redirectNext(e, next)
}

func signInProps(e *core.RequestEvent, email, next string, faults web.FormErrors) signInForm {
	any, err := accounts.AnyExist(e.App)
	return signInForm{
		Page: layout.PublicPage(e, "Sign in"), Email: email, Next: next, Errors: faults, ForPanel: next == paths.AdminPanels,
		Passkeys: passkeys.Available(e.App), Providers: settings.Of(e.App).Providers, CanEmailCode: mail.Enabled(e.App), CanSignUp: settings.Of(e.App).SignUp == "open" || err == nil && !any, Help: layout.SupportContact(e.App),
	}
}

// sendConfirmation gives the same reply for every address.
func sendConfirmation(e *core.RequestEvent) error {
	err := accounts.RequestConfirmation(e.App, e.Request.FormValue("email"), web.NextParam(e), e.RealIP())
	if _, refused := web.FormErrorsOf(err); refused && !isRateLimited(err) {
		return layout.RenderInvalid(e, err, func(faults web.FormErrors) templ.Component {
			return expiredConfirmation(emailRequestProps(e, e.Request.FormValue("email"), faults))
		})
	}
	if err != nil {
		return err
	}
	return web.Redirect(e, web.WithNext(sentPath(paths.SignIn), web.NextParam(e)))
}

func isRateLimited(err error) bool {
	var slow *errs.RateLimitError
	return errors.As(err, &slow)
}

func confirmationSentProps(e *core.RequestEvent) layout.CheckEmailProps {
	return layout.CheckEmailProps{
		Card: layout.CardPageProps{Page: layout.PublicPage(e, "Check your email"), Title: "Check your email", Help: layout.SupportContact(e.App),
			Intro: "If there's an unconfirmed account with this address, we sent a new link."},
		Text:         []string{"Didn't get it? Check your spam folder, or try again with the right address."},
		RetryURL:     web.WithNext(paths.SignIn, web.NextParam(e)),
		EmailEnabled: mail.Enabled(e.App),
	}
}

func signOut(e *core.RequestEvent) error {
	if err := web.SignOut(e); err != nil {
		return err
	}
	next := web.SafeNext(e.Request.FormValue("next"), "")
	if next == "" {
		web.SetToast(e, "You're signed out.")
		next = paths.SignIn
	}
	return web.Redirect(e, next)
}
