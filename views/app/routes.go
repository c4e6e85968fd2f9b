// Package app serves the App: the pages for everyone in a team, whatever their role.
package app

import (
	"usher/views/recordings"
	"usher/views/web"
)

// Routes registers the pages.
func Routes(pages *web.Group) {
	app := pages.Group("/app/{team}")
	app.BindFunc(web.FullPageErrors, web.RequireTeam)
	app.GET("", home)
	app.GET("/find", showSearch)
	app.POST("/leave", leave)
	app.POST("/organizer", becomeOrganizer)
	app.GET("/meet", redirectToHome)
	app.POST("/meet", meetNow)
	sessionRoutes(app)
	recordings.Routes(app, recordings.Area{Shell: shell})
	recordings.FileRoutes(app)
	app.GET("/rooms", showRooms)
	app.GET("/calendar", showCalendar)
	app.POST("/calendar/feed", resetFeed)
	pages.GET("/calendar/{secret}", serveFeed)
}

func sessionRoutes(app *web.Group) {
	app.GET("/sessions", sessionList)
	app.GET("/sessions/new", newSession)
	app.POST("/sessions/new", schedule)
	app.POST("/sessions/preview", previewForm)
	app.GET("/people", searchPeople)
	app.POST("/people", parsePeople)
	app.GET("/sessions/{id}", details)
	app.GET("/sessions/{id}/chat.txt", downloadChat)
	app.GET("/sessions/{id}/edit", editSession)
	app.POST("/sessions/{id}/edit", saveSession)
	app.GET("/sessions/{id}/cancel", confirmCancel)
	app.POST("/sessions/{id}/cancel", cancel)
	app.POST("/sessions/{id}/undo-cancel", undoCancel)
	app.GET("/sessions/{id}/end", confirmEnd)
	app.POST("/sessions/{id}/end", endSession)
	app.POST("/sessions/{id}/start", start)
	app.POST("/sessions/{id}/answer", rsvp)
	app.POST("/sessions/{id}/people", inviteToSession)
	app.POST("/sessions/{id}/people/{participant}/resend", resendInvitation)
	app.GET("/sessions/{id}/people/{participant}/link", redirectToDetails)
	app.POST("/sessions/{id}/people/{participant}/link", copyLink)
}
