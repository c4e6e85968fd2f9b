package account

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/paths"
	"usher/views/layout"
	"usher/views/web"
)

// startPage redirects to the user's start page, to sign-in, or to sign-up on a new server.
func startPage(e *core.RequestEvent) error {
	if e.Auth != nil {
		return redirectNext(e, "/")
	}
	any, err := accounts.AnyExist(e.App)
	if err != nil {
		return err
	}
	if !any {
		return web.Redirect(e, paths.SignUp)
	}
	return web.Redirect(e, paths.SignIn)
}

// panelStartPage is the address of the Admin Panel (R15): it leads through sign-in, pending invitations and Team Selection.
func panelStartPage(e *core.RequestEvent) error {
	if e.Auth == nil {
		return web.Render(e, 200, signInView(signInProps(e, "", paths.AdminPanels, nil)))
	}
	return redirectNext(e, paths.AdminPanels)
}

// redirectNext redirects to next, or first to pending invitations.
func redirectNext(e *core.RequestEvent, next string) error { return redirectNextAs(e, e.Auth, next) }

// redirectNextAs is redirectNext for an account that has just signed in.
func redirectNextAs(e *core.RequestEvent, account *core.Record, next string) error {
	to, err := layout.AfterSignIn(e.App, account, next)
	if err != nil {
		return err
	}
	return web.Redirect(e, to)
}
