package web

import (
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/settings"
)

// personalCodeLifetime is how long the cookie of who came by a link and a name is kept.
const personalCodeLifetime = 24 * time.Hour

func personalCodeCookieName(app core.App) string {
	if settings.Of(app).Secure() {
		return "__Host-usher_pass"
	}
	return "usher_pass"
}

// PersonalCode is the personal code of who came to a session by a link and a name (R70); empty for everybody else. It opens the
// pages of that one session, and it is no login: who is signed in is who he is signed in as.
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

// SetPersonalCode keeps a personal code with the browser.
func SetPersonalCode(e *core.RequestEvent, code string) {
	http.SetCookie(e.Response, &http.Cookie{
		Name: personalCodeCookieName(e.App), Value: code, Path: "/", MaxAge: int(personalCodeLifetime / time.Second),
		HttpOnly: true, Secure: settings.Of(e.App).Secure(), SameSite: http.SameSiteLaxMode,
	})
}
