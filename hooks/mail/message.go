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
	"usher/hooks/tools/text"
)

// The kinds of emails. Of a queued email only the kind, recipient, about and team are stored in clear text.
const (
	KindConfirmAddress    = "confirm_address"
	KindAlreadyRegistered = "already_registered"
	KindResetPassword     = "reset_password"
	KindSignInCode        = "signin_code"
	KindChangeAddress     = "change_address"
	KindAddressChanged    = "address_changed"
	KindAddressTaken      = "address_taken"
	KindAccountDeleted    = "account_deleted"
	KindPasswordChanged   = "password_changed"
	KindPasskeyAdded      = "passkey_added"
	KindPasskeyRemoved    = "passkey_removed"
	KindIdentityConnected = "identity_connected"
	KindIdentityEnded     = "identity_disconnected"
	KindTwoFactorsOn      = "two_factors_on"
	KindTwoFactorsOff     = "two_factors_off"
	KindRecoveryCodeUsed  = "recovery_code_used"
	KindWrongCodes        = "wrong_codes"
	KindInvitation        = "invitation"
	KindRoleInvitation    = "role_offered"
	KindRoleRevoked       = "role_revoked"
	KindRemoved           = "removed"
	KindTeamDeleted       = "team_deleted"
	KindOwnershipOffer    = "ownership_offer"
	KindOwnershipDeclined = "ownership_declined"
	KindOwnerChanged      = "owner_changed"
	KindSessionInvitation = "session_invitation"
	KindSessionChanged    = "session_changed"
	KindSessionCancelled  = "session_cancelled"
	KindSessionHandedOver = "session_handed_over"
	KindSessionNewHost    = "session_new_host"
	KindSessionEnded      = "session_ended"
	KindHostingLost       = "hosting_lost"
	KindRecordingReady    = "recording_ready"
	KindRecordingStopped  = "recording_stopped"
	KindRecordingsDue     = "recordings_due"
	KindNotRecorded       = "not_recorded"
	KindCapacity          = "capacity"
	KindPlanRequest       = "plan_request"
	KindPlanDecided       = "plan_decided"
	KindPaymentFailed     = "payment_failed"
	KindPlanEnded         = "plan_ended"
	KindSupportRequest    = "support_request"
	KindBackupFailed      = "backup_failed"
	KindTest              = "test"
	KindPocketBase        = "pocketbase"
)

// Message is an email to one recipient.
type Message struct {
	Kind   string
	To     string // an address without a name
	ToName string // may be empty

	ReplyTo string // an address without a name; empty: the sender

	Subject string
	HTML    string
	Text    string

	Attachments []Attachment

	About string // id of the record the email is about, such as an invitation; may be empty
	Team  string // id of the team it is sent for; may be empty

	Topic string // of its topic only the newest email to a recipient is sent; empty: it replaces none
	Basis string // for the condition of its kind; stored in clear text

	// HighPriority emails are sent before all others, because a user is waiting for them, such as a password reset.
	HighPriority bool

	// LowPriority emails are sent after all others.
	LowPriority bool
}

// Attachment is a file attached to an email.
type Attachment struct {
	Name    string // "invite.ics"
	Type    string // "text/calendar; method=REQUEST"
	Content []byte
}

// encode returns the body of the request that sends the email. It is stored, so that every retry is identical.
func (m Message) encode(app core.App) ([]byte, error) {
	address, err := mail.ParseAddress(m.To)
	if err != nil || address.Address != m.To {
		return nil, fmt.Errorf("an email of kind %q has no valid recipient", m.Kind)
	}
	subject := text.Shorten(oneLine(m.Subject), 200)
	if m.Kind == "" || subject == "" || (m.HTML == "" && m.Text == "") {
		return nil, fmt.Errorf("an email of kind %q has no subject or no content", m.Kind)
	}
	request := &resend.SendEmailRequest{
		From:    sender(app),
		To:      []string{formatAddress(m.ToName, m.To)},
		ReplyTo: oneLine(m.ReplyTo),
		Subject: subject,
		Html:    m.HTML,
		Text:    m.Text,
		Headers: map[string]string{"Auto-Submitted": "auto-generated"},
	}
	for _, file := range m.Attachments {
		request.Attachments = append(request.Attachments, &resend.Attachment{Filename: file.Name, ContentType: file.Type, Content: file.Content})
	}
	return json.Marshal(request)
}

// SenderAddress returns the address that emails are from, without a name, or "" if it is invalid.
func SenderAddress(app core.App) string {
	parsed, err := mail.ParseAddress(sender(app))
	if err != nil {
		return ""
	}
	return parsed.Address
}

// sender returns USHER_MAIL_FROM, otherwise the sender in PocketBase's settings.
func sender(app core.App) string {
	if from := settings.Of(app).MailFrom; from != "" {
		return oneLine(from)
	}
	return formatAddress(app.Settings().Meta.SenderName, app.Settings().Meta.SenderAddress)
}

// formatAddress returns an address with its name, quoted if necessary. Names stay in UTF-8: Resend takes JSON, and SMTP
// encodes them.
func formatAddress(name, address string) string {
	name = text.Shorten(oneLine(name), 100)
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

// oneLine removes control and direction-changing characters, which could break a header, and collapses white space.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, ""), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
	}), " ")
}

// decode reads what encode returned.
func decode(request []byte) (*resend.SendEmailRequest, error) {
	decoded := &resend.SendEmailRequest{}
	if err := json.Unmarshal(request, decoded); err != nil {
		return nil, fmt.Errorf("decode an email: %w", err)
	}
	if len(decoded.To) != 1 {
		return nil, errors.New("decode an email: not exactly one recipient")
	}
	// resend.Attachment writes the type under a name that it doesn't read.
	var types struct {
		Attachments []struct {
			ContentType string `json:"content_type"`
		}
	}
	if err := json.Unmarshal(request, &types); err != nil {
		return nil, fmt.Errorf("decode the attachments of an email: %w", err)
	}
	for i, file := range decoded.Attachments {
		file.ContentType = types.Attachments[i].ContentType
	}
	return decoded, nil
}
