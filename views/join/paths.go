package join

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/join"
	"usher/hooks/paths"
	"usher/views/web"
)

// The paths of pages, as the request named them.
func invitationPath(e *core.RequestEvent) string {
	return paths.Invitation(e.Request.PathValue("token"))
}
func joinPath(e *core.RequestEvent) string { return paths.Join(e.Request.PathValue("code")) }
func roomPath(e *core.RequestEvent) string { return paths.Room(e.Request.PathValue("slug")) }

// signUpPath is the form that creates an account to join in the room.
func signUpPath(room string) string { return paths.Room(room) + "/account" }

// resetURL is the form that requests a new password and continues to next.
func resetURL(next string) string { return web.WithNext(paths.Reset, next) }

func eventsPath(e *core.RequestEvent, v *join.Visitor) string {
	return joinPath(e) + "/events?seen=" + fingerprint(v)
}

func roomEventsPath(e *core.RequestEvent, visit *join.RoomVisit) string {
	return roomPath(e) + "/events?seen=" + roomFingerprint(visit)
}
