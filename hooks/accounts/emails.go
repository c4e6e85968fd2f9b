package accounts

import (
	"net/url"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/emails"
	"usher/hooks/mail"
	"usher/hooks/tools/settings"
)

// registerEmails sends the letters that PocketBase's own endpoints ask for as ours, with links to our pages.
func registerEmails(app core.App) {
	app.OnMailerRecordPasswordResetSend("users").BindFunc(func(e *core.MailerRecordEvent) error {
		return sendReset(e.App, e.Record, "")
	})
	app.OnMailerRecordVerificationSend("users").BindFunc(func(e *core.MailerRecordEvent) error {
		return SendConfirmation(e.App, e.Record, "")
	})
	app.OnMailerRecordAuthAlertSend("users").BindFunc(func(e *core.MailerRecordEvent) error { return nil })
}

// withNext is a link of ours that goes on to the page next afterwards; next is empty or a path of ours.
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

// RecipientName is the name of the recipient of an email to the account's address. It is empty while nobody has confirmed the
// address: someone else may have typed the name.
func RecipientName(account *core.Record) string {
	if !account.Verified() {
		return ""
	}
	return actors.DisplayName(account)
}

// SendConfirmation sends the link that confirms an address, inside the caller's transaction. next is the page to which the
// link leads on, in whatever browser it is opened; empty: none.
func SendConfirmation(tx core.App, account *core.Record, next string) error {
	token, err := account.NewVerificationToken()
	if err != nil {
		return err
	}
	letter := emails.ConfirmAddress(emails.ConfirmAddressProps{
		To: account.Email(), Link: withNext(settings.Of(tx).Link("/verify/"+token), next),
		Expires: time.Now().Add(account.Collection().VerificationToken.DurationTime()),
		Zone:    Zone(account, time.UTC), Support: settings.Of(tx).Support,
	})
	return queueReplacing(tx, account, letter, Hash(account.TokenKey()))
}

// ResetLink is the address of the page that sets a new password and confirms the address. It works once,
// for an hour.
func ResetLink(app core.App, account *core.Record) (string, error) {
	token, err := account.NewPasswordResetToken()
	return settings.Of(app).Link("/reset/" + token), err
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
	letter := emails.ResetPassword(props)
	return queueReplacing(tx, account, letter, Hash(account.TokenKey()))
}

// sendAlreadyRegistered tells the owner of an address that it has an account already.
func sendAlreadyRegistered(tx core.App, account *core.Record, next string) error {
	config := settings.Of(tx)
	return queueReplacing(tx, account, emails.AlreadyRegistered(emails.AlreadyRegisteredProps{
		To: account.Email(), ToName: actors.DisplayName(account), Support: config.Support,
		SignIn: withNext(config.Link("/signin?email="+url.QueryEscape(account.Email())), next), Reset: withNext(config.Link("/reset"), next),
	}), "")
}

func sendPasswordChanged(tx core.App, account *core.Record) error {
	config := settings.Of(tx)
	return queueEmail(tx, account, emails.PasswordChanged(emails.PasswordChangedProps{
		To: account.Email(), ToName: actors.DisplayName(account), At: time.Now(), Zone: Zone(account, time.UTC),
		Reset: config.Link("/reset"), Support: config.Support,
	}))
}

// sendAddressChange sends the link to the new address. It greets nobody: whoever asks may not put words into a stranger's mail.
func sendAddressChange(tx core.App, account *core.Record, change *AddressChange, token string) error {
	config := settings.Of(tx)
	letter := emails.ChangeAddress(emails.ChangeAddressProps{
		To: change.Address(), Old: account.Email(), Link: config.Link("/email/" + token),
		Expires: change.Expires(), Zone: Zone(account, time.UTC), Support: config.Support,
	})
	return queueReplacing(tx, account, letter, change.GetString("token_hash"))
}

// sendAddressTaken tells the owner of an address that somebody wanted to use it for another account.
func sendAddressTaken(tx core.App, owner *core.Record) error {
	config := settings.Of(tx)
	return queueReplacing(tx, owner, emails.AddressTaken(emails.AddressTakenProps{
		To: owner.Email(), ToName: RecipientName(owner), Support: config.Support,
		SignIn: config.Link("/signin?email=" + url.QueryEscape(owner.Email())), Reset: config.Link("/reset"),
	}), "")
}

// sendAddressChanged tells the old address.
func sendAddressChanged(tx core.App, account *core.Record, old string) error {
	return queueEmail(tx, account, emails.AddressChanged(emails.AddressChangedProps{
		To: old, ToName: actors.DisplayName(account), New: account.Email(), At: time.Now(),
		Zone: Zone(account, time.UTC), Support: settings.Of(tx).Support,
	}))
}

// SendDeleted tells the address of an account that it is gone, inside the transaction that deletes it.
func SendDeleted(tx core.App, account *core.Record) error {
	return queueEmail(tx, account, emails.AccountDeleted(emails.AccountDeletedProps{
		To: account.Email(), ToName: actors.DisplayName(account), At: time.Now(),
		Zone: Zone(account, time.UTC), Support: settings.Of(tx).Support,
	}))
}

func queueEmail(tx core.App, account *core.Record, letter mail.Message) error {
	letter.About = account.Id
	_, err := mail.Queue(tx, letter)
	return err
}

// queueReplacing queues an email that replaces those of its kind about the account that wait. Its condition judges it by
// the basis.
func queueReplacing(tx core.App, account *core.Record, letter mail.Message, basis string) error {
	letter.Topic, letter.Basis = letter.Kind+":"+account.Id, basis
	return queueEmail(tx, account, letter)
}
