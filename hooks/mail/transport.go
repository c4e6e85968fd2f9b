package mail

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/settings"
	"usher/hooks/tools/text"
)

const (
	transportResend  = "resend"
	transportSMTP    = "smtp"
	transportConsole = "console"
)

// transport sends an encoded email through a provider. Its errors are of type *sendError.
type transport interface {
	name() string
	// send sends the email with the id as idempotency key, and returns the provider's id.
	send(ctx context.Context, id string, request []byte) (providerID string, err error)
}

// failureKind is what a failed attempt means for the email.
type failureKind int

const (
	retryLater   failureKind = iota // temporary: the email is tried again
	rateLimited                     // too many emails: the queue waits
	blocked                         // the key or the sender is rejected: the queue waits for the server administrator
	rejected                        // this email is rejected permanently
	batchRefused                    // the batch is rejected: its emails are sent one by one
)

// sendError is why an email wasn't sent.
type sendError struct {
	kind       failureKind
	retryAfter time.Duration // as requested by the provider, or 0
	message    string        // for users, without our links
	badAddress bool          // rejected permanently because of the recipient's address
	accepted   bool          // an earlier request with the same idempotency key was accepted
}

func (f *sendError) Error() string { return f.message }

// newTransport returns the transport of the current settings. It is called for each email.
func newTransport(app core.App, console io.Writer) transport {
	config := settings.Of(app)
	switch {
	case config.ResendKey != "":
		return &resendTransport{key: config.ResendKey, url: config.ResendURL, publicURL: config.URL}
	case config.SMTP.Host != "":
		return &smtpTransport{SMTP: config.SMTP, source: "USHER_SMTP_URL", publicURL: config.URL}
	case app.Settings().SMTP.Enabled:
		return &smtpTransport{SMTP: dashboardSMTP(app), source: "the SMTP settings of the dashboard", publicURL: config.URL}
	default:
		return &consoleTransport{console}
	}
}

// consoleTransport prints emails, for servers without email (R60).
type consoleTransport struct{ out io.Writer }

func (*consoleTransport) name() string { return transportConsole }

func (t *consoleTransport) send(_ context.Context, _ string, request []byte) (string, error) {
	decoded, err := decode(request)
	if err != nil {
		return "", &sendError{kind: rejected, message: err.Error()}
	}
	text := strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) { // terminals interpret them
			return -1
		}
		return r
	}, strings.TrimSpace(decoded.Text))
	lines := "  │ " + strings.ReplaceAll(text, "\n", "\n  │ ")
	_, err = fmt.Fprintf(t.out, "\n  Email isn't set up, so this email is printed here.\n  To: %s\n  Subject: %s\n  │\n%s\n\n",
		decoded.To[0], decoded.Subject, lines)
	if err != nil {
		return "", &sendError{kind: retryLater, message: "The console can't be written to."}
	}
	return "", nil
}

// cleanProviderText prepares a provider's message to be shown: one line, at most 300 characters, without our links.
func cleanProviderText(message, own string) string {
	message = oneLine(strings.TrimPrefix(message, "[ERROR]: "))
	if own != "" {
		message = regexp.MustCompile(regexp.QuoteMeta(own)+`\S*`).ReplaceAllString(message, own)
	}
	return text.Shorten(message, 300)
}

// withProviderText appends a provider's message to our sentence.
func withProviderText(sentence, provider, words string) string {
	if words == "" {
		return sentence
	}
	return sentence + " " + provider + " says: “" + words + "”"
}
