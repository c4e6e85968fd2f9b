package stage

import (
	"errors"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/entry"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/views/web"
)

const visitorKey = "usher.stage.visitor"

// inside lets through who is in the session of the address, now. To whom it is nothing there is no such session; who is
// not known signs in first, whether there is one or not (R152).
func inside(e *core.RequestEvent) error {
	visitor, err := find(e)
	if errors.Is(err, record.ErrNotFound) && e.Auth == nil {
		return web.SignedIn(e)
	}
	if err != nil {
		return err
	}
	if visitor.Standing != entry.In || visitor.Participant == nil {
		status := http.StatusOK
		if e.Request.Method != http.MethodGet {
			status = http.StatusForbidden
		}
		return outside(e, visitor, status)
	}
	e.Set(visitorKey, visitor)
	return e.Next()
}

// find reads who stands where with the session of the address: somebody of its team, or of its list.
func find(e *core.RequestEvent) (*entry.Visitor, error) {
	session, err := sessions.ByID(e.App, e.Request.PathValue("session"))
	if err != nil {
		return nil, entry.GoneLive(e.App, e.Auth, e.Request.PathValue("session"), err)
	}
	visitor, err := entry.At(e.App, e.Auth, web.Pass(e), session)
	if err == nil && visitor.Actor == nil && visitor.Participant == nil {
		if visitor.Departed() {
			return nil, &actors.FormerMember{Team: visitor.Team.Name()}
		}
		return nil, record.ErrNotFound
	}
	return visitor, err
}

// here is who asks. It is there behind inside.
func here(e *core.RequestEvent) *entry.Visitor {
	visitor, _ := e.Get(visitorKey).(*entry.Visitor)
	return visitor
}

// outside answers who is not in: an open page is told what has come between, anybody else stands at the door.
func outside(e *core.RequestEvent, visitor *entry.Visitor, status int) error {
	if !web.IsFragment(e) || !final(visitor.Standing) {
		return web.Go(e, "/s/"+visitor.Session.Code())
	}
	return web.Render(e, status, curtain(curtainOf(visitor)))
}

// final reports whether somebody who was in can be told here why he is not any more.
func final(standing entry.Standing) bool {
	switch standing {
	case entry.Ended, entry.Off, entry.Out, entry.Refused:
		return true
	}
	return false
}

func livePath(e *core.RequestEvent) string { return "/live/" + e.Request.PathValue("session") }

// back leads from the address of a deed, which is not a page, to the session.
func back(e *core.RequestEvent) error { return web.Go(e, livePath(e)) }
