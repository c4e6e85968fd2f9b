// Package join serves the pages behind the links of invitations, sessions and rooms.
package join

import "usher/views/web"

// Routes registers the pages. A GET request never changes anything, because mail scanners open links (R60).
func Routes(pages *web.Group) {
	pages.GET("/invite/{token}", invitationPage)
	pages.POST("/invite/{token}/accept", acceptInvitation)
	pages.POST("/invite/{token}/decline", declineInvitation)

	pages.GET("/s/{code}", joinPage)
	pages.GET("/s/{code}/calendar.ics", serveCalendar)
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
