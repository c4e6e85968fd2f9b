package api

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/mail"
	"usher/hooks/teams"
	"usher/views/web"
)

// testEmail is an email that the caller sent to their own address, with its delivery status.
type testEmail struct {
	ID       string    `json:"id"`
	To       string    `json:"to"`
	Delivery *delivery `json:"delivery"`
}

// sendTestEmail sends an email to the caller's own address (R160).
func sendTestEmail(e *core.RequestEvent) error {
	id, err := teams.SendTestEmail(e.App, web.Actor(e))
	if err != nil {
		return err
	}
	return writeTestEmail(e, id)
}

func showTestEmail(e *core.RequestEvent) error { return writeTestEmail(e, e.Request.PathValue("id")) }

func writeTestEmail(e *core.RequestEvent, id string) error {
	sent, err := teams.FindTestEmail(e.App, web.Actor(e), id)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, testEmail{sent.Id, sent.Recipient(), deliveryOf(sent.State())})
}

// emailState is how the server sends emails.
type emailState struct {
	Enabled   bool   `json:"on"`                // emails leave the server
	Transport string `json:"transport"`         // resend, smtp or console
	Problem   string `json:"problem,omitempty"` // why emails are waiting
}

func emailStateOf(app core.App) *emailState {
	return &emailState{Enabled: mail.Enabled(app), Transport: mail.TransportName(app), Problem: mail.Problem(app)}
}
