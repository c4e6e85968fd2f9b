package api

import (
	"io"
	"net/http"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/billing"
	"usher/hooks/live"
	"usher/hooks/mail"
	"usher/views/web"
)

// maxWebhookBody limits webhook bodies in bytes.
const maxWebhookBody = 256 << 10

// webhookRoutes mounts the webhooks of providers. They have no token and no Origin; a signature authenticates them.
func webhookRoutes(root *web.Group) {
	hooks := root.Group("/hooks")
	hooks.BindFunc(renderErrors, noStore)
	hooks.Bind(apis.BodyLimit(maxWebhookBody))
	hooks.POST("/resend", receiveMailReport)
	hooks.POST("/livekit", receiveLiveReport)
	hooks.POST("/stripe", receiveBillingEvent)
}

// receivedReply acknowledges a report.
type receivedReply struct{}

// receiveMailReport records a delivery report of Resend. It responds after the commit.
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

// receiveLiveReport records an event of an external LiveKit. The embedded one reports directly.
func receiveLiveReport(e *core.RequestEvent) error {
	if err := live.Receive(e.App, e.Request); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, receivedReply{})
}

// receiveBillingEvent processes an event of Stripe. It responds after the commit; after an error, Stripe sends the event again.
func receiveBillingEvent(e *core.RequestEvent) error {
	body, err := io.ReadAll(e.Request.Body)
	if err != nil {
		return err
	}
	if err := billing.HandleWebhook(e.App, e.Request.Header, body); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, receivedReply{})
}
