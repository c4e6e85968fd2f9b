// Package panel is the Admin Panel of a team, for its Owner and Admins: people and their seats, rooms, who did what, and the team's settings.
package panel

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/views/web"
)

// Routes mounts the area.
func Routes(pages *web.Group) {
	panel := pages.Group("/admin/{team}")
	panel.BindFunc(wholePage, web.RequireAdmin)

	panel.GET("", func(e *core.RequestEvent) error { return web.Go(e, usersPath(e)) })
	panel.GET("/users", users)
	panel.GET("/users/add", addForm)
	panel.POST("/users/add", add).Bind(uploads)
	panel.POST("/users/preview", preview).Bind(uploads)
	panel.GET("/users/export", exportUsers)
	panel.GET("/users/permissions", permissions)
	panel.GET("/users/selected", selected)
	panel.POST("/users/selected", doSelected)
	panel.GET("/users/import", imports)
	panel.GET("/users/import/{id}", importPage)
	panel.GET("/users/import/{id}/stop", confirmStop)
	panel.POST("/users/import/{id}/stop", stopImport)
	panel.GET("/users/import/{id}/report", importReport)
	panel.GET("/users/{id}", details)
	panel.GET("/users/{id}/{deed}", confirm)
	panel.POST("/users/{id}/ask", orGone(ask))
	panel.POST("/users/{id}/take", orGone(take))
	panel.POST("/users/{id}/again", orGone(again))
	panel.POST("/users/{id}/correct", orGone(correct))
	panel.POST("/users/{id}/resend", orGone(resend))
	panel.POST("/users/{id}/revoke", orGone(revoke))
	panel.POST("/users/{id}/revoke-role", orGone(revokeRole))
	panel.POST("/users/{id}/remove", remove)
	panel.POST("/users/{id}/tags", orGone(tagPerson))

	roomRoutes(panel)

	panel.GET("/find", search)
	panel.GET("/audit", auditLog)
	panel.GET("/audit/verify", verifyAudit)
	panel.GET("/audit/export", exportAudit)

	panel.GET("/settings", settingsPage)
	panel.POST("/settings", saveSettings).Bind(uploads)
	panel.GET("/settings/delete", deleteForm)
	panel.POST("/settings/delete", deleteTeam)
	panel.GET("/settings/test-letter/{letter}", letterState)
	panel.POST("/settings/test-letter", testLetter)
}

// Addresses of the area, under the name by which the person came.
func panelPath(e *core.RequestEvent) string    { return "/admin/" + e.Request.PathValue("team") }
func usersPath(e *core.RequestEvent) string    { return panelPath(e) + "/users" }
func auditPath(e *core.RequestEvent) string    { return panelPath(e) + "/audit" }
func importPath(e *core.RequestEvent) string   { return usersPath(e) + "/import" }
func settingsPath(e *core.RequestEvent) string { return panelPath(e) + "/settings" }
