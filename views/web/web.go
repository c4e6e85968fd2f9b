// Package web provides the HTTP layer shared by pages and the API: authentication, middleware, rendering, errors and event streams.
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

// Group is a group of routes.
type Group = router.RouterGroup[*core.RequestEvent]

// Register binds the middleware of every request, including PocketBase's own routes.
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

// maxForm limits forms in bytes. Forms with files have their own limit.
const maxForm = 64 << 10

// PageGroup returns the group of all pages: errors are rendered as pages, cross-site forms are refused, and nothing is cached.
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

// IsFragment reports whether htmx requests a part of the page.
func IsFragment(e *core.RequestEvent) bool {
	return e.Request.Header.Get("HX-Request") == "true" && e.Request.Header.Get("HX-History-Restore-Request") != "true"
}

// IsFragmentFor reports whether htmx requests content for the element with that id.
func IsFragmentFor(e *core.RequestEvent, id string) bool {
	return IsFragment(e) && strings.HasSuffix(e.Request.Header.Get("HX-Target"), "#"+id)
}

// Redirect sends the browser to another page, also after a form.
func Redirect(e *core.RequestEvent, to string) error {
	if IsFragment(e) {
		e.Response.Header().Set("HX-Redirect", to)
		return e.NoContent(http.StatusOK)
	}
	return e.Redirect(http.StatusSeeOther, to)
}

// WriteAttachmentHeader starts a response that the browser saves as a file.
func WriteAttachmentHeader(e *core.RequestEvent, kind, name string) {
	e.Response.Header().Set("Content-Type", kind)
	e.Response.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	e.Response.WriteHeader(http.StatusOK)
}
