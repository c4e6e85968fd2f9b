package accounts

import (
	"net/url"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/emails"
	"usher/hooks/mail"
	"usher/hooks/paths"
	"usher/hooks/tools/settings"
)

// registerEmails replaces the emails of PocketBase's endpoints with ours, which link to our pages.
func registerEmails(app core.App) {
	app.OnMailerRecordPasswordResetSend("users").BindFunc(func(e *core.MailerRecordEvent) error {
		return sendReset(e.App, e.Record, "")
	})
	app.OnMailerRecordVerificationSend("users").BindFunc(func(e *core.MailerRecordEvent) error {
		return SendConfirmation(e.App, e.Record, "")
	})
	app.OnMailerRecordAuthAlertSend("users").BindFunc(func(e *core.MailerRecordEvent) error { return nil })
}

// withNext adds the page to open after following the link. next is "" or a local path.
func withNext(link, next string) string {
	if next == "" || next == "/" {
		return link
	}
	separator := "?"
	if strings.Contains(link, "?") {
		separator = "&"
	}
	return link + separator + "next=" + url.QueryEscape(next)
}

// RecipientName returns the name for greeting the recipient of an email. It is empty while the address isn't confirmed:
// someone else may have entered the name.
func RecipientName(account *core.Record) string {
	if !account.Verified() {
		return ""
	}
	return actors.DisplayName(account)
}

// SendConfirmation queues the email with the link that confirms the account's address, in the caller's transaction. next is
// the page to open afterwards; empty: none.
func SendConfirmation(tx core.App, account *core.Record, next string) error {
	token, err := account.NewVerificationToken()
	if err != nil {
		return err
	}
	email := emails.ConfirmAddress(emails.ConfirmAddressProps{
		To: account.Email(), Link: withNext(settings.Of(tx).Link(paths.ConfirmAddress(token)), next),
		Expires: time.Now().Add(account.Collection().VerificationToken.DurationTime()),
		Zone:    Zone(account, time.UTC), Support: settings.Of(tx).Support,
	})
	return queueReplacing(tx, account, email, Hash(account.TokenKey()))
}

// ResetLink returns a link to the page that sets a new password and confirms the address. It works once and expires after
// the token duration of the collection.
func ResetLink(app core.App, account *core.Record) (string, error) {
	token, err := account.NewPasswordResetToken()
	return settings.Of(app).Link(paths.SetPassword(token)), err
}

func sendReset(tx core.App, account *core.Record, next string) error {
	link, err := ResetLink(tx, account)
	if err != nil {
		return err
	}
	props := emails.ResetPasswordProps{
		To: account.Email(), ToName: RecipientName(account), Link: withNext(link, next),
		Expires: time.Now().Add(account.Collection().PasswordResetToken.DurationTime()),
		Zone:    time.UTC, Support: settings.Of(tx).Support,
	}
	if account.Verified() {
		props.Zone = Zone(account, time.UTC)
	}
	email := emails.ResetPassword(props)
	return queueReplacing(tx, account, email, Hash(account.TokenKey()))
}

// sendSignInCode sends a one-time code. It doesn't replace codes that other browsers requested.
func sendSignInCode(tx core.App, account *core.Record, request *SignInCode, code, agent string) error {
	email := emails.SignInCode(emails.SignInCodeProps{
		To: account.Email(), ToName: RecipientName(account), Code: code, Device: DeviceName(agent), Expires: request.Expires(),
		Zone: Zone(account, time.UTC), Support: settings.Of(tx).Support,
	})
	email.Basis = request.Id
	return queueEmail(tx, account, email)
}

// sendAlreadyRegistered tells the owner of an address that they already have an account.
func sendAlreadyRegistered(tx core.App, account *core.Record, next string) error {
	config := settings.Of(tx)
	return queueReplacing(tx, account, emails.AlreadyRegistered(emails.AlreadyRegisteredProps{
		To: account.Email(), ToName: actors.DisplayName(account), Support: config.Support,
		SignIn: withNext(config.Link(paths.SignInAs(account.Email())), next), Reset: withNext(config.Link(paths.Reset), next),
	}), "")
}

func sendPasswordChanged(tx core.App, account *core.Record) error {
	config := settings.Of(tx)
	return queueEmail(tx, account, emails.PasswordChanged(emails.PasswordChangedProps{
		To: account.Email(), ToName: actors.DisplayName(account), At: time.Now(), Zone: Zone(account, time.UTC),
		Reset: config.Link(paths.Reset), Support: config.Support,
	}))
}

// sendAddressChange sends the link to the new address, without a name: the requester mustn't control text in an email to a
// stranger.
func sendAddressChange(tx core.App, account *core.Record, change *AddressChange, token string) error {
	config := settings.Of(tx)
	email := emails.ChangeAddress(emails.ChangeAddressProps{
		To: change.Address(), Old: account.Email(), Link: config.Link(paths.ChangeAddress(token)),
		Expires: change.Expires(), Zone: Zone(account, time.UTC), Support: config.Support,
	})
	return queueReplacing(tx, account, email, change.GetString("token_hash"))
}

// sendAddressTaken tells the owner of an address that someone tried to use it for another account.
func sendAddressTaken(tx core.App, owner *core.Record) error {
	config := settings.Of(tx)
	return queueReplacing(tx, owner, emails.AddressTaken(emails.AddressTakenProps{
		To: owner.Email(), ToName: RecipientName(owner), Support: config.Support,
		SignIn: config.Link(paths.SignInAs(owner.Email())), Reset: config.Link(paths.Reset),
	}), "")
}

// sendAddressChanged notifies the old address.
func sendAddressChanged(tx core.App, account *core.Record, old string) error {
	return queueEmail(tx, account, emails.AddressChanged(emails.AddressChangedProps{
		To: old, ToName: actors.DisplayName(account), New: account.Email(), At: time.Now(),
		Zone: Zone(account, time.UTC), Support: settings.Of(tx).Support,
	}))
}

// SendDeleted notifies the owner of an account that it was deleted, in the transaction that deletes it.
func SendDeleted(tx core.App, account *core.Record) error {
	return queueEmail(tx, account, emails.AccountDeleted(emails.AccountDeletedProps{
		To: account.Email(), ToName: actors.DisplayName(account), At: time.Now(),
		Zone: Zone(account, time.UTC), Support: settings.Of(tx).Support,
	}))
}

func queueEmail(tx core.App, account *core.Record, email mail.Message) error {
	email.About = account.Id
	_, err := mail.Queue(tx, email)
	return err
}

// queueReplacing queues an email that replaces queued ones of the same kind about the account. Its condition compares the
// basis.
func queueReplacing(tx core.App, account *core.Record, email mail.Message, basis string) error {
	email.Topic, email.Basis = email.Kind+":"+account.Id, basis
	return queueEmail(tx, account, email)
}
