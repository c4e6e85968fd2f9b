// Package web is the seam between requests and actions: who is signed in, what a page answers, how an
// error looks, and what every answer carries.
package web

import (
	"mime"
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"

	"usher/hooks/administrators"
)

// Group is a part of the router.
type Group = router.RouterGroup[*core.RequestEvent]

// Register binds what holds for every request of the server, PocketBase's own addresses included.
func Register(e *core.ServeEvent) {
	trustNoOtherHeader(e.App)
	for _, m := range []*hook.Handler[*core.RequestEvent]{
		{Id: "usherClient", Func: findClient(), Priority: apis.DefaultWWWRedirectMiddlewarePriority - 1},
		{Id: "usherHost", Func: onlyOurHost, Priority: apis.DefaultActivityLoggerMiddlewarePriority - 3},
		{Id: "usherHeaders", Func: headers, Priority: apis.DefaultSecurityHeadersMiddlewarePriority + 1},
		{Id: "usherLogin", Func: loadLogin, Priority: apis.DefaultLoadAuthTokenMiddlewarePriority + 1},
		{Id: "usherOperator", Func: guardOperator, Priority: apis.DefaultSuperuserIPsWhitelistMiddlewarePriority + 1},
		{Id: "usherAdministrators", Func: administrators.Watch, Priority: apis.DefaultSuperuserIPsWhitelistMiddlewarePriority + 2},
		{Id: "usherOutages", Func: outages, Priority: apis.DefaultRateLimitMiddlewarePriority + 1},
		{Id: "usherAccounts", Func: guardAccounts, Priority: apis.DefaultRateLimitMiddlewarePriority + 1},
	} {
		e.Router.Bind(m)
	}
	hideSecrets(e.App)
}

// maxForm is how large a form may be, in bytes; those with files have a limit of their own.
const maxForm = 64 << 10

// Pages is the group of what people meet: errors are pages there, requests from other sites change
// nothing, and nothing is kept by caches.
func Pages(e *core.ServeEvent) *Group {
	pages := e.Router.Group("")
	pages.BindFunc(keepNothing, tidy, asPages, sameSite)
	pages.Bind(apis.BodyLimit(maxForm), apis.Gzip())
	return pages
}

func keepNothing(e *core.RequestEvent) error {
	e.Response.Header().Set("Cache-Control", "private, no-store")
	return e.Next()
}

// IsFragment reports whether a part of the page is asked for, and not the whole.
func IsFragment(e *core.RequestEvent) bool {
	return e.Request.Header.Get("HX-Request") == "true" && e.Request.Header.Get("HX-History-Restore-Request") != "true"
}

// Aimed reports whether a part of the page is asked for, to stand in the element with that id.
func Aimed(e *core.RequestEvent, id string) bool {
	return IsFragment(e) && strings.HasSuffix(e.Request.Header.Get("HX-Target"), "#"+id)
}

// Go sends the person to another page of ours, after a form, too.
func Go(e *core.RequestEvent, to string) error {
	if IsFragment(e) {
		e.Response.Header().Set("HX-Redirect", to)
		return e.NoContent(http.StatusOK)
	}
	return e.Redirect(http.StatusSeeOther, to)
}

// Attach begins an answer that the browser keeps as a file.
func Attach(e *core.RequestEvent, kind, name string) {
	e.Response.Header().Set("Content-Type", kind)
	e.Response.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	e.Response.WriteHeader(http.StatusOK)
}
