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

// maxWebhookBody is what a webhook may hold, in bytes.
const maxWebhookBody = 256 << 10

// webhookRoutes mounts what providers call. They carry no token and no Origin: their signature says who they are.
func webhookRoutes(root *web.Group) {
	hooks := root.Group("/hooks")
	hooks.BindFunc(renderErrors, noStore)
	hooks.Bind(apis.BodyLimit(maxWebhookBody))
	hooks.POST("/resend", receiveMailReport)
	hooks.POST("/livekit", receiveLiveReport)
}

// receivedReply acknowledges a report.
type receivedReply struct{}

// receiveMailReport takes what Resend says became of a letter. It is answered once that is committed.
func receiveMailReport(e *core.RequestEvent) error {
	body, err := io.ReadAll(e.Request.Body)
	if err != nil {
		return err
	}
	if err := mail.HandleWebhook(e.App, e.Request.Header, body); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, receivedReply{})
}

// receiveLiveReport takes what an outside LiveKit says has happened in a media room. The embedded one reports by itself.
func receiveLiveReport(e *core.RequestEvent) error {
	if err := live.Receive(e.App, e.Request); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, receivedReply{})
}
