package api

import (
	"io"
	"net/http"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/live"
	"usher/hooks/mail"
	"usher/views/web"
)

// maxReport is what a webhook may hold, in bytes.
const maxReport = 256 << 10

// webhooks mounts what providers call. They carry no token and no Origin: their signature says who they are.
func webhooks(root *web.Group) {
	hooks := root.Group("/hooks")
	hooks.BindFunc(asJSON, keepNothing)
	hooks.Bind(apis.BodyLimit(maxReport))
	hooks.POST("/resend", takeReport)
	hooks.POST("/livekit", takeLiveReport)
}

// takeReport takes what Resend says became of a letter. It is answered once that is committed.
func takeReport(e *core.RequestEvent) error {
	body, err := io.ReadAll(e.Request.Body)
	if err != nil {
		return err
	}
	if err := mail.Report(e.App, e.Request.Header, body); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, struct{}{})
}

// takeLiveReport takes what an outside LiveKit says has happened in a media room. The embedded one reports by itself.
func takeLiveReport(e *core.RequestEvent) error {
	if err := live.Receive(e.App, e.Request); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, struct{}{})
}
