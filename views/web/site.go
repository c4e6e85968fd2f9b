package web

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/settings"
)

var crossOrigin = http.NewCrossOriginProtection()

// requireSameSite refuses forms sent from another site. The request's Host is canonical by now, so the Origin is made canonical, too.
func requireSameSite(e *core.RequestEvent) error {
	if config := settings.Of(e.App); config.IsOurOrigin(e.Request.Header.Get("Origin")) {
		e.Request.Header.Set("Origin", config.URL)
	}
	if err := crossOrigin.Check(e.Request); err != nil {
		return e.ForbiddenError("This form was sent from another site. Open the page on this site and send the form again.", err)
	}
	return e.Next()
}
