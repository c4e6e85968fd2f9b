package panel

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/views/web"
)

// fullPageErrors gives an error the whole page, where a part of it was asked for: it does not fit there.
func fullPageErrors(e *core.RequestEvent) error {
	err := e.Next()
	if err != nil && web.IsFragment(e) {
		e.Response.Header().Set("HX-Retarget", "body")
		e.Response.Header().Set("HX-Reswap", "innerHTML")
	}
	return err
}
