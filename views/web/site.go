package web

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"
)

var crossOrigin = http.NewCrossOriginProtection()

// sameSite refuses a form that another site sent in the person's name.
func sameSite(e *core.RequestEvent) error {
	if err := crossOrigin.Check(e.Request); err != nil {
		return e.ForbiddenError("This form was sent from another site. Open the page here and send it again.", err)
	}
	return e.Next()
}
