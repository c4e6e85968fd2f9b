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
	"resend":  "Letters leave through Resend.",
	"smtp":    "Letters leave through the SMTP server in the dashboard's mail settings.",
	"console": "Mail is off. Letters are printed on the server's console.",
}

// reportsText say whether we hear what becomes of letters, where the way they leave could tell.
var reportsText = map[string]map[bool]string{"resend": {
	true:  "On: details show what arrived, and an invitation to an address that takes no mail ends by itself.",
	false: "Off: a letter counts as sent, whatever became of it. Whoever runs this server turns them on with RESEND_WEBHOOK_SECRET.",
}}

// loadEmailSettings are how letters leave, and how the last test letter of the actor fared.
func loadEmailSettings(e *core.RequestEvent) (EmailSettingsProps, error) {
	props := EmailSettingsProps{
		Path: settingsPath(e) + "/test-letter", TransportText: transportText[mail.TransportName(e.App)], Enabled: mail.Enabled(e.App),
		Sender: settings.Of(e.App).MailFrom, Problem: mail.Problem(e.App), To: web.Actor(e).Account.Email(),
		ReportsText: reportsText[mail.TransportName(e.App)][mail.WebhooksEnabled(e.App)],
	}
	if meta := e.App.Settings().Meta; props.Sender == "" {
		props.Sender = meta.SenderName + " <" + meta.SenderAddress + ">"
	}
	letter, err := teams.FindTestEmail(e.App, web.Actor(e), e.Request.URL.Query().Get("letter"))
	if errors.Is(err, errs.NotFound) {
		return props, nil
	}
	if err != nil {
		return props, err
	}
	props.TestEmail = newTestEmailProps(e, letter)
	return props, nil
}

// sendTestEmail sends a letter to the actor's own address (R160).
func sendTestEmail(e *core.RequestEvent) error {
	id, err := teams.SendTestEmail(e.App, web.Actor(e))
	if _, ok := web.FormErrorsOf(err); ok {
		web.SetRetryAfter(e, err)
	}
	if err != nil {
		return err
	}
	return web.Redirect(e, settingsPath(e)+"?letter="+id+"#mail")
}

// testEmailStatus is how far a test letter has come, asked for again while it waits.
func testEmailStatus(e *core.RequestEvent) error {
	letter, err := teams.FindTestEmail(e.App, web.Actor(e), e.Request.PathValue("letter"))
	if err != nil {
		return err
	}
	if !web.IsFragment(e) {
		return web.Redirect(e, settingsPath(e)+"?letter="+letter.Id+"#mail")
	}
	return web.Render(e, http.StatusOK, TestEmail(newTestEmailProps(e, letter)))
}

func newTestEmailProps(e *core.RequestEvent, letter *mail.Email) *TestEmailProps {
	state := letter.State()
	props := &TestEmailProps{
		RefreshURL: settingsPath(e) + "/test-letter/" + letter.Id, To: letter.Recipient(),
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

// reportWait is how long a page waits to hear what became of a letter that was sent.
const reportWait = 2 * time.Minute
