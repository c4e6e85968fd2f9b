package stage

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/entry"
	"usher/hooks/sessions"
	"usher/hooks/settings"
	"usher/views/web"
)

const visitorKey = "usher.stage.visitor"

// inside lets through who is in the session of the address, now.
func inside(e *core.RequestEvent) error {
	session, err := sessions.ByID(e.App, e.Request.PathValue("session"))
	if err != nil {
		return err
	}
	visitor, err := entry.At(e.App, e.Auth, personalCode(e), session)
	if err != nil {
		return err
	}
	e.Set(visitorKey, visitor)
	if visitor.Standing != entry.In || visitor.Participant == nil {
		return outside(e, visitor)
	}
	return e.Next()
}

// here is who asks. It is there behind inside.
func here(e *core.RequestEvent) *entry.Visitor {
	visitor, _ := e.Get(visitorKey).(*entry.Visitor)
	return visitor
}

// outside answers who is not in: an open page is told what has come between, anybody else stands at the door.
func outside(e *core.RequestEvent, visitor *entry.Visitor) error {
	if !web.IsFragment(e) || !final(visitor.Standing) {
		return web.Go(e, "/s/"+visitor.Session.Code())
	}
	status := http.StatusOK
	if e.Request.Method != http.MethodGet {
		status = http.StatusForbidden
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

// passName is the cookie of who came by a personal link alone (R70). It begins with __Host- where the browser can hold
// to it.
func passName(app core.App) string {
	if settings.Of(app).Secure() {
		return "__Host-usher_pass"
	}
	return "usher_pass"
}

func personalCode(e *core.RequestEvent) string {
	cookie, err := e.Request.Cookie(passName(e.App))
	if err != nil {
		return ""
	}
	return cookie.Value
}
