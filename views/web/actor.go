package web

import (
	"net/http"
	"net/url"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/record"
)

const actorKey = "usher.actor"

// SignedIn lets through who is signed in; others sign in first and come back.
func SignedIn(e *core.RequestEvent) error {
	if e.Auth == nil {
		return Go(e, SignInTo(wanted(e)))
	}
	return e.Next()
}

// wanted is the page that somebody was on or wanted to see.
func wanted(e *core.RequestEvent) string {
	if e.Request.Method == http.MethodGet && !IsFragment(e) {
		return e.Request.URL.RequestURI()
	}
	if page, err := url.Parse(e.Request.Header.Get("HX-Current-URL")); err == nil && IsFragment(e) {
		return Next(page.RequestURI(), "/")
	}
	return e.Request.URL.Path
}

// InTeam lets through who is in the team of the address, in whatever role.
func InTeam(e *core.RequestEvent) error {
	if e.Auth == nil {
		return Go(e, SignInTo(wanted(e)))
	}
	actor, err := actors.Find(e.App, e.Auth, e.Request.PathValue("team"))
	if err != nil {
		return err
	}
	actor.From = e.RealIP()
	e.Set(actorKey, actor)
	if !byItself(e) {
		if err := actors.Visit(e.App, actor); err != nil {
			e.App.Logger().Warn("note that a person is active", "error", err)
		}
	}
	return e.Next()
}

// InPanel lets through Owner and Admins of the team of the address, who were active in the last hours. A
// member is told whom to ask; for a stranger there is no such team (R15).
func InPanel(e *core.RequestEvent) error {
	if login := Login(e); login != nil && !login.OpensPanel() {
		return Go(e, SignInTo(wanted(e)))
	}
	return InTeam(e)
}

// Panel refuses who is in the team without the right to the panel. It comes after InPanel.
func Panel(e *core.RequestEvent) error {
	if !Actor(e).SeesPanel() {
		return record.Forbid("The Admin Panel is for the Owner and Admins of a team.")
	}
	return e.Next()
}

// Actor is who acts in the team of the address. It is there behind InTeam and InPanel.
func Actor(e *core.RequestEvent) *actors.Actor {
	actor, _ := e.Get(actorKey).(*actors.Actor)
	return actor
}
