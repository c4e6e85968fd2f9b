package web

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

const loginKey = "usher.login"

// cookieName begins with __Host- where the browser can hold to it: on https.
func cookieName(app core.App) string {
	if settings.Of(app).Secure() {
		return "__Host-usher"
	}
	return "usher"
}

// loadLogin makes pages take the cookie and only the cookie; the API takes only the bearer token.
func loadLogin(e *core.RequestEvent) error {
	path := e.Request.URL.Path
	if strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/_/") || strings.HasPrefix(path, "/static/") {
		return e.Next()
	}
	e.Auth = nil
	cookie, err := e.Request.Cookie(cookieName(e.App))
	if err != nil {
		return e.Next()
	}
	login, account, err := accounts.FindLogin(e.App, cookie.Value)
	if err == nil && !isBackground(e) {
		if touched := accounts.Touch(e.App, login); errors.Is(touched, errs.NotFound) {
			err = touched
		} else if touched != nil {
			e.App.Logger().Warn("note that a login was used", "error", touched)
		}
	}
	if errors.Is(err, errs.NotFound) {
		setLoginCookie(e, "", -1)
		return e.Next()
	}
	if err != nil {
		return err
	}
	e.Auth = account
	e.Set(loginKey, login)
	return e.Next()
}

// isBackground reports whether an open page asks and not the person: that is no use of the login. A picture comes with
// whatever shows it.
func isBackground(e *core.RequestEvent) bool {
	path := e.Request.URL.Path
	return path == "/events" || strings.HasPrefix(path, "/avatar/") || e.Request.Header.Get("X-Background") != ""
}

// Login is the login of the request, or nil.
func Login(e *core.RequestEvent) *accounts.Login {
	login, _ := e.Get(loginKey).(*accounts.Login)
	return login
}

// SignIn starts a login for the account and gives the browser its cookie. A login that the browser had is ended.
func SignIn(e *core.RequestEvent, account *core.Record) error {
	if old := Login(e); old != nil {
		if err := accounts.EndLogin(e.App, old); err != nil {
			return err
		}
	}
	secret, err := accounts.StartLogin(e.App, account, e.Request.UserAgent(), e.RealIP())
	if err != nil {
		return err
	}
	setLoginCookie(e, secret, int(accounts.MaxLoginAge/time.Second))
	device, err := accounts.RememberDevice(e.App, DeviceToken(e), account.Email())
	if err != nil {
		return err
	}
	writeCookie(e, deviceCookieName(e.App), device, int(deviceLifetime/time.Second))
	e.Auth = account
	e.Set(loginKey, nil)
	return nil
}

// deviceLifetime is how long a browser is remembered after a sign-in; browsers keep no cookie for longer.
const deviceLifetime = 400 * 24 * time.Hour

func deviceCookieName(app core.App) string { return cookieName(app) + "_device" }

// DeviceToken is what the browser remembers of the accounts that signed in there: see accounts.RememberDevice. It stays when
// the account signs out.
func DeviceToken(e *core.RequestEvent) string {
	cookie, err := e.Request.Cookie(deviceCookieName(e.App))
	if err != nil {
		return ""
	}
	return cookie.Value
}

// SignOut ends the login on the server and takes the cookie away.
func SignOut(e *core.RequestEvent) error {
	if login := Login(e); login != nil {
		if err := accounts.SignOut(e.App, login, e.Auth, e.RealIP()); err != nil {
			return err
		}
	}
	ClearLogin(e)
	return nil
}

// ClearLogin takes the cookie of a login that is over.
func ClearLogin(e *core.RequestEvent) {
	setLoginCookie(e, "", -1)
	e.Auth = nil
}

func setLoginCookie(e *core.RequestEvent, value string, maxAge int) {
	writeCookie(e, cookieName(e.App), value, maxAge)
}

func writeCookie(e *core.RequestEvent, name, value string, maxAge int) {
	http.SetCookie(e.Response, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: settings.Of(e.App).Secure(), SameSite: http.SameSiteLaxMode,
	})
}
