package account

import (
	"errors"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/settings"
	"usher/views/frame"
	"usher/views/web"
)

func signInPage(e *core.RequestEvent) error {
	query := e.Request.URL.Query()
	next := web.Next(query.Get("next"), "/")
	if e.Auth != nil {
		return web.Go(e, next)
	}
	if query.Has("sent") {
		return web.Render(e, 200, frame.Look(sentProps(e)))
	}
	return web.Render(e, 200, signInSheet(signInProps(e, query.Get("email"), next, nil)))
}

func signIn(e *core.RequestEvent) error {
	email, next := e.Request.FormValue("email"), web.Next(e.Request.FormValue("next"), "/")
	account, err := accounts.SignInOn(e.App, web.Device(e), email, e.Request.FormValue("password"), e.RealIP())
	if err != nil {
		return frame.Again(e, err, func(faults web.Faults) templ.Component {
			props := signInProps(e, email, next, faults)
			props.Unverified = record.Code(err) == accounts.CodeUnverified
			return signInSheet(props)
		})
	}
	if err := web.SignIn(e, account); err != nil {
		return err
	}
	return goOn(e, next)
}

func signInProps(e *core.RequestEvent, email, next string, faults web.Faults) signInForm {
	any, err := accounts.Any(e.App)
	return signInForm{
		Page: frame.Public(e, "Sign in"), Email: email, Next: next, Faults: faults, Panel: next == "/admin",
		SignUp: settings.Of(e.App).SignUp == "open" || err == nil && !any, Help: frame.Support(e.App),
	}
}

// sendConfirmation answers alike for every address.
func sendConfirmation(e *core.RequestEvent) error {
	err := accounts.RequestConfirmation(e.App, e.Request.FormValue("email"), web.NextOf(e), e.RealIP())
	if _, refused := web.FaultsOf(err); refused && !tooMany(err) {
		return frame.Again(e, err, func(faults web.Faults) templ.Component {
			return deadConfirmation(deadLinkProps(e, e.Request.FormValue("email"), faults))
		})
	}
	if err != nil {
		return err
	}
	return web.Go(e, web.WithNext("/signin?sent=1", web.NextOf(e)))
}

func tooMany(err error) bool {
	var slow *record.Slow
	return errors.As(err, &slow)
}

func sentProps(e *core.RequestEvent) frame.LookProps {
	return frame.LookProps{
		Sheet: frame.SheetProps{Page: frame.Public(e, "Check your email"), Title: "Check your email", Help: frame.Support(e.App),
			Lede: "If an account with this address still has to be confirmed, we sent a new link."},
		Text:  []string{"Didn't get it? Check your spam folder, or try again with the right address."},
		Again: web.WithNext("/signin", web.NextOf(e)),
		Mail:  mail.Works(e.App),
	}
}

func signOut(e *core.RequestEvent) error {
	if err := web.SignOut(e); err != nil {
		return err
	}
	next := web.Next(e.Request.FormValue("next"), "")
	if next == "" {
		web.Toast(e, "You are signed out.")
		next = "/signin"
	}
	return web.Go(e, next)
}
