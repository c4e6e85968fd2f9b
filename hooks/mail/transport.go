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
)

const (
	transportResend  = "resend"
	transportSMTP    = "smtp"
	transportConsole = "console"
)

// transport takes a frozen letter to its provider. Every error that it returns is a *fault.
type transport interface {
	name() string
	// send hands the letter over under its id: the provider that was given the same id before
	// does not deliver it again. It returns the provider's own id.
	send(ctx context.Context, id string, request []byte) (providerID string, err error)
}

// failureKind is what a failed try means for the letter.
type failureKind int

const (
	retryLater  failureKind = iota // for a while: the letter is tried again
	rateLimited                    // too many at once: the queue waits
	blocked                        // the key or the sender is refused: the queue waits for whoever runs the server
	rejected                       // this letter is refused for good
)

// sendError is why a letter did not leave.
type sendError struct {
	kind       failureKind
	retryAfter time.Duration // how long the provider asks us to wait, 0 if it does not say
	message    string        // in the provider's words, without our links; for people
	badAddress bool          // refused for good, and plainly for the recipient's address
}

func (f *sendError) Error() string { return f.message }

// newTransport chooses at each letter, so that a change in the settings counts at once.
func newTransport(app core.App, console io.Writer) transport {
	config := settings.Of(app)
	switch {
	case config.ResendKey != "":
		return &resendTransport{key: config.ResendKey, url: config.ResendURL, publicURL: config.URL}
	case app.Settings().SMTP.Enabled:
		return &smtpTransport{settings: app.Settings().SMTP, publicURL: config.URL}
	default:
		return &consoleTransport{console}
	}
}

// consoleTransport prints letters: without any mail the link has to be seen somewhere (R60).
type consoleTransport struct{ out io.Writer }

func (*consoleTransport) name() string { return transportConsole }

func (t *consoleTransport) send(_ context.Context, _ string, request []byte) (string, error) {
	letter, err := decode(request)
	if err != nil {
		return "", &sendError{kind: rejected, message: err.Error()}
	}
	text := strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) { // a terminal would obey it
			return -1
		}
		return r
	}, strings.TrimSpace(letter.Text))
	lines := "  │ " + strings.ReplaceAll(text, "\n", "\n  │ ")
	_, err = fmt.Fprintf(t.out, "\n  No mail is set up, so this letter is printed here.\n  To: %s\n  Subject: %s\n  │\n%s\n\n",
		letter.To[0], letter.Subject, lines)
	if err != nil {
		return "", &sendError{kind: retryLater, message: "The console cannot be written to."}
	}
	return "", nil
}

// cleanProviderText makes a provider's message fit to be shown: one line, at most 300 characters, and none of our links,
// should the provider repeat one.
func cleanProviderText(message, own string) string {
	message = oneLine(strings.TrimPrefix(message, "[ERROR]: "))
	if own != "" {
		message = regexp.MustCompile(regexp.QuoteMeta(own)+`\S*`).ReplaceAllString(message, own)
	}
	return Truncate(message, 300)
}

// withProviderText puts a provider's words behind our sentence.
func withProviderText(sentence, provider, words string) string {
	if words == "" {
		return sentence
	}
	return sentence + " " + provider + " says: “" + words + "”"
}
