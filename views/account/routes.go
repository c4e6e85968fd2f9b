// Package account is the door: signing in and up, a forgotten password, the profile, and Team Selection.
package account

import "usher/views/web"

// Routes mounts the area.
func Routes(pages *web.Group) {
	pages.GET("/{$}", start)
	pages.GET("/admin", startPanel)
	pages.GET("/signin", signInPage)
	pages.POST("/signin", signIn)
	pages.POST("/signin/confirm", sendConfirmation)
	pages.POST("/signout", signOut)
	pages.GET("/signup", signUpPage)
	pages.POST("/signup", signUp)
	pages.GET("/verify/{token}", confirmPage)
	pages.POST("/verify/{token}", confirm)
	pages.GET("/reset", resetRequestPage)
	pages.POST("/reset", requestReset)
	pages.GET("/reset/{token}", resetPage)
	pages.POST("/reset/{token}", reset)
	pages.GET("/email/{token}", newAddressPage)
	pages.POST("/email/{token}", changeAddress)
	pages.GET("/logo/{team}/{hash}", logo)
	pages.GET("/avatar/{user}/{hash}", showPicture)

	own := pages.Group("")
	own.BindFunc(web.SignedIn)
	own.GET("/account", profilePage)
	own.POST("/account", saveProfile)
	own.POST("/account/picture", setPicture).Bind(web.Uploads)
	own.POST("/account/picture/remove", dropPicture)
	own.POST("/account/address", askAddress)
	own.POST("/account/address/cancel", dropAddress)
	own.POST("/account/password", changePassword)
	for _, form := range []string{"/picture", "/picture/remove", "/address", "/address/cancel", "/password"} {
		own.GET("/account"+form, toProfile)
	}
	own.GET("/account/devices/{id}", askEnd)
	own.POST("/account/devices/{id}", endDevice)
	own.GET("/account/delete", deletePage)
	own.POST("/account/delete", deleteAccount)
	own.GET("/teams", chooser)
	own.POST("/teams", found)
	own.POST("/teams/invitations/{id}/accept", accept)
	own.POST("/teams/invitations/{id}/decline", decline)
}
