package mail

import (
	"context"
	"errors"

	"github.com/pocketbase/pocketbase/core"
)

// Check connects to the mail server and signs in, without sending anything, and returns how emails are sent. For Resend and the console it
// connects to nothing.
func Check(ctx context.Context, app core.App) (transport string, err error) {
	t := newTransport(app, consoleOutput(app))
	server, isSMTP := t.(*smtpTransport)
	if !isSMTP {
		return t.name(), nil
	}
	client, closeConn, err := server.connect(ctx)
	if err != nil {
		return t.name(), server.explain(stageConnect, err)
	}
	defer closeConn()
	if auth := server.auth(client); auth != nil {
		if err := client.Auth(auth); err != nil {
			return t.name(), server.explain(stageSignIn, err)
		}
	}
	return t.name(), client.Quit()
}

// SendNow sends an email past the outbox, for the server administrator.
func SendNow(ctx context.Context, app core.App, message Message) error {
	t := newTransport(app, consoleOutput(app))
	if t.name() == transportConsole {
		return errors.New("email isn't set up: set USHER_MAIL_FROM, and RESEND_API_KEY or USHER_SMTP_URL")
	}
	request, err := message.encode(app)
	if err != nil {
		return err
	}
	_, err = t.send(ctx, core.GenerateDefaultRandomId(), request)
	return err
}
