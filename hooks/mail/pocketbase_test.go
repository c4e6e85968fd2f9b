package mail_test

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/mails"
)

func resetMail(app core.App, account *core.Record) error {
	return mails.SendRecordPasswordReset(app, account)
}
