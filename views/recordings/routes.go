// Package recordings serves the recordings of a team: the library, the page of each recording, and its files. The Admin Panel shows all
// of the team, the App those that the user hosted and those that were shared with them.
package recordings

import (
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"usher/views/ui"
	"usher/views/web"
)

// Area is where the pages are mounted.
type Area struct {
	InPanel bool
	Shell   func(e *core.RequestEvent, current string, crumbs ...ui.Breadcrumb) (ui.ShellProps, error)
}

// Routes registers the pages of an area.
func Routes(group *web.Group, a Area) {
	group.GET("/recordings", a.list)
	group.GET("/recordings/{id}", a.show)
	group.GET("/recordings/{id}/rename", a.askTitle)
	group.POST("/recordings/{id}/rename", a.rename)
	group.POST("/recordings/{id}/share", a.share)
	group.POST("/recordings/{id}/unshare", a.unshare)
	group.GET("/recordings/{id}/trash", a.confirmTrash)
	group.POST("/recordings/{id}/trash", a.trash)
	group.POST("/recordings/{id}/restore", a.restore)
	group.POST("/recordings/{id}/retry", a.retry)
	group.GET("/recordings/{id}/delete", a.confirmDelete)
	group.POST("/recordings/{id}/delete", a.deleteForever)
}

// FileRoutes registers the files of recordings, which both areas use. They are sent as they are: a compressed range would be useless.
func FileRoutes(group *web.Group) {
	files := group.Group("/recordings/{id}")
	files.Unbind(apis.DefaultGzipMiddlewareId)
	files.GET("/files/{name}", serveFile).Bind(apis.SkipSuccessActivityLog())
	files.GET("/download", serveDownload)
}
