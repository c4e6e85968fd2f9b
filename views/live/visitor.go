package live

import (
	"errors"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/join"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/views/web"
)

const visitorKey = "usher.stage.visitor"

// requireInSession lets through who is in the session of the address, now. To whom it is nothing there is no such session; who is
// not known signs in first, whether there is one or not (R152).
func requireInSession(e *core.RequestEvent) error {
	visitor, err := findVisitor(e)
	if errors.Is(err, errs.NotFound) && e.Auth == nil {
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

// findVisitor reads who stands where with the session of the address: somebody of its team, or of its list.
func findVisitor(e *core.RequestEvent) (*join.Visitor, error) {
	session, err := sessions.FindByID(e.App, e.Request.PathValue("session"))
	if err != nil {
		return nil, join.GoneLive(e.App, e.Auth, e.Request.PathValue("session"), err)
	}
	visitor, err := join.Resolve(e.App, e.Auth, web.PersonalCode(e), session)
	if err == nil && visitor.Actor == nil && visitor.Participant == nil {
		if visitor.Departed() {
			return nil, &actors.FormerMember{Team: visitor.Team.Name()}
		}
		return nil, errs.NotFound
	}
	return visitor, err
}

// currentVisitor is who asks. It is there behind inside.
func currentVisitor(e *core.RequestEvent) *join.Visitor {
	visitor, _ := e.Get(visitorKey).(*join.Visitor)
	return visitor
}

// handleNotInSession answers who is not in: an open page is told what has come between, anybody else stands at the door.
func handleNotInSession(e *core.RequestEvent, visitor *join.Visitor, status int) error {
	if !web.IsFragment(e) || !isFinal(visitor.Status) {
		return web.Redirect(e, "/s/"+visitor.Session.Code())
	}
	return web.Render(e, status, endScreen(endScreenFor(visitor)))
}

// isFinal reports whether somebody who was in can be told here why he is not any more.
func isFinal(standing join.Status) bool {
	switch standing {
	case join.Ended, join.Cancelled, join.Excluded, join.Denied:
		return true
	}
	return false
}

func livePath(e *core.RequestEvent) string { return "/live/" + e.Request.PathValue("session") }

// redirectToPage leads from the address of a deed, which is not a page, to the session.
func redirectToPage(e *core.RequestEvent) error { return web.Redirect(e, livePath(e)) }
