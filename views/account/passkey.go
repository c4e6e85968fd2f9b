package account

import (
	"errors"
	"time"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/passkeys"
	"usher/hooks/paths"
	"usher/hooks/tools/errs"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// passkeyPage lets the browser ask for a passkey.
func passkeyPage(e *core.RequestEvent) error {
	next := web.SafeNext(e.Request.URL.Query().Get("next"), "/")
	if e.Auth != nil {
		return web.Redirect(e, next)
	}
	return renderPasskey(e, next, nil)
}

func signInWithPasskey(e *core.RequestEvent) error {
	next := web.SafeNext(web.NextParam(e), "/")
	account, err := passkeys.SignIn(e.App, web.Attempt(e), e.Request.FormValue("answer"), e.RealIP())
	if err != nil {
		return renderPasskey(e, next, err)
	}
	web.SetAttempt(e, "", 0)
	if err := web.RenewLogin(e, account); err != nil {
		return err
	}
	return redirectNext(e, next)
}

// renderPasskey shows the page with options for a new attempt. refused is why the last one failed, or nil.
func renderPasskey(e *core.RequestEvent, next string, refused error) error {
	props := passkeyForm{Page: layout.PublicPage(e, "Sign in with a passkey"), Next: next, Help: layout.SupportContact(e.App)}
	ceremony, err := passkeys.BeginSignIn(e.App, e.RealIP())
	if err == nil {
		web.SetAttempt(e, ceremony.Token, passkeys.Lifetime)
		props.Options = ceremony.Options
	} else if refused == nil {
		refused = err
	}
	if refused == nil {
		return web.Render(e, 200, passkeyView(props))
	}
	return layout.RenderInvalid(e, refused, func(faults web.FormErrors) templ.Component {
		props.Errors = faults
		return passkeyView(props)
	})
}

func loadPasskeys(e *core.RequestEvent, account *core.Record) (passkeysProps, error) {
	list, err := passkeys.List(e.App, account)
	return passkeysProps{Rows: list, Available: passkeys.Available(e.App), Times: accounts.ReaderZone(account, time.UTC)}, err
}

// addPasskeyPage asks for the password before a passkey is added.
func addPasskeyPage(e *core.RequestEvent) error {
	props, err := addPasskeyProps(e)
	if err != nil {
		return err
	}
	return web.Render(e, 200, addPasskeyView(props))
}

// beginPasskey checks the password and lets the browser create a passkey.
func beginPasskey(e *core.RequestEvent) error {
	props, err := addPasskeyProps(e)
	if err != nil {
		return err
	}
	ceremony, err := passkeys.BeginAdding(e.App, e.Auth, e.Request.FormValue("password"), e.RealIP())
	if err != nil {
		return renderAddPasskeyInvalid(e, props, err)
	}
	web.SetAttempt(e, ceremony.Token, passkeys.Lifetime)
	props.Options = ceremony.Options
	return web.Render(e, 200, addPasskeyView(props))
}

func addPasskey(e *core.RequestEvent) error {
	added, err := passkeys.Add(e.App, e.Auth, web.Attempt(e), e.Request.FormValue("answer"), accounts.DeviceName(e.Request.UserAgent()), e.RealIP())
	web.SetAttempt(e, "", 0)
	if err != nil {
		props, broken := addPasskeyProps(e)
		if broken != nil {
			return broken
		}
		return renderAddPasskeyInvalid(e, props, err)
	}
	web.SetToast(e, "You can now sign in with the passkey of "+added.Name()+".")
	return web.Redirect(e, paths.AccountPasskeys)
}

func renderAddPasskeyInvalid(e *core.RequestEvent, props addPasskeyForm, refused error) error {
	return layout.RenderInvalid(e, refused, func(faults web.FormErrors) templ.Component {
		props.Errors = faults
		return addPasskeyView(props)
	})
}

func addPasskeyProps(e *core.RequestEvent) (addPasskeyForm, error) {
	shell, err := layout.AccountShell(e, e.Auth, accountNav(e.App, "passkeys"), ui.Breadcrumb{Label: "Your account", Href: paths.Account}, ui.Breadcrumb{Label: "Add a passkey"})
	return addPasskeyForm{Shell: shell, Email: e.Auth.Email()}, err
}

// removePasskeyPage asks for confirmation before a passkey is removed.
func removePasskeyPage(e *core.RequestEvent) error {
	props, err := loadAccountPage(e)
	if err != nil {
		return err
	}
	if props.Passkeys.Dialog = props.Passkeys.confirmRemoval(e.Request.PathValue("id")); props.Passkeys.Dialog == nil {
		return web.Redirect(e, paths.AccountPasskeys)
	}
	return web.Render(e, 200, accountView(props))
}

func removePasskey(e *core.RequestEvent) error {
	removed, err := passkeys.Remove(e.App, e.Auth, e.Request.PathValue("id"), e.RealIP())
	switch {
	case errors.Is(err, errs.ErrNotFound):
		web.SetToast(e, "That passkey was already removed.")
	case err != nil:
		return err
	default:
		web.SetToast(e, "The passkey of "+removed.Name()+" was removed.")
	}
	return web.Redirect(e, paths.AccountPasskeys)
}

func redirectToPasskeys(e *core.RequestEvent) error { return web.Redirect(e, passkeysPath) }
