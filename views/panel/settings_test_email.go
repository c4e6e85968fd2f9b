package panel

import (
	"errors"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/mail"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
	"usher/views/layout"
	"usher/views/web"
)

var transportText = map[string]string{
	"resend":  "Emails are sent through Resend.",
	"smtp":    "Emails are sent through an SMTP server.",
	"console": "Email isn't set up. Messages are printed to the server console.",
}

// reportsText says whether delivery reports are on, for transports that have them.
var reportsText = map[string]map[bool]string{"resend": {
	true:  "On. User details show whether an email arrived. If an address doesn't accept email, its invitation is revoked automatically.",
	false: "Off. Emails show as sent even if they don't arrive. Your server administrator can turn on reports with RESEND_WEBHOOK_SECRET.",
}}

// loadEmailSettings returns how email is sent, and the delivery of the test email in the URL.
func loadEmailSettings(e *core.RequestEvent) (EmailSettingsProps, error) {
	props := EmailSettingsProps{
		Path: settingsPath(e) + "/test-email", TransportText: transportText[mail.TransportName(e.App)], Enabled: mail.Enabled(e.App),
		Sender: settings.Of(e.App).MailFrom, Problem: mail.Problem(e.App), To: web.Actor(e).Account.Email(),
		ReportsText: reportsText[mail.TransportName(e.App)][mail.WebhooksEnabled(e.App)],
	}
	if meta := e.App.Settings().Meta; props.Sender == "" {
		props.Sender = meta.SenderName + " <" + meta.SenderAddress + ">"
	}
	email, err := teams.FindTestEmail(e.App, web.Actor(e), e.Request.URL.Query().Get("email"))
	if errors.Is(err, errs.ErrNotFound) {
		return props, nil
	}
	if err != nil {
		return props, err
	}
	props.TestEmail = newTestEmailProps(e, email)
	return props, nil
}

// sendTestEmail sends a test email to the actor (R160).
func sendTestEmail(e *core.RequestEvent) error {
	id, err := teams.SendTestEmail(e.App, web.Actor(e))
	if _, ok := web.FormErrorsOf(err); ok {
		web.SetRetryAfter(e, err)
	}
	if err != nil {
		return err
	}
	return web.Redirect(e, settingsPath(e)+"?email="+id+"#mail")
}

// testEmailStatus shows the delivery of a test email.
func testEmailStatus(e *core.RequestEvent) error {
	email, err := teams.FindTestEmail(e.App, web.Actor(e), e.Request.PathValue("email"))
	if err != nil {
		return err
	}
	if !web.IsFragment(e) {
		return web.Redirect(e, settingsPath(e)+"?email="+email.Id+"#mail")
	}
	return web.Render(e, http.StatusOK, TestEmail(newTestEmailProps(e, email)))
}

func newTestEmailProps(e *core.RequestEvent, email *mail.Email) *TestEmailProps {
	state := email.State()
	props := &TestEmailProps{
		RefreshURL: settingsPath(e) + "/test-email/" + email.Id, To: email.Recipient(),
		Delivery: newDeliveryProps(e.App, state, layout.TimesFor(web.Actor(e))),
	}
	switch state.Status {
	case mail.Queued, mail.Sending:
		props.MayChange = true
	case mail.Sent, mail.Delayed:
		props.MayChange = mail.WebhooksEnabled(e.App) && time.Since(state.At) < reportWait
	}
	return props
}

// reportWait is how long the page waits for the delivery report of a sent email.
const reportWait = 2 * time.Minute
