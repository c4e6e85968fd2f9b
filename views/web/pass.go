package web

import (
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/settings"
)

// personalCodeLifetime is how long the cookie of a guest without an account is kept.
const personalCodeLifetime = 24 * time.Hour

func personalCodeCookieName(app core.App) string {
	if settings.Of(app).Secure() {
		return "__Host-usher_pass"
	}
	return "usher_pass"
}

// PersonalCode returns the personal code of a guest who joined a session with a link and a name (R70), or "". It opens the pages of
// that session only and isn't a login: a signed-in user acts as their account.
func PersonalCode(e *core.RequestEvent) string {
	if e.Auth != nil {
		return ""
	}
	cookie, err := e.Request.Cookie(personalCodeCookieName(e.App))
	if err != nil {
		return ""
	}
	return cookie.Value
}

// SetPersonalCode stores a personal code in a cookie.
func SetPersonalCode(e *core.RequestEvent, code string) {
	http.SetCookie(e.Response, &http.Cookie{
		Name: personalCodeCookieName(e.App), Value: code, Path: "/", MaxAge: int(personalCodeLifetime / time.Second),
		HttpOnly: true, Secure: settings.Of(e.App).Secure(), SameSite: http.SameSiteLaxMode,
	})
}
