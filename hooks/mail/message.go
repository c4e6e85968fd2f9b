package mail

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"unicode"

	"github.com/pocketbase/pocketbase/core"
	"github.com/resend/resend-go/v2"

	"usher/hooks/tools/settings"
)

// The kinds of letters. Kind, recipient, about and team are all that a stored letter shows.
const (
	KindConfirmAddress    = "confirm_address"
	KindAlreadyRegistered = "already_registered"
	KindResetPassword     = "reset_password"
	KindChangeAddress     = "change_address"
	KindAddressChanged    = "address_changed"
	KindAddressTaken      = "address_taken"
	KindAccountDeleted    = "account_deleted"
	KindPasswordChanged   = "password_changed"
	KindInvitation        = "invitation"
	KindRoleInvitation    = "role_offered"
	KindRoleRevoked       = "role_revoked"
	KindRemoved           = "removed"
	KindTeamDeleted       = "team_deleted"
	KindSessionInvitation = "session_invitation"
	KindSessionChanged    = "session_changed"
	KindSessionCancelled  = "session_cancelled"
	KindSessionHandedOver = "session_handed_over"
	KindSessionNewHost    = "session_new_host"
	KindSessionEnded      = "session_ended"
	KindHostingLost       = "hosting_lost"
	KindCapacity          = "capacity"
	KindTest              = "test"
	KindPocketBase        = "pocketbase"
)

// Message is one mail to one person.
type Message struct {
	Kind   string
	To     string // an address, nothing else
	ToName string // shown beside it; may be empty

	Subject string
	HTML    string
	Text    string

	Attachments []Attachment

	About string // id of the record that the letter is about, such as an invitation; may be empty
	Team  string // id of the team on whose behalf it goes; may be empty

	Topic string // of its topic only the newest email to a recipient is sent; empty: it replaces none
	Basis string // what the condition of its kind judges it by; stored in clear text

	// First lets the letter overtake those that are not. Letters that somebody waits for at a form
	// (confirmation, reset, change of address) go before invitations.
	HighPriority bool

	// Last lets every other letter overtake it: nobody waits for it.
	LowPriority bool
}

// Attachment is a file that goes with a letter.
type Attachment struct {
	Name    string // "invite.ics"
	Type    string // "text/calendar; method=REQUEST"
	Content []byte
}

// encode freezes the letter as the body of the request that carries it. From here on nothing of it changes,
// so that every retry is the same, byte by byte.
func (l Message) encode(app core.App) ([]byte, error) {
	address, err := mail.ParseAddress(l.To)
	if err != nil || address.Address != l.To {
		return nil, fmt.Errorf("a letter of kind %q has no usable recipient", l.Kind)
	}
	subject := Truncate(oneLine(l.Subject), 200)
	if l.Kind == "" || subject == "" || (l.HTML == "" && l.Text == "") {
		return nil, fmt.Errorf("a letter of kind %q has no subject or no content", l.Kind)
	}
	request := &resend.SendEmailRequest{
		From:    sender(app),
		To:      []string{formatAddress(l.ToName, l.To)},
		Subject: subject,
		Html:    l.HTML,
		Text:    l.Text,
		Headers: map[string]string{"Auto-Submitted": "auto-generated"},
	}
	for _, file := range l.Attachments {
		request.Attachments = append(request.Attachments, &resend.Attachment{Filename: file.Name, ContentType: file.Type, Content: file.Content})
	}
	return json.Marshal(request)
}

// SenderAddress is the address that letters are from, without a name; empty if it is none.
func SenderAddress(app core.App) string {
	parsed, err := mail.ParseAddress(sender(app))
	if err != nil {
		return ""
	}
	return parsed.Address
}

// sender is who letters are from: USHER_MAIL_FROM, else the sender in PocketBase's settings.
func sender(app core.App) string {
	if from := settings.Of(app).MailFrom; from != "" {
		return oneLine(from)
	}
	return formatAddress(app.Settings().Meta.SenderName, app.Settings().Meta.SenderAddress)
}

// formatAddress writes an address with its name, as a quoted string where the name's characters ask for it. Names stay
// in UTF-8: the provider's interface is JSON, and SMTP encodes them once more.
func formatAddress(name, address string) string {
	name = Truncate(oneLine(name), 100)
	if name == "" {
		return address
	}
	plain := func(r rune) bool {
		return r == ' ' || unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || strings.ContainsRune("-_'&+", r)
	}
	if strings.ContainsFunc(name, func(r rune) bool { return !plain(r) }) {
		name = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
	}
	return name + " <" + address + ">"
}

// oneLine takes out what could end a header line or turn its direction, and folds the space that stays.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, ""), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
	}), " ")
}

// truncate cuts s to at most max characters.
func Truncate(s string, max int) string {
	if runes := []rune(s); len(runes) > max {
		return strings.TrimSpace(string(runes[:max-1])) + "…"
	}
	return s
}

// decode reads a frozen letter.
func decode(request []byte) (*resend.SendEmailRequest, error) {
	letter := &resend.SendEmailRequest{}
	if err := json.Unmarshal(request, letter); err != nil {
		return nil, fmt.Errorf("read a letter: %w", err)
	}
	if len(letter.To) != 1 {
		return nil, errors.New("read a letter: not exactly one recipient")
	}
	return letter, nil
}
