package mail

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net/mail"
	"net/textproto"
	"regexp"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/mailer"
	"github.com/pocketbase/pocketbase/tools/routine"
)

type smtpTransport struct {
	settings  core.SMTPConfig
	publicURL string
}

func (*smtpTransport) name() string { return transportSMTP }

// send uses the server in PocketBase's mail settings. SMTP has no idempotency key, so the Message-ID contains the email's
// id: clients recognize an email that arrives twice.
func (t *smtpTransport) send(ctx context.Context, id string, request []byte) (string, error) {
	message, err := smtpMessage(id, request)
	if err != nil {
		return "", &sendError{kind: rejected, message: err.Error()}
	}
	client := &mailer.SMTPClient{
		Host: t.settings.Host, Port: t.settings.Port, Username: t.settings.Username, Password: t.settings.Password,
		TLS: t.settings.TLS, AuthMethod: t.settings.AuthMethod, LocalName: t.settings.LocalName,
	}
	done := make(chan error, 1)
	routine.FireAndForget(func() {
		done <- routine.SafeWrap(func() error { return client.Send(message) })()
	})
	select {
	case err = <-done:
	case <-ctx.Done():
		return "", &sendError{kind: retryLater, message: "The mail server took too long to respond."}
	}
	if err != nil {
		return "", smtpError(err, t.publicURL)
	}
	return message.Headers["Message-ID"], nil
}

// sentence is an error whose text is shown to users.
type sentence string

func (s sentence) Error() string { return string(s) }

func smtpMessage(id string, request []byte) (*mailer.Message, error) {
	decoded, err := decode(request)
	if err != nil {
		return nil, err
	}
	from, err := mail.ParseAddress(decoded.From)
	if err != nil {
		return nil, sentence("The sender isn't a valid email address.")
	}
	to, err := mail.ParseAddress(decoded.To[0])
	if err != nil {
		return nil, sentence("The recipient isn't a valid email address.")
	}
	_, host, _ := strings.Cut(from.Address, "@")
	headers := maps.Clone(decoded.Headers)
	if decoded.ReplyTo != "" {
		headers["Reply-To"] = decoded.ReplyTo
	}
	headers["Message-ID"] = "<" + id + "@" + host + ">"
	message := &mailer.Message{From: *from, To: []mail.Address{*to}, Subject: decoded.Subject,
		HTML: decoded.Html, Text: decoded.Text, Headers: headers, Attachments: map[string]io.Reader{}}
	for _, file := range decoded.Attachments {
		message.Attachments[file.Filename] = bytes.NewReader(file.Content)
	}
	return message, nil
}

// badAddressReply matches the replies that reject the recipient's address (RFC 3463, 3.2; RFC 7505).
var badAddressReply = regexp.MustCompile(`^5\.1\.(1|2|3|6|10)\b`)

func smtpError(err error, own string) *sendError {
	f := &sendError{kind: retryLater, message: "The mail server can't be reached. Check host, port and TLS in the SMTP settings of the dashboard."}
	var reply *textproto.Error
	if !errors.As(err, &reply) {
		return f
	}
	f.message = cleanProviderText(reply.Error(), own)
	switch {
	case reply.Code == 530 || reply.Code == 534 || reply.Code == 535 || reply.Code == 538:
		f.kind = blocked
		f.message = withProviderText("The mail server rejected the sign-in. Check user name and password in the SMTP settings of the dashboard.", "The mail server", f.message)
	case reply.Code >= 500:
		f.kind = rejected
		words := f.message
		f.message = withProviderText("The mail server refused this email.", "The mail server", words)
		if badAddressReply.MatchString(reply.Msg) {
			f.badAddress, f.message = true, withProviderText("The address doesn't exist or doesn't accept email.", "The mail server", words)
		}
	}
	return f
}
