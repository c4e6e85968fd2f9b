package live

import (
	"errors"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/join"
	"usher/hooks/paths"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/views/web"
)

const visitorKey = "usher.stage.visitor"

// requireInSession only lets visitors who are in the session continue. Others get a 404, and anonymous visitors the sign-in
// page whether or not the session exists (R152).
func requireInSession(e *core.RequestEvent) error {
	visitor, err := findVisitor(e)
	if errors.Is(err, errs.ErrNotFound) && e.Auth == nil {
		return web.RequireSignIn(e)
	}
	if err != nil {
		return err
	}
	if visitor.Status != join.Admitted || visitor.Participant == nil {
		status := http.StatusOK
		if e.Request.Method != http.MethodGet {
			status = http.StatusForbidden
		}
		return handleNotInSession(e, visitor, status)
	}
	e.Set(visitorKey, visitor)
	return e.Next()
}

// findVisitor finds the visitor of the session, a user of its team or a participant.
func findVisitor(e *core.RequestEvent) (*join.Visitor, error) {
	session, err := sessions.FindByID(e.App, e.Request.PathValue("session"))
	if err != nil {
		return nil, join.GoneLive(e.App, e.Auth, e.Request.PathValue("session"), err)
	}
	visitor, err := join.ResolveDevice(e.App, e.Auth, web.PersonalCode(e), web.GuestSecret(e), session)
	if err == nil && visitor.Actor == nil && visitor.Participant == nil {
		if visitor.Departed() {
			return nil, &actors.FormerMember{Team: visitor.Team.Name()}
		}
		return nil, errs.ErrNotFound
	}
	return visitor, err
}

// currentVisitor is the visitor of the request. It is set by requireInSession.
func currentVisitor(e *core.RequestEvent) *join.Visitor {
	visitor, _ := e.Get(visitorKey).(*join.Visitor)
	return visitor
}

// handleNotInSession responds to a visitor who isn't in the session: with the reason on an open page, or else a redirect to the
// join page.
func handleNotInSession(e *core.RequestEvent, visitor *join.Visitor, status int) error {
	if !web.IsFragment(e) || !isFinal(visitor.Status) {
		return web.Redirect(e, paths.Join(visitor.Session.Code()))
	}
	return web.Render(e, status, endScreen(endScreenFor(visitor)))
}

// isFinal reports whether the page can say why the visitor is no longer in the session.
func isFinal(status join.Status) bool {
	switch status {
	case join.Ended, join.Cancelled, join.Excluded, join.Denied:
		return true
	}
	return false
}

func livePath(e *core.RequestEvent) string { return paths.Live(e.Request.PathValue("session")) }

// redirectToPage redirects from the URL of an action, which isn't a page, to the session.
func redirectToPage(e *core.RequestEvent) error { return web.Redirect(e, livePath(e)) }
