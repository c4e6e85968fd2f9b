// Package panel serves the Admin Panel of a team to its Owner and Admins: users and seats, rooms, licences, usage, the audit log and settings.
package panel

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/onboarding"
	"usher/views/recordings"
	"usher/views/web"
)

// Routes registers the pages of the Admin Panel.
func Routes(pages *web.Group) {
	panel := pages.Group("/admin/{team}")
	panel.BindFunc(web.FullPageErrors, web.RequireAdmin)

	panel.GET("", func(e *core.RequestEvent) error { return web.Redirect(e, usersPath(e)) })
	panel.GET("/users", listUsers)
	panel.GET("/users/add", showAddForm)
	panel.POST("/users/add", addUsers).Bind(uploads)
	panel.GET("/users/sample.csv", sampleList)
	panel.POST("/users/preview", previewAdd).Bind(uploads)
	panel.GET("/users/export", exportUsers)
	panel.GET("/users/permissions", showPermissions)
	panel.GET("/users/selected", confirmBulk)
	panel.POST("/users/selected", applyBulk)
	panel.GET("/users/import", listImports)
	panel.GET("/users/import/{id}", showImportPage)
	panel.GET("/users/import/{id}/stop", confirmStop)
	panel.POST("/users/import/{id}/stop", stopImport)
	panel.GET("/users/import/{id}/revoke", confirmRevokeImport)
	panel.POST("/users/import/{id}/revoke", revokeImport)
	panel.GET("/users/import/{id}/report", importReport)
	panel.GET("/users/jobs/{id}", showJobPage)
	panel.POST("/users/jobs/{id}/stop", stopJob)
	panel.GET("/users/{id}", userDetails)
	panel.GET("/users/{id}/{action}", confirmAction)
	panel.POST("/users/{id}/ask", renderIfGone(offerRole))
	panel.POST("/users/{id}/take", renderIfGone(takeRole))
	panel.POST("/users/{id}/again", renderIfGone(reinvite))
	panel.POST("/users/{id}/correct", renderIfGone(correctAddress))
	panel.POST("/users/{id}/resend", renderIfGone(resendInvitation))
	panel.POST("/users/{id}/revoke", renderIfGone(revokeInvitation))
	panel.POST("/users/{id}/revoke-role", renderIfGone(revokeRole))
	panel.POST("/users/{id}/restore-role", renderIfGone(restoreRole))
	panel.POST("/users/{id}/remove", removeUser)
	panel.POST("/users/{id}/tags", renderIfGone(tagUser))

	roomRoutes(panel)
	activeRoutes(panel)
	recordings.Routes(panel, recordings.Area{InPanel: true, Shell: shell})
	usageRoutes(panel)

	billingRoutes(panel)
	panel.GET("/licences", saw(onboarding.Licences, showLicences))
	panel.POST("/start/hide", hideStart)

	panel.GET("/find", showSearch)
	panel.GET("/audit", auditLog)
	panel.GET("/audit/verify", verifyAudit)
	panel.GET("/audit/export", exportAudit)

	panel.GET("/settings", settingsPage)
	panel.POST("/settings", saveSettings).Bind(uploads)
	ownerRoutes(panel)
	panel.GET("/settings/delete", showDeleteTeam)
	panel.POST("/settings/delete", deleteTeam)
	panel.GET("/settings/recordings", retentionPage)
	panel.POST("/settings/recordings", saveRetention)
	panel.GET("/settings/test-email/{email}", testEmailStatus)
	panel.POST("/settings/test-email", sendTestEmail)
}
