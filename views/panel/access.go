package panel

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/views/web"
)

// fullPageErrors shows the error of a fragment request as a full page, because it doesn't fit in the fragment.
func fullPageErrors(e *core.RequestEvent) error {
	err := e.Next()
	if err != nil && web.IsFragment(e) {
		e.Response.Header().Set("HX-Retarget", "body")
		e.Response.Header().Set("HX-Reswap", "innerHTML")
	}
	return err
}
