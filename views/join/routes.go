// Package join serves the pages behind the links of invitations, sessions and rooms.
package join

import (
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"usher/views/web"
)

// Routes registers the pages. A GET request never changes anything, because mail scanners open links (R60).
func Routes(pages *web.Group) {
	pages.GET("/invite/{token}", invitationPage)
	pages.POST("/invite/{token}/accept", acceptInvitation)
	pages.GET("/invite/{token}/decline", confirmDecline)
	pages.POST("/invite/{token}/decline", declineInvitation)
	pages.POST("/invite/{token}/undo-decline", undoDecline)

	pages.GET("/s/{code}", joinPage)
	pages.GET("/s/{code}/calendar.ics", serveCalendar)
	pages.GET("/s/{code}/next", redirectToNext)
	pages.POST("/s/{code}/join", joinSession)
	pages.POST("/s/{code}/decline", declineSession)
	pages.POST("/s/{code}/answer", saveRSVP)
	pages.POST("/s/{code}/start", startSession)
	for _, action := range []string{"join", "decline", "answer", "start"} {
		pages.GET("/s/{code}/"+action, redirectToJoin)
	}

	pages.GET("/r/{slug}", showRoom)
	pages.POST("/r/{slug}/start", startInRoom)
	pages.GET("/r/{slug}/account", roomSignUpPage)
	pages.POST("/r/{slug}/account", signUpInRoom)
}

// RegisterEvents mounts the event streams of open join pages and room pages. An event carries no data: it only says that
// the page has changed. The streams are also open to readers who aren't signed in.
func RegisterEvents(e *core.ServeEvent) {
	e.Router.GET("/s/{code}/events", serveEvents).Bind(apis.SkipSuccessActivityLog())
	e.Router.GET("/r/{slug}/events", serveRoomEvents).Bind(apis.SkipSuccessActivityLog())
}
