package account

import (
	"crypto/subtle"
	"errors"
	"net/url"
	"time"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/identities"
	"usher/hooks/paths"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// startIdentity leads to the page of an identity provider. It's a link and not a form: browsers don't let forms lead to other sites
// (Content-Security-Policy, form-action).
func startIdentity(e *core.RequestEvent) error {
	next := web.SafeNext(e.Request.URL.Query().Get("next"), "/")
	if e.Auth != nil {
		return web.Redirect(e, next)
	}
	address, state, err := identities.Start(e.App, e.Request.PathValue("provider"), next, nil, e.RealIP())
	if err != nil {
		return renderSignInInvalid(e, next, err)
	}
	web.SetAttempt(e, state, identities.AttemptLifetime)
	return web.Redirect(e, address)
}

// finishIdentity handles the return from an identity provider, to sign in or to connect the account.
func finishIdentity(e *core.RequestEvent) error {
	query, key := e.Request.URL.Query(), e.Request.PathValue("provider")
	state := query.Get("state")
	mine := subtle.ConstantTimeCompare([]byte(web.Attempt(e)), []byte(state)) == 1
	web.SetAttempt(e, "", 0)
	if !mine {
		state = "" // started in another browser, or by someone else
	}
	if query.Get("error") != "" {
		return identityDeclined(e, key, state)
	}
	attempt, identity, err := identities.Finish(e.App, key, state, query.Get("code"))
	if attempt.Account != "" {
		return finishConnecting(e, attempt, identity, err)
	}
	if err != nil {
		return renderSignInInvalid(e, attempt.Next, err)
	}
	account, err := identities.SignIn(e.App, identity, e.RealIP())
	if err != nil {
		return renderSignInInvalid(e, attempt.Next, err)
	}
	if done, err := web.SignIn(e, account, attempt.Next); !done {
		return err
	}
	return redirectNext(e, attempt.Next)
}

// identityDeclined handles the return of a user who cancelled at the provider.
func identityDeclined(e *core.RequestEvent, key, state string) error {
	attempt, err := identities.Abandon(e.App, key, state)
	if err != nil {
		return renderSignInInvalid(e, "/", err)
	}
	if attempt.Account != "" {
		web.SetToast(e, "Nothing was connected: you cancelled at "+attempt.Provider.Name+".")
		return web.Redirect(e, paths.AccountSignIns)
	}
	return renderSignInInvalid(e, attempt.Next, errs.Invalid("base", "cancelled", "You cancelled signing in with "+attempt.Provider.Name+"."))
}

func finishConnecting(e *core.RequestEvent, attempt identities.Attempt, identity identities.Identity, err error) error {
	if e.Auth == nil || e.Auth.Id != attempt.Account {
		return renderSignInInvalid(e, paths.Account, errs.Invalid("base", identities.CodeExpired, "Sign in again to connect "+attempt.Provider.Name+"."))
	}
	if err == nil {
		err = identities.Connect(e.App, e.Auth, identity, e.RealIP())
	}
	if _, _, sentence, refused := errs.Details(err); refused {
		web.SetToast(e, sentence)
		return web.Redirect(e, paths.AccountSignIns)
	}
	if err != nil {
		return err
	}
	web.SetToast(e, "You can now sign in with "+attempt.Provider.Name+".")
	return web.Redirect(e, paths.AccountSignIns)
}

func renderSignInInvalid(e *core.RequestEvent, next string, refused error) error {
	return layout.RenderInvalid(e, refused, func(faults web.FormErrors) templ.Component {
		return signInView(signInProps(e, "", web.SafeNext(next, "/"), faults))
	})
}

func loadIdentities(e *core.RequestEvent, account *core.Record) (identitiesProps, error) {
	list, err := identities.List(e.App, account)
	return identitiesProps{Connections: list, Times: accounts.ReaderZone(account, time.UTC)}, err
}

// connectPage asks for the password before an identity is connected.
func connectPage(e *core.RequestEvent) error {
	props, err := connectProps(e)
	if err != nil {
		return err
	}
	return web.Render(e, 200, connectView(props))
}

func connectIdentity(e *core.RequestEvent) error {
	props, err := connectProps(e)
	if err != nil {
		return err
	}
	provider := props.Provider
	err = identities.Confirm(e.App, e.Auth, provider, e.Request.FormValue("password"), e.RealIP())
	var address, state string
	if err == nil {
		address, state, err = identities.Start(e.App, provider.Key, paths.Account, e.Auth, e.RealIP())
	}
	if err != nil {
		return layout.RenderInvalid(e, err, func(faults web.FormErrors) templ.Component {
			props.Errors = faults
			return connectView(props)
		})
	}
	web.SetAttempt(e, state, identities.AttemptLifetime)
	props.Continue = address
	return web.Render(e, 200, connectView(props))
}

// disconnectPage asks for confirmation before an identity is disconnected.
func disconnectPage(e *core.RequestEvent) error {
	props, err := loadAccountPage(e)
	if err != nil {
		return err
	}
	if props.Identities.Dialog = props.Identities.confirmDisconnect(e.Request.PathValue("provider")); props.Identities.Dialog == nil {
		return web.Redirect(e, paths.AccountSignIns)
	}
	return web.Render(e, 200, accountView(props))
}

func disconnectIdentity(e *core.RequestEvent) error {
	key := e.Request.PathValue("provider")
	err := identities.Disconnect(e.App, e.Auth, key, e.RealIP())
	switch {
	case errors.Is(err, errs.ErrNotFound):
		web.SetToast(e, "It was already disconnected.")
	case err != nil:
		return err
	default:
		web.SetToast(e, "You can no longer sign in with "+settings.Of(e.App).ProviderName(key)+".")
	}
	return web.Redirect(e, paths.AccountSignIns)
}

// identityURL starts signing in with a provider and returns to next.
func identityURL(provider, next string) string {
	if next == "" || next == "/" {
		return paths.Identity(provider)
	}
	return paths.Identity(provider) + "?next=" + url.QueryEscape(next)
}

func connectProps(e *core.RequestEvent) (connectForm, error) {
	provider, ok := settings.Of(e.App).FindProvider(e.Request.PathValue("provider"))
	if !ok {
		return connectForm{}, errs.ErrNotFound
	}
	shell, err := layout.AccountShell(e, e.Auth, accountNav(e.App, "identities"), ui.Breadcrumb{Label: "Your account", Href: paths.Account}, ui.Breadcrumb{Label: "Connect " + provider.Name})
	return connectForm{Shell: shell, Provider: provider, Email: e.Auth.Email()}, err
}
