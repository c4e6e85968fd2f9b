package account

import (
	"errors"
	"time"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/members"
	"usher/hooks/paths"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
	"usher/hooks/twofactors"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

func twoFactorsPage(e *core.RequestEvent) error {
	props, err := twoFactorsProps(e)
	if err != nil {
		return err
	}
	return web.Render(e, 200, twoFactorsView(props))
}

// redirectToTwoFactors answers a GET of an address that only takes forms.
func redirectToTwoFactors(e *core.RequestEvent) error { return web.Redirect(e, paths.TwoFactors) }

func beginTwoFactors(e *core.RequestEvent) error {
	if err := twofactors.Begin(e.App, e.Auth); err != nil {
		return renderTwoFactorsInvalid(e, err, "")
	}
	return web.Redirect(e, web.WithNext(paths.TwoFactors, web.NextParam(e)))
}

func cancelTwoFactors(e *core.RequestEvent) error {
	if err := twofactors.Cancel(e.App, e.Auth); err != nil {
		return err
	}
	return web.Redirect(e, paths.AccountTwoFactors)
}

func enableTwoFactors(e *core.RequestEvent) error {
	codes, err := twofactors.Enable(e.App, e.Auth, web.Login(e), twoFactorsFormOf(e))
	if err != nil {
		return renderTwoFactorsInvalid(e, err, setupForm)
	}
	return renderRecoveryCodes(e, codes, "Two-factor authentication is on.")
}

func renewRecoveryCodes(e *core.RequestEvent) error {
	codes, err := twofactors.NewRecoveryCodes(e.App, e.Auth, twoFactorsFormOf(e))
	if err != nil {
		return renderTwoFactorsInvalid(e, err, codesForm)
	}
	return renderRecoveryCodes(e, codes, "Your previous recovery codes no longer work.")
}

func disableTwoFactors(e *core.RequestEvent) error {
	if err := twofactors.Disable(e.App, e.Auth, twoFactorsFormOf(e)); err != nil {
		return renderTwoFactorsInvalid(e, err, offForm)
	}
	web.SetToast(e, "Two-factor authentication is off.")
	return web.Redirect(e, paths.AccountTwoFactors)
}

func twoFactorsFormOf(e *core.RequestEvent) twofactors.Form {
	return twofactors.Form{Password: e.Request.FormValue("password"), Code: e.Request.FormValue("code"), IP: e.RealIP()}
}

// renderRecoveryCodes shows new codes, which aren't stored and can't be shown again.
func renderRecoveryCodes(e *core.RequestEvent, codes []string, done string) error {
	shell, err := twoFactorsShell(e)
	if err != nil {
		return err
	}
	next := web.NextParam(e)
	if next == "" {
		next = paths.AccountTwoFactors
	}
	return web.Render(e, 200, recoveryCodesView(recoveryCodesProps{Shell: shell, Done: done, Codes: codes, Email: e.Auth.Email(), Next: next}))
}

// renderTwoFactorsInvalid shows the page again with the errors of one of its forms.
func renderTwoFactorsInvalid(e *core.RequestEvent, refused error, form string) error {
	props, err := twoFactorsProps(e)
	if err != nil {
		return err
	}
	return layout.RenderInvalid(e, refused, func(faults web.FormErrors) templ.Component {
		props.Form, props.Errors = form, faults
		return twoFactorsView(props)
	})
}

func twoFactorsShell(e *core.RequestEvent) (ui.ShellProps, error) {
	return layout.AccountShell(e, e.Auth, accountNav(e.App, "two-factors"), ui.Breadcrumb{Label: "Your account", Href: paths.Account}, ui.Breadcrumb{Label: "Two-factor authentication"})
}

func twoFactorsProps(e *core.RequestEvent) (twoFactors, error) {
	props := twoFactors{Email: e.Auth.Email(), Next: web.NextParam(e), Times: accounts.ReaderZone(e.Auth, time.UTC)}
	var err error
	if props.Shell, err = twoFactorsShell(e); err != nil {
		return props, err
	}
	places, err := members.TeamsOf(e.App, e.Auth, false)
	if err != nil {
		return props, err
	}
	for _, place := range places {
		if team := teams.Of(place.Team); place.Roles.CanUsePanel() && team.RequiresTwoFactors() {
			props.RequiredBy = append(props.RequiredBy, text.Isolate(team.Name()))
		}
	}
	authenticator, err := twofactors.Find(e.App, e.Auth.Id)
	if err == nil {
		props.Since, props.CodesLeft = authenticator.Enabled(), authenticator.RecoveryCodesLeft()
		return props, nil
	}
	if !errors.Is(err, errs.ErrNotFound) {
		return props, err
	}
	setup, err := twofactors.FindSetup(e.App, e.Auth.Id)
	if err != nil {
		return props, errs.IgnoreNotFound(err)
	}
	key, err := setup.Key(e.App, e.Auth)
	if err != nil {
		return props, err
	}
	props.Secret = key.Secret
	props.QRCode, err = qrCode(key.URL)
	return props, err
}
