package web

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/paths"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

const loginKey = "usher.login"

// cookieName returns the name of the login cookie, with the prefix __Host- on HTTPS.
func cookieName(app core.App) string {
	if settings.Of(app).Secure() {
		return "__Host-usher"
	}
	return "usher"
}

// loadLogin authenticates pages by the cookie only, and API requests by the bearer token only.
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
		if touched := accounts.Touch(e.App, login); errors.Is(touched, errs.ErrNotFound) {
			err = touched
		} else if touched != nil {
			e.App.Logger().Warn("record the use of a login", "error", touched)
		}
	}
	if errors.Is(err, errs.ErrNotFound) {
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

// isBackground reports whether an open page sent the request without the user, which doesn't count as use of the login.
func isBackground(e *core.RequestEvent) bool {
	path := e.Request.URL.Path
	return path == paths.Events || strings.HasPrefix(path, paths.AvatarPrefix) || e.Request.Header.Get("X-Background") != ""
}

// Login returns the login of the request, or nil.
func Login(e *core.RequestEvent) *accounts.Login {
	login, _ := e.Get(loginKey).(*accounts.Login)
	return login
}

// SignIn signs in an account whose owner proved their identity in one way: with a password, a code or a link from an email. It is the
// only way from a first factor to a login. If the account needs a second step, it redirects there, and done is false: the caller
// returns err. next is the page to open after that step.
func SignIn(e *core.RequestEvent, account *core.Record, next string) (done bool, err error) {
	asked, err := AskSecondStep(e, account, next)
	if asked || err != nil {
		return false, err
	}
	return true, RenewLogin(e, account)
}

// AskSecondStep redirects to the second step if the account needs one. asked is false if it needs none.
func AskSecondStep(e *core.RequestEvent, account *core.Record, next string) (asked bool, err error) {
	needed, err := accounts.NeedsSecondStep(e.App, account)
	if !needed || err != nil {
		return false, err
	}
	token, err := accounts.NewPendingSignIn(e.App, account)
	if err != nil {
		return false, err
	}
	writeCookie(e, pendingCookieName(e.App), token, int(accounts.PendingLifetime/time.Second))
	return true, Redirect(e, WithNext(paths.SecondStep, next))
}

func pendingCookieName(app core.App) string { return cookieName(app) + "_pending" }

// PendingSignIn returns the account whose sign-in waits for its second step, or errs.ErrNotFound.
func PendingSignIn(e *core.RequestEvent) (*core.Record, error) {
	cookie, err := e.Request.Cookie(pendingCookieName(e.App))
	if err != nil {
		return nil, errs.ErrNotFound
	}
	return accounts.FindPendingSignIn(e.App, cookie.Value)
}

// CompleteSignIn signs in the account of PendingSignIn after its second step.
func CompleteSignIn(e *core.RequestEvent, account *core.Record) error {
	writeCookie(e, pendingCookieName(e.App), "", -1)
	return RenewLogin(e, account)
}

// RenewLogin starts a login for an account that is signed in, or has just passed all steps, and sets its cookie. It ends the browser's
// previous login.
func RenewLogin(e *core.RequestEvent, account *core.Record) error {
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

// deviceLifetime is how long a browser is remembered after a sign-in: the longest that browsers keep a cookie.
const deviceLifetime = 400 * 24 * time.Hour

func deviceCookieName(app core.App) string { return cookieName(app) + "_device" }

// DeviceToken returns the browser's token for accounts that signed in on it; see accounts.RememberDevice. It survives signing out.
func DeviceToken(e *core.RequestEvent) string {
	cookie, err := e.Request.Cookie(deviceCookieName(e.App))
	if err != nil {
		return ""
	}
	return cookie.Value
}

// SignOut ends the login and removes its cookie.
func SignOut(e *core.RequestEvent) error {
	if login := Login(e); login != nil {
		if err := accounts.SignOut(e.App, login, e.Auth, e.RealIP()); err != nil {
			return err
		}
	}
	ClearLogin(e)
	return nil
}

// ClearLogin removes the cookie of an ended login.
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

func attemptCookieName(app core.App) string { return cookieName(app) + "_identity" }

// Attempt returns the state of the sign-in that this browser began with an identity provider or a passkey, or "".
func Attempt(e *core.RequestEvent) string {
	cookie, err := e.Request.Cookie(attemptCookieName(e.App))
	if err != nil {
		return ""
	}
	return cookie.Value
}

// SetAttempt keeps the state of a sign-in with an identity provider or a passkey; an empty one removes it.
func SetAttempt(e *core.RequestEvent, state string, lifetime time.Duration) {
	if state == "" {
		lifetime = -time.Second
	}
	writeCookie(e, attemptCookieName(e.App), state, int(lifetime/time.Second))
}
