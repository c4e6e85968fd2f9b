package accounts

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/emails"
	"usher/hooks/mail"
	"usher/hooks/paths"
	"usher/hooks/tools/ratelimit"
	"usher/hooks/tools/settings"
)

// Users get an email about the fifth wrong code within an hour, and then none for a while.
var (
	wrongCodes        = ratelimit.Define("wrong-codes", 4, time.Hour)
	wrongCodesWarning = ratelimit.Define("wrong-codes-warning", 1, 6*time.Hour)
)

// CountWrongCode counts a wrong code in the second step of an account, whose first step was right, and warns its owner of repeated
// ones. A failure is only logged.
func CountWrongCode(app core.App, account *core.Record) {
	countWrongCode(app, account, account.Id, emails.WrongCodes)
}

// countWrongSignInCode is CountWrongCode for a one-time code by email. account is nil if the address has none; the work is the same.
func countWrongSignInCode(app core.App, account *core.Record, address string) {
	countWrongCode(app, account, "email "+address, emails.WrongSignInCodes)
}

func countWrongCode(app core.App, account *core.Record, key string, email func(emails.WrongCodesProps) mail.Message) {
	if _, few := wrongCodes.In(app).Take(key); few {
		return
	}
	if _, due := wrongCodesWarning.In(app).Take(key); !due {
		return
	}
	known := account != nil
	if !known {
		var err error
		if account, err = anyAccount(app); err != nil {
			return // there are no accounts yet
		}
	}
	err := ignoreRollback(app.RunInTransaction(func(tx core.App) error {
		config := settings.Of(tx)
		err := queueEmail(tx, account, email(emails.WrongCodesProps{
			To: account.Email(), ToName: actors.DisplayName(account), At: time.Now(), Zone: Zone(account, time.UTC),
			Reset: config.Link(paths.Reset), Support: config.Support,
		}))
		if err != nil || known {
			return err
		}
		return errRollback
	}))
	if err != nil {
		app.Logger().Error("warn of wrong codes", "error", err)
	}
}
