package account

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/paths"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
	"usher/hooks/twofactors"
	"usher/views/layout"
	"usher/views/web"
)

// secondStepPage asks for the code of an authenticator app, or for a recovery code.
func secondStepPage(e *core.RequestEvent) error {
	next := web.NextParam(e)
	account, err := web.PendingSignIn(e)
	switch {
	case errors.Is(err, errs.ErrNotFound) && e.Auth != nil:
		return web.Redirect(e, web.SafeNext(next, "/"))
	case errors.Is(err, errs.ErrNotFound):
		return web.Redirect(e, web.WithNext(paths.SignIn, next))
	case err != nil:
		return err
	}
	return web.Render(e, 200, secondStepView(secondStepProps(e, account, nil)))
}

func takeSecondStep(e *core.RequestEvent) error {
	next := web.NextParam(e)
	account, err := web.PendingSignIn(e)
	if errors.Is(err, errs.ErrNotFound) {
		return renderSignInExpired(e, next)
	}
	if err != nil {
		return err
	}
	used, err := twofactors.SignIn(e.App, account, web.DeviceToken(e), e.Request.FormValue("code"), e.RealIP())
	if err != nil {
		return layout.RenderInvalid(e, err, func(faults web.FormErrors) templ.Component {
			return secondStepView(secondStepProps(e, account, faults))
		})
	}
	if err := web.CompleteSignIn(e, account); err != nil {
		return err
	}
	if used.Recovery {
		web.SetLinkToast(e, "You used a recovery code. "+text.Count(used.Left, "is", "are")+" left.", "Create new ones", paths.TwoFactors)
	}
	return redirectNext(e, web.SafeNext(next, "/"))
}

// renderSignInExpired shows the sign-in page to a user who took too long for the second step.
func renderSignInExpired(e *core.RequestEvent, next string) error {
	faults := web.FormErrors{"base": "This sign-in has expired. Sign in again."}
	return web.Render(e, http.StatusUnprocessableEntity, signInView(signInProps(e, "", web.SafeNext(next, "/"), faults)))
}

func secondStepProps(e *core.RequestEvent, account *core.Record, faults web.FormErrors) secondStepForm {
	return secondStepForm{Page: layout.PublicPage(e, "Two-factor authentication"), Email: account.Email(), Next: web.NextParam(e),
		Recovery: e.Request.FormValue("recovery") != "", Errors: faults, Help: layout.SupportContact(e.App)}
}
