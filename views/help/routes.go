// Package help serves the public help pages (R172) and the form for a support request.
package help

import "usher/views/web"

// Routes mounts the area.
func Routes(pages *web.Group) {
	pages.GET("/help", indexPage)
	pages.GET("/help/support", supportPage)
	pages.POST("/help/support", sendRequest)
	pages.GET("/help/{reader}", readerPage)
}
