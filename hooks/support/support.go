// Package support sends requests for help to the support address of the server (R11, R172).
package support

import (
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/audit"
	"usher/hooks/emails"
	outbox "usher/hooks/mail"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
	"usher/hooks/tools/settings"
	"usher/hooks/tools/text"
)

// Limits of a request, in characters.
const (
	MaxName    = accounts.MaxName
	MaxMessage = 4000
)

// CodeUnavailable is the code of the error on a server that takes no requests.
const CodeUnavailable = "support_unavailable"

// Rate limits: of one network, and of the whole server, because everyone can send a request.
var (
	networkLimit = ratelimit.Define("support", 5, time.Hour)
	serverLimit  = ratelimit.Define("support-all", 200, 24*time.Hour)
)

// Form is a request for help. A signed-in user's name and address are those of the account.
type Form struct {
	Name, Email, Message string
	IP                   string
}

// Register registers the condition of the email: it is always sent.
func Register(app core.App) {
	outbox.RegisterCondition(app, outbox.AlwaysSend, outbox.KindSupportRequest)
}

// Address returns the address to which requests go, or "" if the server takes none: its support contact isn't an email address, or it
// sends no email.
func Address(app core.App) string {
	if !outbox.Enabled(app) {
		return ""
	}
	return settings.Of(app).SupportAddress()
}

// Send sends a request to the support address. account is nil for someone who isn't signed in.
func Send(app core.App, account *core.Record, form Form) error {
	to := Address(app)
	if to == "" {
		return errs.Invalid("base", CodeUnavailable, "This server takes no support requests. Ask the person who invited you, or the Owner or an Admin of your team.")
	}
	entry := &audit.Entry{IP: form.IP, Action: "support.request"}
	if account != nil {
		entry = audit.NewAccountEntry(account, "", form.IP, "support.request")
		form.Name, form.Email = accounts.StoredName(account), account.Email()
	}
	form, err := form.validate(account)
	if err != nil {
		return err
	}
	for key, limit := range map[string]*ratelimit.Limit{ratelimit.NormalizeIP(form.IP): networkLimit, "all": serverLimit} {
		if wait, ok := limit.In(app).Take(key); !ok {
			return errs.RateLimited(wait, "Too many support requests were sent from your network. Try again later.")
		}
	}
	return audit.Do(app, entry, func(tx core.App) error {
		_, err := outbox.Queue(tx, emails.SupportRequest(emails.SupportRequestProps{
			To: to, Name: form.Name, From: form.Email, Message: form.Message, SignedIn: account != nil}))
		return err
	})
}

func (f Form) validate(account *core.Record) (Form, error) {
	var faults errs.List
	if account == nil {
		name, err := text.RequiredLine("name", "Your name", f.Name, MaxName)
		faults.Add(err)
		email, err := accounts.CanonicalEmail(f.Email)
		faults.Add(err)
		f.Name, f.Email = name, email
	}
	f.Message = strings.TrimSpace(f.Message)
	switch length := len([]rune(f.Message)); {
	case length == 0:
		faults.Add(errs.Invalid("message", "required", "Describe what you need help with."))
	case length > MaxMessage:
		faults.Add(errs.Invalid("message", "too_long", "The message has "+text.Count(length, "character", "characters")+". Use at most "+text.Number(MaxMessage)+"."))
	}
	return f, faults.Err()
}
