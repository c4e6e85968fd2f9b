// Package api serves the JSON API: the actions of the pages with the same rules and errors (R158), PocketBase's bearer tokens and its
// error format.
package api

import (
	"github.com/pocketbase/pocketbase/apis"

	"usher/hooks/members"
	"usher/views/web"
)

// Limits of request bodies in bytes. Logos and pictures are sent as base64.
const (
	maxBody     = 1 << 20
	maxTeamBody = 2 << 20

	maxImportBody = 4 << 20 // a list of 2 MB, encoded as JSON
)

// Routes mounts the area.
func Routes(root *web.Group) {
	root.GET("/api/openapi.json", serveDocument).Bind(apis.Gzip())
	webhookRoutes(root)

	api := root.Group("/api")
	api.BindFunc(renderErrors, noStore)
	api.Bind(apis.BodyLimit(maxBody))
	api.POST("/signup", signUp)
	api.POST("/invitations/accept", acceptByToken).BindFunc(optionalSignIn)
	api.POST("/s/{code}/join", joinSession).BindFunc(optionalSignIn)
	api.POST("/s/{code}/decline", declineSession).BindFunc(optionalSignIn, requireEmptyBody)

	own := api.Group("")
	own.BindFunc(requireSignIn)
	own.GET("/teams", listTeams)
	own.POST("/teams", createTeam)
	own.GET("/invitations", listInvitations)
	own.POST("/invitations/{id}/accept", acceptByID).BindFunc(requireEmptyBody)
	own.POST("/invitations/{id}/decline", declineByID).BindFunc(requireEmptyBody)
	own.POST("/invitations/{id}/undo-decline", undoDeclineByID).BindFunc(requireEmptyBody)
	own.POST("/invitations/{id}/revoke", revokeInvitation).BindFunc(requireEmptyBody)
	own.POST("/invitations/{id}/resend", resendInvitation).BindFunc(requireEmptyBody)
	own.POST("/invitations/{id}/correct", correctAddress)

	runRoutes(own)
	own.POST("/sessions/{id}/message", sendMessage)

	account := own.Group("/account")
	account.DELETE("", deleteAccount)
	account.GET("/devices", listDevices)
	account.DELETE("/devices", endDevices).BindFunc(requireEmptyBody)
	account.DELETE("/devices/{id}", endDevice).BindFunc(requireEmptyBody)
	account.POST("/password", changePassword)
	account.POST("/address", requestAddressChange)
	account.DELETE("/address", cancelAddressChange).BindFunc(requireEmptyBody)
	account.POST("/address/confirm", changeAddress)
	account.PUT("/picture", setAvatar).Bind(apis.BodyLimit(maxTeamBody))
	account.DELETE("/picture", deleteAvatar).BindFunc(requireEmptyBody)

	team := own.Group("/teams/{team}")
	team.BindFunc(web.RequireTeam)
	team.GET("", showTeam)
	team.PATCH("", updateTeam).Bind(apis.BodyLimit(maxTeamBody))
	team.DELETE("", deleteTeam)
	team.POST("/invitations", invite)
	team.POST("/invitations/preview", previewInvite).BindFunc(web.RequireAdmin)
	team.POST("/test-email", sendTestEmail).BindFunc(requireEmptyBody)
	team.GET("/test-email/{id}", showTestEmail).BindFunc(web.RequireAdmin)
	team.POST("/imports", startImport).Bind(apis.BodyLimit(maxImportBody))
	team.GET("/imports", listImports).BindFunc(web.RequireAdmin)
	team.GET("/imports/{id}", showImport).BindFunc(web.RequireAdmin)
	team.POST("/imports/{id}/stop", stopImport).BindFunc(requireEmptyBody)
	team.POST("/imports/{id}/revoke", revokeImport).BindFunc(web.RequireAdmin, requireEmptyBody)
	team.POST("/users/jobs/{id}/stop", stopJob).BindFunc(requireEmptyBody)
	team.GET("/users/jobs/{id}", showJob).BindFunc(web.RequireAdmin)
	team.GET("/imports/{id}/report", importReport).BindFunc(web.RequireAdmin)
	team.DELETE("/members/{user}", removeMember)
	team.GET("/active", listActive)
	team.GET("/seats", showSeats).BindFunc(web.RequireAdmin)
	team.GET("/licences", showLicences).BindFunc(web.RequireAdmin)
	team.GET("/billing", showBilling).BindFunc(web.RequireAdmin)
	team.POST("/billing", submitOrder)
	team.POST("/billing/preview", previewOrder).BindFunc(web.RequireAdmin)
	team.POST("/billing/changes/{id}/withdraw", withdrawOrder).BindFunc(requireEmptyBody)
	team.GET("/start", showStart).BindFunc(web.RequireAdmin)
	team.POST("/start/hide", hideStart).BindFunc(web.RequireAdmin, requireEmptyBody)
	team.GET("/ownership", showOwnership).BindFunc(web.RequireAdmin)
	team.POST("/ownership", offerOwnership)
	team.DELETE("/ownership", answerOwnership(members.WithdrawOwnership)).BindFunc(requireEmptyBody)
	team.POST("/ownership/accept", answerOwnership(members.AcceptOwnership)).BindFunc(requireEmptyBody)
	team.POST("/ownership/decline", answerOwnership(members.DeclineOwnership)).BindFunc(requireEmptyBody)
	team.GET("/users", listUsers).BindFunc(web.RequireAdmin)
	team.GET("/users/{id}", showUser).BindFunc(web.RequireAdmin)
	team.POST("/users/preview", previewUsers).BindFunc(web.RequireAdmin)
	team.GET("/users.csv", exportUsers).BindFunc(web.RequireAdmin)
	team.GET("/audit", listAudit).BindFunc(web.RequireAdmin)
	team.GET("/audit.csv", exportAudit).BindFunc(web.RequireAdmin)
	team.GET("/audit/verify", verifyAudit).BindFunc(web.RequireAdmin)
	team.GET("/usage", showUsage).BindFunc(web.RequireAdmin)
	team.GET("/usage.csv", exportUsage).BindFunc(web.RequireAdmin)
	team.PUT("/members/{user}/roles", setRoles)
	team.POST("/members/{user}/roles/restore", restoreRoles)
	team.GET("/tags", listTags).BindFunc(web.RequireAdmin)
	team.PUT("/users/{id}/tags", setTags)
	team.POST("/users/tags", bulkTag)
	team.POST("/users/remove", bulkRemove)
	team.POST("/users/revoke", bulkRevoke)
	team.POST("/users/clear", bulkClear)
	team.POST("/users/revoke-role", bulkRevokeRole)
	team.POST("/users/resend", bulkResend)
	roomRoutes(team)
	sessionRoutes(own, team)
	personalRoutes(own, team)
	recordingRoutes(own, team)
}
