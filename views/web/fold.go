package web

import "github.com/pocketbase/pocketbase/core"

// IsFolded reports whether the user folded the notice of that name in this browser. A script of the page sets the cookie.
func IsFolded(e *core.RequestEvent, name string) bool {
	cookie, err := e.Request.Cookie("usher-folded-" + name)
	return err == nil && cookie.Value != ""
}
