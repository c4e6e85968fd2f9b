package app

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/paths"
)

// The paths use the team's slug or ID, as the request did.
func appPath(e *core.RequestEvent) string      { return paths.App(e.Request.PathValue("team")) }
func sessionsPath(e *core.RequestEvent) string { return paths.Sessions(e.Request.PathValue("team")) }
func calendarPath(e *core.RequestEvent) string { return paths.Calendar(e.Request.PathValue("team")) }
