package account

import (
	"errors"
	"time"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/paths"
	"usher/hooks/tools/errs"
	"usher/views/layout"
	"usher/views/web"
)

// sendCode gives the same reply for every address.
func sendCode(e *core.RequestEvent) error {
	email, next := e.Request.FormValue("email"), web.NextParam(e)
	secret, err := accounts.RequestCode(e.App, email, next, e.Request.UserAgent(), e.RealIP())
	if err != nil {
		return layout.RenderInvalid(e, err, func(faults web.FormErrors) templ.Component {
			props := emailRequestProps(e, email, faults)
			props.Page = layout.PublicPage(e, "Sign in with a code")
			return codeRequestView(props)
		})
	}
	web.SetCodeRequest(e, secret)
	return web.Redirect(e, web.WithNext(paths.SignInCode, next))
}

// codePage asks for the code. Without a request it leads to the sign-in page.
func codePage(e *core.RequestEvent) error {
	next := web.NextParam(e)
	if e.Auth != nil {
		return web.Redirect(e, web.SafeNext(next, "/"))
	}
	props, err := codeProps(e, next, nil)
	if errors.Is(err, errs.ErrNotFound) {
		return web.Redirect(e, web.WithNext(paths.SignIn, next))
	}
	if err != nil {
		return err
	}
	return web.Render(e, 200, codeView(props))
}

func signInWithCode(e *core.RequestEvent) error {
	next := web.NextParam(e)
	account, err := accounts.SignInWithCode(e.App, web.DeviceToken(e), web.CodeRequest(e), e.Request.FormValue("code"), e.RealIP())
	if err != nil {
		props, broken := codeProps(e, next, nil)
		if broken != nil && !errors.Is(broken, errs.ErrNotFound) {
			return broken
		}
		return layout.RenderInvalid(e, err, func(faults web.FormErrors) templ.Component { props.Errors = faults; return codeView(props) })
	}
	web.ClearCodeRequest(e)
	if done, err := web.SignIn(e, account, next); !done {
		return err
	}
	return redirectNext(e, web.SafeNext(next, "/"))
}

// codeProps returns the form for the browser's request. It returns errs.ErrNotFound, and a form that leads to a new request, if
// there is none or it has expired.
func codeProps(e *core.RequestEvent, next string, faults web.FormErrors) (codeForm, error) {
	form := codeForm{Page: layout.PublicPage(e, "Enter your code"), Next: next, Errors: faults, Help: layout.SupportContact(e.App)}
	request, err := accounts.FindSignInCode(e.App, web.CodeRequest(e))
	if err != nil {
		return form, err
	}
	form.Email, form.Open = request.Address(), !request.IsLocked()
	form.Minutes = int(time.Until(request.Expires()).Round(time.Minute) / time.Minute)
	return form, nil
}
