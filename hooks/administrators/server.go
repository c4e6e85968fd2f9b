package administrators

import (
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/audit"
)

// AuditServerRequests is a middleware that records the use of the parts of PocketBase's API that aren't about single records: settings,
// the schema, backups, scheduled jobs and the SQL console. Such a request can change anything at all, so it is written
// before it runs, in the log without a team. What it sends isn't written: it may hold secrets.
func AuditServerRequests(e *core.RequestEvent) error {
	if e.HasSuperuserAuth() && e.Request.Method != http.MethodGet && e.Request.Method != http.MethodHead {
		auditRequest(e)
	}
	return e.Next()
}

func auditRequest(e *core.RequestEvent) {
	c := serverChange(e)
	if c == nil {
		return
	}
	by := &writer{e.Auth.Id, e.RealIP()}
	c.writeEntries(e.App, func(tx core.App, entry *audit.Entry) error { return audit.Write(tx, by.setActor(entry)) })
}

// serverChange returns nil for requests about single records, which are recorded as such, and for those that change nothing.
func serverChange(e *core.RequestEvent) *change {
	_, route, _ := strings.Cut(e.Request.Pattern, " ")
	if strings.Contains(route, "/{collection}/impersonate/") {
		return impersonation(e)
	}
	for _, part := range []string{"/api/sql", "/api/settings", "/api/backups", "/api/crons", "/api/collections"} {
		if strings.HasPrefix(route, part) && !strings.Contains(route, "/{collection}/") || strings.HasSuffix(route, "/{collection}/truncate") {
			return &change{teams: []string{""}, action: "server.request", name: e.Request.Method + " " + e.Request.URL.Path}
		}
	}
	return nil
}

// impersonation is the change of a superuser who creates a token of an account.
func impersonation(e *core.RequestEvent) *change {
	user, err := e.App.FindRecordById("users", e.Request.PathValue("id"))
	if err != nil {
		return nil
	}
	c, err := newChange(e.App, update, user)
	if err != nil {
		return nil
	}
	c.action = "account.impersonate"
	return c
}
