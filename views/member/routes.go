// Package member is the App: what everybody in a team has, whatever the role.
package member

import "usher/views/web"

// Routes mounts the area.
func Routes(pages *web.Group) {
	app := pages.Group("/app/{team}")
	app.BindFunc(wholePage, web.InTeam)
	app.GET("", home)
	app.GET("/find", search)
	app.POST("/leave", leave)
	app.POST("/organizer", becomeOrganizer)
	sessionRoutes(app)
	app.GET("/rooms", roomTimes)
	app.GET("/calendar", calendar)
	app.POST("/calendar/feed", newFeed)
	pages.GET("/calendar/{secret}", feed)
}

func sessionRoutes(app *web.Group) {
	app.GET("/sessions", sessionList)
	app.GET("/sessions/new", newSession)
	app.POST("/sessions/new", schedule)
	app.POST("/sessions/preview", foretell)
	app.GET("/people", searchPeople)
	app.POST("/people", readPeople)
	app.GET("/sessions/{id}", details)
	app.GET("/sessions/{id}/edit", editForm)
	app.POST("/sessions/{id}/edit", change)
	app.GET("/sessions/{id}/cancel", askCancel)
	app.POST("/sessions/{id}/cancel", cancel)
	app.POST("/sessions/{id}/start", start)
	app.POST("/sessions/{id}/answer", answer)
	app.POST("/sessions/{id}/people/{participant}/resend", resendInvitation)
	app.GET("/sessions/{id}/people/{participant}/link", toDetails)
	app.POST("/sessions/{id}/people/{participant}/link", shareLink)
}
