// Package join is where people come in from outside: the pages behind the links of invitations, sessions and rooms.
package join

import "usher/views/web"

// Routes mounts the area. GET shows and never changes anything: programs that check mail open links (R60).
func Routes(pages *web.Group) {
	pages.GET("/invite/{token}", invitation)
	pages.POST("/invite/{token}/accept", accept)
	pages.POST("/invite/{token}/decline", decline)

	pages.GET("/s/{code}", door)
	pages.GET("/s/{code}/calendar.ics", calendarFile)
	pages.POST("/s/{code}/join", join)
	pages.POST("/s/{code}/decline", declineSession)
	pages.POST("/s/{code}/answer", answerSession)
	pages.POST("/s/{code}/start", startSession)
	for _, action := range []string{"join", "decline", "answer", "start"} {
		pages.GET("/s/{code}/"+action, toPage)
	}

	pages.GET("/r/{slug}", room)
	pages.POST("/r/{slug}/start", startInRoom)
	pages.GET("/r/{slug}/account", roomAccount)
	pages.POST("/r/{slug}/account", signUpInRoom)
}
