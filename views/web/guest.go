package web

import (
	"crypto/rand"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/settings"
)

// guestLifetime is how long a browser is known that entered a session by its link. So long a guest who was removed stays removed
// (R71).
const guestLifetime = 180 * 24 * time.Hour

func guestCookieName(app core.App) string {
	if settings.Of(app).Secure() {
		return "__Host-usher_guest"
	}
	return "usher_guest"
}

// GuestSecret returns the secret of a browser that entered a session by its link, or "". It isn't a login: a signed-in user acts as
// their account.
func GuestSecret(e *core.RequestEvent) string {
	if e.Auth != nil {
		return ""
	}
	cookie, err := e.Request.Cookie(guestCookieName(e.App))
	if err != nil || len(cookie.Value) < len(rand.Text()) || len(cookie.Value) > 100 {
		return ""
	}
	return cookie.Value
}

// EnsureGuestSecret is GuestSecret, and gives a browser without one a new secret, kept in a cookie.
func EnsureGuestSecret(e *core.RequestEvent) string {
	secret := GuestSecret(e)
	if secret == "" {
		secret = rand.Text() + rand.Text()
	}
	http.SetCookie(e.Response, &http.Cookie{
		Name: guestCookieName(e.App), Value: secret, Path: "/", MaxAge: int(guestLifetime / time.Second),
		HttpOnly: true, Secure: settings.Of(e.App).Secure(), SameSite: http.SameSiteLaxMode,
	})
	return secret
}
