package panel

import (
	"database/sql"
	"errors"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/limits"
	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/settings"
	"usher/views/web"
)

var modeWords = map[string]string{
	"resend":  "Letters leave through Resend.",
	"smtp":    "Letters leave through the SMTP server in the dashboard's mail settings.",
	"console": "Mail is off. Letters are printed on the server's console.",
}

// mailSettings are how letters leave, and how the last test letter of the actor fared.
func mailSettings(e *core.RequestEvent) (LettersProps, error) {
	props := LettersProps{
		Path: settingsPath(e) + "/test-letter", Mode: modeWords[mail.Mode(e.App)], Works: mail.Works(e.App),
		Sender: settings.Of(e.App).MailFrom, Trouble: mail.Trouble(e.App), To: web.Actor(e).Account.Email(),
	}
	if meta := e.App.Settings().Meta; props.Sender == "" {
		props.Sender = meta.SenderName + " <" + meta.SenderAddress + ">"
	}
	letter, err := testLetterOf(e.App, web.Actor(e), e.Request.URL.Query().Get("letter"))
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
	id, err := sendTest(e.App, web.Actor(e))
	if _, ok := web.FaultsOf(err); ok {
		web.SetWait(e, err)
	}
	if err != nil {
		return err
	}
	return web.Go(e, settingsPath(e)+"?letter="+id+"#mail")
}

func sendTest(app core.App, actor *actors.Actor) (id string, err error) {
	if wait, ok := limits.For(app, "test-letter", 3, time.Minute).Take(actor.Account.Id); !ok {
		return "", record.TooMany(wait, "Three test letters a minute are enough. Wait a moment.")
	}
	letter := mail.Test(mail.TestProps{
		To: actor.Account.Email(), ToName: actor.Name(), By: actor.Name(),
		Server: settings.Of(app).URL, Support: settings.Of(app).Support,
	})
	letter.About, letter.Team = actor.Account.Id, actor.Team.Id
	err = app.RunInTransaction(func(tx core.App) error {
		id, err = mail.Queue(tx, letter)
		return err
	})
	return id, err
}

// testLetterOf finds a test letter that the actor asked for in this team; any other is not found.
func testLetterOf(app core.App, actor *actors.Actor, id string) (*mail.Outbox, error) {
	letter, err := mail.FindOutbox(app, id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, record.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	if letter.Kind() != mail.KindTest || letter.About() != actor.Account.Id || letter.Team() != actor.Team.Id {
		return nil, record.ErrNotFound
	}
	return letter, nil
}

// letterState is how far a test letter has come, asked for again while it waits.
func letterState(e *core.RequestEvent) error {
	letter, err := testLetterOf(e.App, web.Actor(e), e.Request.PathValue("letter"))
	if err != nil {
		return err
	}
	if !web.IsFragment(e) {
		return web.Go(e, settingsPath(e)+"?letter="+letter.Id+"#mail")
	}
	return web.Render(e, http.StatusOK, TestLetter(letterProps(e, letter)))
}

func letterProps(e *core.RequestEvent, letter *mail.Outbox) *TestLetterProps {
	state := mail.State{Status: letter.Status(), At: letter.GetDateTime("updated").Time(), Error: letter.Error()}
	return &TestLetterProps{
		Again: settingsPath(e) + "/test-letter/" + letter.Id, To: letter.Recipient(),
		Mail: mailProps(e.App, state, zoneOf(web.Actor(e))),
	}
}
