// Package join is where people come in from outside: the page behind an invitation's link.
package join

import "usher/views/web"

// Routes mounts the area. GET shows and never changes anything: programs that check mail open links (R60).
func Routes(pages *web.Group) {
	pages.GET("/invite/{token}", invitation)
	pages.POST("/invite/{token}/accept", accept)
	pages.POST("/invite/{token}/decline", decline)
}
