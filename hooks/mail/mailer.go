package mail

import (
	"errors"
	"html"
	"net/mail"
	"regexp"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/mailer"
)

// outboxMailer is PocketBase's mailer. It queues an email for each recipient.
type outboxMailer struct{ app core.App }

// Send queues the message. It returns an error for a message with attachments.
func (p *outboxMailer) Send(m *mailer.Message) error {
	if len(m.Attachments)+len(m.InlineAttachments) > 0 {
		return errors.New("attachments aren't supported")
	}
	text := m.Text
	if text == "" {
		text = htmlToText(m.HTML)
	}
	return p.app.RunInTransaction(func(tx core.App) error {
		for _, to := range slices.Concat([]mail.Address(m.To), m.Cc, m.Bcc) {
			if _, err := Queue(tx, Message{Kind: KindPocketBase, HighPriority: true, To: to.Address, ToName: to.Name,
				Subject: m.Subject, HTML: m.HTML, Text: text}); err != nil {
				return err
			}
		}
		return nil
	})
}

var (
	hiddenParts = regexp.MustCompile(`(?is)<(head|style|script)\b.*?</(head|style|script)>`)
	anchors     = regexp.MustCompile(`(?is)<a\s[^>]*?href="([^"]*)"[^>]*>(.*?)</a>`)
	breaks      = regexp.MustCompile(`(?i)<br\s*/?>|</(p|div|h[1-6]|li|tr)>`)
	tags        = regexp.MustCompile(`(?s)<[^>]*>`)
	blankLines  = regexp.MustCompile(`\n{3,}`)
)

// htmlToText returns the text of a simple HTML email, with the URL of a link after its text.
func htmlToText(body string) string {
	body = hiddenParts.ReplaceAllString(body, "")
	body = anchors.ReplaceAllString(body, "$2: $1 ")
	body = breaks.ReplaceAllString(body, "\n")
	body = html.UnescapeString(tags.ReplaceAllString(body, ""))
	lines := strings.Split(body, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSpace(line)
	}
	return strings.TrimSpace(blankLines.ReplaceAllString(strings.Join(lines, "\n"), "\n\n"))
}
