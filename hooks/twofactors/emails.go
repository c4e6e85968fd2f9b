package twofactors

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/emails"
	"usher/hooks/mail"
	"usher/hooks/paths"
	"usher/hooks/tools/settings"
)

func emailProps(tx core.App, account *core.Record) emails.TwoFactorsProps {
	config := settings.Of(tx)
	return emails.TwoFactorsProps{
		To: account.Email(), ToName: actors.DisplayName(account), At: time.Now(), Zone: accounts.Zone(account, time.UTC),
		Settings: config.Link(paths.TwoFactors), Reset: config.Link(paths.Reset), Support: config.Support,
	}
}

func sendOn(tx core.App, account *core.Record) error {
	return queue(tx, account, emails.TwoFactorsOn(emailProps(tx, account)))
}

func sendOff(tx core.App, account *core.Record, byAdministrator bool) error {
	return queue(tx, account, emails.TwoFactorsOff(emailProps(tx, account), byAdministrator))
}

func sendRecoveryCodeUsed(tx core.App, account *core.Record, left int) error {
	return queue(tx, account, emails.RecoveryCodeUsed(emailProps(tx, account), left, left <= fewRecoveryCodes))
}

func queue(tx core.App, account *core.Record, email mail.Message) error {
	email.About = account.Id
	_, err := mail.Queue(tx, email)
	return err
}
