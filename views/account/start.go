package account

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/views/frame"
	"usher/views/web"
)

// start sends everybody to where they belong.
func start(e *core.RequestEvent) error {
	if e.Auth != nil {
		return goOn(e, "/")
	}
	any, err := accounts.Any(e.App)
	if err != nil {
		return err
	}
	if !any {
		return web.Go(e, "/signup")
	}
	return web.Go(e, "/signin")
}

// startPanel is the panel's own address (R15): sign in, answer what waits, choose a team.
func startPanel(e *core.RequestEvent) error {
	if e.Auth == nil {
		return web.Render(e, 200, signInSheet(signInProps(e, "", "/admin", nil)))
	}
	return goOn(e, "/admin")
}

// goOn leads past what waits for an answer to the next page.
func goOn(e *core.RequestEvent, next string) error { return goOnAs(e, e.Auth, next) }

// goOnAs is goOn for an account that has just signed in.
func goOnAs(e *core.RequestEvent, account *core.Record, next string) error {
	to, err := frame.Past(e.App, account, next)
	if err != nil {
		return err
	}
	return web.Go(e, to)
}
