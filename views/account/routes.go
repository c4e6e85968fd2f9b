// Package account serves sign-in, sign-up, password recovery, the account pages and Team Selection.
package account

import "usher/views/web"

// Routes mounts the area.
func Routes(pages *web.Group) {
	pages.GET("/{$}", startPage)
	pages.GET("/admin", panelStartPage)
	pages.GET("/signin", signInPage)
	pages.POST("/signin", signIn)
	pages.POST("/signin/confirm", sendConfirmation)
	pages.GET("/signin/code", codePage)
	pages.POST("/signin/code", signInWithCode)
	pages.POST("/signin/code/send", sendCode)
	pages.GET("/signin/two-factors", secondStepPage)
	pages.POST("/signin/two-factors", takeSecondStep)
	pages.POST("/signout", signOut)
	pages.GET("/signin/with/{provider}", startIdentity)
	pages.GET("/signin/with/{provider}/callback", finishIdentity)
	pages.GET("/signup", signUpPage)
	pages.POST("/signup", signUp)
	pages.GET("/verify/{token}", confirmPage)
	pages.POST("/verify/{token}", confirmEmail)
	pages.GET("/reset", resetRequestPage)
	pages.POST("/reset", requestReset)
	pages.GET("/reset/{token}", resetPage)
	pages.POST("/reset/{token}", reset)
	pages.GET("/email/{token}", addressChangePage)
	pages.POST("/email/{token}", changeAddress)
	pages.GET("/logo/{team}/{hash}", serveLogo)
	pages.GET("/avatar/{user}/{hash}", serveAvatar)

	own := pages.Group("")
	own.BindFunc(web.RequireSignIn)
	own.GET("/account", profilePage)
	own.POST("/account", saveProfile)
	own.POST("/account/picture", setAvatar).Bind(web.AllowUploads)
	own.POST("/account/picture/remove", deleteAvatar)
	own.POST("/account/address", requestAddressChange)
	own.POST("/account/address/cancel", cancelAddressChange)
	own.POST("/account/password", changePassword)
	for _, form := range []string{"/picture", "/picture/remove", "/address", "/address/cancel", "/password"} {
		own.GET("/account"+form, redirectToProfile)
	}
	own.GET("/account/identities/{provider}", connectPage)
	own.POST("/account/identities/{provider}", connectIdentity)
	own.GET("/account/identities/{provider}/disconnect", disconnectPage)
	own.POST("/account/identities/{provider}/disconnect", disconnectIdentity)
	own.GET("/account/two-factors", twoFactorsPage)
	own.POST("/account/two-factors", enableTwoFactors)
	own.POST("/account/two-factors/setup", beginTwoFactors)
	own.POST("/account/two-factors/cancel", cancelTwoFactors)
	own.POST("/account/two-factors/codes", renewRecoveryCodes)
	own.POST("/account/two-factors/off", disableTwoFactors)
	for _, form := range []string{"/setup", "/cancel", "/codes", "/off"} {
		own.GET("/account/two-factors"+form, redirectToTwoFactors)
	}
	own.GET("/account/devices/{id}", endDevicePage)
	own.POST("/account/devices/{id}", endDevice)
	own.GET("/account/delete", deletePage)
	own.POST("/account/delete", deleteAccount)
	own.GET("/teams", teamSelectionPage)
	own.POST("/teams", createTeam)
	own.POST("/teams/invitations/{id}/accept", accept)
	own.GET("/teams/invitations/{id}/decline", confirmDecline)
	own.POST("/teams/invitations/{id}/decline", decline)
	own.POST("/teams/invitations/{id}/undo-decline", undoDecline)
}
