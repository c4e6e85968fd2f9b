package web

import (
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/settings"
)

// passFor is how long the cookie of who came by a link and a name is kept.
const passFor = 24 * time.Hour

func passName(app core.App) string {
	if settings.Of(app).Secure() {
		return "__Host-usher_pass"
	}
	return "usher_pass"
}

// Pass is the personal code of who came to a session by a link and a name (R70); empty for everybody else. It opens the
// pages of that one session, and it is no login: who is signed in is who he is signed in as.
func Pass(e *core.RequestEvent) string {
	if e.Auth != nil {
		return ""
	}
	cookie, err := e.Request.Cookie(passName(e.App))
	if err != nil {
		return ""
	}
	return cookie.Value
}

// GivePass keeps a personal code with the browser.
func GivePass(e *core.RequestEvent, code string) {
	http.SetCookie(e.Response, &http.Cookie{
		Name: passName(e.App), Value: code, Path: "/", MaxAge: int(passFor / time.Second),
		HttpOnly: true, Secure: settings.Of(e.App).Secure(), SameSite: http.SameSiteLaxMode,
	})
}
