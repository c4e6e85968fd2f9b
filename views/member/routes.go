// Package member is the App: what everybody in a team has, whatever the role.
package member

import "usher/views/web"

// Routes mounts the area.
func Routes(pages *web.Group) {
	app := pages.Group("/app/{team}")
	app.BindFunc(web.InTeam)
	app.GET("", home)
	app.GET("/find", search)
	app.POST("/leave", leave)
}
