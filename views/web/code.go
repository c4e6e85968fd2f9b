package web

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
)

func codeCookieName(app core.App) string { return cookieName(app) + "_code" }

// CodeRequest returns the secret of the browser's request for a one-time code, or "".
func CodeRequest(e *core.RequestEvent) string {
	cookie, err := e.Request.Cookie(codeCookieName(e.App))
	if err != nil {
		return ""
	}
	return cookie.Value
}

// SetCodeRequest keeps the secret of a request for a one-time code in a cookie.
func SetCodeRequest(e *core.RequestEvent, secret string) {
	writeCookie(e, codeCookieName(e.App), secret, int(accounts.CodeLifetime/time.Second))
}

// ClearCodeRequest removes the cookie of a request for a one-time code.
func ClearCodeRequest(e *core.RequestEvent) { writeCookie(e, codeCookieName(e.App), "", -1) }
