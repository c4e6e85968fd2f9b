// Package api is what programs meet: the actions of the pages as JSON, with PocketBase's own bearer token and
// its shape of errors, under the same rules and with the same refusals (R158).
package api

import (
	"github.com/pocketbase/pocketbase/apis"

	"usher/views/web"
)

// What a request may hold, in bytes. A team's logo or a person's picture comes in its request, as base64.
const (
	maxBody     = 1 << 20
	maxTeamBody = 2 << 20

	maxImportBody = 4 << 20 // a list of 2 MB, with what JSON adds
)

// Routes mounts the area.
func Routes(root *web.Group) {
	webhooks(root)

	api := root.Group("/api")
	api.BindFunc(asJSON, keepNothing)
	api.Bind(apis.BodyLimit(maxBody))
	api.POST("/signup", signUp)
	api.POST("/invitations/accept", acceptByToken).BindFunc(signedInOrNobody)
	doorRoutes(api)

	own := api.Group("")
	own.BindFunc(signedIn)
	own.GET("/teams", listTeams)
	own.POST("/teams", foundTeam)
	own.GET("/invitations", listWaiting)
	own.POST("/invitations/{id}/accept", acceptByID).BindFunc(noFields)
	own.POST("/invitations/{id}/decline", declineByID).BindFunc(noFields)
	own.POST("/invitations/{id}/revoke", revoke).BindFunc(noFields)
	own.POST("/invitations/{id}/resend", resend).BindFunc(noFields)
	own.POST("/invitations/{id}/correct", correct)

	runRoutes(own)

	account := own.Group("/account")
	account.DELETE("", deleteAccount)
	account.GET("/devices", listDevices)
	account.DELETE("/devices", endDevices).BindFunc(noFields)
	account.DELETE("/devices/{id}", endDevice).BindFunc(noFields)
	account.POST("/password", changePassword)
	account.POST("/address", askAddress)
	account.DELETE("/address", dropAddress).BindFunc(noFields)
	account.POST("/address/confirm", changeAddress)
	account.PUT("/picture", setPicture).Bind(apis.BodyLimit(maxTeamBody))
	account.DELETE("/picture", dropPicture).BindFunc(noFields)

	team := own.Group("/teams/{team}")
	team.BindFunc(web.InTeam)
	team.GET("", showTeam)
	team.PATCH("", updateTeam).Bind(apis.BodyLimit(maxTeamBody))
	team.DELETE("", deleteTeam)
	team.POST("/invitations", invite)
	team.POST("/invitations/preview", previewInvite).BindFunc(web.RequireAdmin)
	team.POST("/test-email", sendTestEmail).BindFunc(noFields)
	team.GET("/test-email/{id}", showTestEmail).BindFunc(web.RequireAdmin)
	team.POST("/imports", startImport).Bind(apis.BodyLimit(maxImportBody))
	team.GET("/imports", listImports).BindFunc(web.RequireAdmin)
	team.GET("/imports/{id}", showImport).BindFunc(web.RequireAdmin)
	team.POST("/imports/{id}/stop", stopImport).BindFunc(noFields)
	team.GET("/imports/{id}/report", importReport).BindFunc(web.RequireAdmin)
	team.DELETE("/members/{user}", removeMember)
	team.GET("/seats", showSeats).BindFunc(web.RequireAdmin)
	team.GET("/users", listUsers).BindFunc(web.RequireAdmin)
	team.GET("/users/{id}", showUser).BindFunc(web.RequireAdmin)
	team.POST("/users/preview", previewUsers).BindFunc(web.RequireAdmin)
	team.GET("/users.csv", exportUsers).BindFunc(web.RequireAdmin)
	team.GET("/audit", listAudit).BindFunc(web.RequireAdmin)
	team.GET("/audit.csv", exportAudit).BindFunc(web.RequireAdmin)
	team.GET("/audit/verify", verifyAudit).BindFunc(web.RequireAdmin)
	team.PUT("/members/{user}/roles", setRoles)
	team.GET("/tags", listTags).BindFunc(web.RequireAdmin)
	team.PUT("/users/{id}/tags", setTags)
	team.POST("/users/tags", tagMany)
	team.POST("/users/remove", removeMany)
	team.POST("/users/revoke", revokeMany)
	team.POST("/users/revoke-role", revokeRoleOfMany)
	team.POST("/users/resend", resendMany)
	roomRoutes(team)
	sessionRoutes(own, team)
	mineRoutes(own, team)
}
