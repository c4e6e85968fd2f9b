package panel

import (
	"errors"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/settings"
	"usher/hooks/teams"
	"usher/views/frame"
	"usher/views/web"
)

var modeWords = map[string]string{
	"resend":  "Letters leave through Resend.",
	"smtp":    "Letters leave through the SMTP server in the dashboard's mail settings.",
	"console": "Mail is off. Letters are printed on the server's console.",
}

// reportWords say whether we hear what becomes of letters, where the way they leave could tell.
var reportWords = map[string]map[bool]string{"resend": {
	true:  "On: details show what arrived, and an invitation to an address that takes no mail ends by itself.",
	false: "Off: a letter counts as sent, whatever became of it. Whoever runs this server turns them on with RESEND_WEBHOOK_SECRET.",
}}

// mailSettings are how letters leave, and how the last test letter of the actor fared.
func mailSettings(e *core.RequestEvent) (LettersProps, error) {
	props := LettersProps{
		Path: settingsPath(e) + "/test-letter", Mode: modeWords[mail.Mode(e.App)], Works: mail.Works(e.App),
		Sender: settings.Of(e.App).MailFrom, Trouble: mail.Trouble(e.App), To: web.Actor(e).Account.Email(),
		Reports: reportWords[mail.Mode(e.App)][mail.Reported(e.App)],
	}
	if meta := e.App.Settings().Meta; props.Sender == "" {
		props.Sender = meta.SenderName + " <" + meta.SenderAddress + ">"
	}
	letter, err := teams.FindTestLetter(e.App, web.Actor(e), e.Request.URL.Query().Get("letter"))
	if errors.Is(err, record.ErrNotFound) {
		return props, nil
	}
	if err != nil {
		return props, err
	}
	props.Letter = letterProps(e, letter)
	return props, nil
}

// testLetter sends a letter to the actor's own address (R160).
func testLetter(e *core.RequestEvent) error {
	id, err := teams.SendTestLetter(e.App, web.Actor(e))
	if _, ok := web.FaultsOf(err); ok {
		web.SetWait(e, err)
	}
	if err != nil {
		return err
	}
	return web.Go(e, settingsPath(e)+"?letter="+id+"#mail")
}

// letterState is how far a test letter has come, asked for again while it waits.
func letterState(e *core.RequestEvent) error {
	letter, err := teams.FindTestLetter(e.App, web.Actor(e), e.Request.PathValue("letter"))
	if err != nil {
		return err
	}
	if !web.IsFragment(e) {
		return web.Go(e, settingsPath(e)+"?letter="+letter.Id+"#mail")
	}
	return web.Render(e, http.StatusOK, TestLetter(letterProps(e, letter)))
}

func letterProps(e *core.RequestEvent, letter *mail.Outbox) *TestLetterProps {
	state := letter.State()
	props := &TestLetterProps{
		Again: settingsPath(e) + "/test-letter/" + letter.Id, To: letter.Recipient(),
		Mail: mailProps(e.App, state, frame.TimesOf(web.Actor(e))),
	}
	switch state.Status {
	case mail.Queued, mail.Sending:
		props.More = true
	case mail.Sent, mail.Delayed:
		props.More = mail.Reported(e.App) && time.Since(state.At) < reportSoon
	}
	return props
}

// reportSoon is how long a page waits to hear what became of a letter that was sent.
const reportSoon = 2 * time.Minute
