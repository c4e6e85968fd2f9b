package account

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/views/layout"
	"usher/views/web"
)

// startPage sends everybody to where they belong.
func startPage(e *core.RequestEvent) error {
	if e.Auth != nil {
		return redirectNext(e, "/")
	}
	any, err := accounts.AnyExist(e.App)
	if err != nil {
		return err
	}
	if !any {
		return web.Redirect(e, "/signup")
	}
	return web.Redirect(e, "/signin")
}

// panelStartPage is the panel's own address (R15): sign in, answer what waits, choose a team.
func panelStartPage(e *core.RequestEvent) error {
	if e.Auth == nil {
		return web.Render(e, 200, signInView(signInProps(e, "", "/admin", nil)))
	}
	return redirectNext(e, "/admin")
}

// redirectNext leads past what waits for an answer to the next page.
func redirectNext(e *core.RequestEvent, next string) error { return redirectNextAs(e, e.Auth, next) }

// redirectNextAs is goOn for an account that has just signed in.
func redirectNextAs(e *core.RequestEvent, account *core.Record, next string) error {
	to, err := layout.AfterSignIn(e.App, account, next)
	if err != nil {
		return err
	}
	return web.Redirect(e, to)
}
