package web

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/settings"
)

var crossOrigin = http.NewCrossOriginProtection()

// requireSameSite refuses a form that another site sent in the person's name. The request has our host in its canonical form
// by now, so the origin is compared in that form, too.
func requireSameSite(e *core.RequestEvent) error {
	if config := settings.Of(e.App); config.IsOurOrigin(e.Request.Header.Get("Origin")) {
		e.Request.Header.Set("Origin", config.URL)
	}
	if err := crossOrigin.Check(e.Request); err != nil {
		return e.ForbiddenError("This form was sent from another site. Open the page here and send it again.", err)
	}
	return e.Next()
}
