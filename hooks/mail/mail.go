// Package mail has the outbox and the transports. An email is queued in the transaction of the action that causes it,
// is sent after the commit and delivered once, and is encrypted until then.
package mail

import (
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"usher/hooks/record"
	"usher/hooks/tools/jobs"
)

// retentionDays is how long emails that were sent or failed are kept, and the reports about them.
const retentionDays = 90

// Register registers the outbox: its rules, its worker while serving, the emails of PocketBase itself, and the exclusion
// of the key from backups. It may be called more than once.
func Register(app core.App) {
	registerRules(app)
	RegisterCondition(app, AlwaysSend, KindPocketBase) // its content is unknown

	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "usherMailKey", Func: func(e *core.ServeEvent) error {
		if err := loadKey(e.App); err != nil {
			return err
		}
		return e.Next()
	}})
	jobs.WhileServing(app, workerID, Start)

	app.OnRecordAfterCreateSuccess(collection).Bind(&hook.Handler[*core.RecordEvent]{Id: "usherMailWake",
		Func: func(e *core.RecordEvent) error {
			jobs.Wake(e.App, workerID)
			return e.Next()
		}})

	app.OnMailerSend().Bind(&hook.Handler[*core.MailerEvent]{Id: "usherMailSend", Func: func(e *core.MailerEvent) error {
		e.Mailer = &outboxMailer{e.App}
		return e.Next()
	}})

	keepKeyHere := &hook.Handler[*core.BackupEvent]{Id: "usherMailKey", Func: func(e *core.BackupEvent) error {
		e.Exclude = append(e.Exclude, keyFile)
		return e.Next()
	}}
	app.OnBackupCreate().Bind(keepKeyHere)
	app.OnBackupRestore().Bind(keepKeyHere)

	app.Cron().MustAdd("usher_mail_forget", "17 3 * * *", func() {
		before := time.Now().AddDate(0, 0, -retentionDays)
		_, err := Prune(app, before)
		if err = errors.Join(err, pruneReports(app, before)); err != nil {
			app.Logger().Error("old emails couldn't be deleted", "error", err)
		}
	})
}

// Start runs a worker with the defaults until stop is called, which waits for the email being sent. While a worker runs
// for the app, another Start does nothing.
func Start(app core.App) (stop func()) { return NewWorker(app).Start() }

// TransportName returns "resend" if its key is set, otherwise "smtp" if USHER_SMTP_URL is set or PocketBase's mail settings are on,
// otherwise "console".
func TransportName(app core.App) string { return newTransport(app, nil).name() }

// Enabled reports whether emails are sent. If not, they are printed on the console (R60, R160).
func Enabled(app core.App) bool { return TransportName(app) != transportConsole }

const problemKey = "usher.mail.problem"

// Problem returns a sentence about why emails aren't being sent, for the panel's banner. It is empty if they are, and in a
// process without a worker.
func Problem(app core.App) string {
	problem, _ := app.Store().Get(problemKey).(string)
	return problem
}

func setProblem(app core.App, problem string) { app.Store().Set(problemKey, problem) }

// Prune deletes the emails created before the time that aren't waiting to be sent, and returns how many.
func Prune(app core.App, before time.Time) (int64, error) {
	result, err := app.NonconcurrentDB().NewQuery(
		"DELETE FROM outbox WHERE status NOT IN ('queued', 'sending') AND created < {:before}",
	).Bind(params{"before": record.FormatTime(before)}).Execute()
	if err != nil {
		return 0, fmt.Errorf("delete old emails: %w", err)
	}
	return result.RowsAffected()
}
