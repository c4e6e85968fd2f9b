package panel

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/paths"
)

// The paths use the team's slug or ID, as the request did.
func panelPath(e *core.RequestEvent) string    { return paths.Panel(e.Request.PathValue("team")) }
func usersPath(e *core.RequestEvent) string    { return paths.Users(e.Request.PathValue("team")) }
func importPath(e *core.RequestEvent) string   { return paths.Imports(e.Request.PathValue("team")) }
func roomsPath(e *core.RequestEvent) string    { return paths.PanelRooms(e.Request.PathValue("team")) }
func auditPath(e *core.RequestEvent) string    { return paths.AuditLog(e.Request.PathValue("team")) }
func verifyPath(e *core.RequestEvent) string   { return auditPath(e) + "/verify" }
func billingPath(e *core.RequestEvent) string  { return paths.Billing(e.Request.PathValue("team")) }
func settingsPath(e *core.RequestEvent) string { return paths.Settings(e.Request.PathValue("team")) }

func recordingsPath(e *core.RequestEvent) string {
	return paths.PanelRecordings(e.Request.PathValue("team"))
}
func retentionPath(e *core.RequestEvent) string { return paths.Retention(e.Request.PathValue("team")) }
func usagePath(e *core.RequestEvent) string     { return paths.Usage(e.Request.PathValue("team")) }
