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
	ignoreProxySettings(e.App)
	for _, m := range []*hook.Handler[*core.RequestEvent]{
		{Id: "usherClient", Func: resolveClient(), Priority: apis.DefaultWWWRedirectMiddlewarePriority - 1},
		{Id: "usherHost", Func: requireHost, Priority: apis.DefaultActivityLoggerMiddlewarePriority - 3},
		{Id: "usherHeaders", Func: securityHeaders, Priority: apis.DefaultSecurityHeadersMiddlewarePriority + 1},
		{Id: "usherLogin", Func: loadLogin, Priority: apis.DefaultLoadAuthTokenMiddlewarePriority + 1},
		{Id: "usherOperator", Func: restrictDashboard, Priority: apis.DefaultSuperuserIPsWhitelistMiddlewarePriority + 1},
		{Id: "usherAdministrators", Func: administrators.AuditServerRequests, Priority: apis.DefaultSuperuserIPsWhitelistMiddlewarePriority + 2},
		{Id: "usherOutages", Func: handleOutages, Priority: apis.DefaultRateLimitMiddlewarePriority + 1},
		{Id: "usherAccounts", Func: blockAccountEndpoints, Priority: apis.DefaultRateLimitMiddlewarePriority + 1},
	} {
		e.Router.Bind(m)
	}
	redactLogs(e.App)
}

// maxForm is how large a form may be, in bytes; those with files have a limit of their own.
const maxForm = 64 << 10

// PageGroup is the group of what people meet: errors are pages there, requests from other sites change
// nothing, and nothing is kept by caches.
func PageGroup(e *core.ServeEvent) *Group {
	pages := e.Router.Group("")
	pages.BindFunc(noStore, redirectToCleanPath, renderErrors, requireSameSite)
	pages.Bind(apis.BodyLimit(maxForm), apis.Gzip())
	return pages
}

func noStore(e *core.RequestEvent) error {
	e.Response.Header().Set("Cache-Control", "private, no-store")
	return e.Next()
}

// IsFragment reports whether a part of the page is asked for, and not the whole.
func IsFragment(e *core.RequestEvent) bool {
	return e.Request.Header.Get("HX-Request") == "true" && e.Request.Header.Get("HX-History-Restore-Request") != "true"
}

// IsFragmentFor reports whether a part of the page is asked for, to stand in the element with that id.
func IsFragmentFor(e *core.RequestEvent, id string) bool {
	return IsFragment(e) && strings.HasSuffix(e.Request.Header.Get("HX-Target"), "#"+id)
}

// Redirect sends the person to another page of ours, after a form, too.
func Redirect(e *core.RequestEvent, to string) error {
	if IsFragment(e) {
		e.Response.Header().Set("HX-Redirect", to)
		return e.NoContent(http.StatusOK)
	}
	return e.Redirect(http.StatusSeeOther, to)
}

// WriteAttachmentHeader begins an answer that the browser keeps as a file.
func WriteAttachmentHeader(e *core.RequestEvent, kind, name string) {
	e.Response.Header().Set("Content-Type", kind)
	e.Response.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	e.Response.WriteHeader(http.StatusOK)
}
