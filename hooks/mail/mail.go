// Package mail keeps the outbox, the transports and the letters: a letter is written with the deed that
// causes it, leaves after the commit, arrives once, and is readable nowhere on its way.
package mail

import (
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"usher/hooks/record"
)

// retentionDays is how long a letter that left or failed stays listed, and what was reported of it.
const retentionDays = 90

// Register wires the outbox to the app: its rules, its worker under serve, the mail of PocketBase itself, and
// the key staying out of backups. Registering twice is registering once.
func Register(app core.App) {
	registerRules(app)
	RegisterCondition(app, AlwaysSend, KindPocketBase) // nothing is known of what it says

	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "usherMailWorker", Func: func(e *core.ServeEvent) error {
		if err := loadKey(e.App); err != nil {
			return err
		}
		if err := e.Next(); err != nil {
			return err
		}
		stop := Start(e.App)
		e.App.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{Id: "usherMailWorker",
			Func: func(te *core.TerminateEvent) error {
				stop()
				return te.Next()
			}})
		return nil
	}})

	app.OnRecordAfterCreateSuccess(collection).Bind(&hook.Handler[*core.RecordEvent]{Id: "usherMailWake",
		Func: func(e *core.RecordEvent) error {
			if w := runningWorker(e.App); w != nil {
				w.wakeUp()
			}
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
			app.Logger().Error("old letters stay listed", "error", err)
		}
	})
}

// Start runs a worker of the defaults until stop is called, which waits for the letter under way. While one
// runs for the app, a second Start does nothing.
func Start(app core.App) (stop func()) { return NewWorker(app).Start() }

// TransportName is the way by which letters leave: "resend" when its key is set, else "smtp" when PocketBase's mail
// settings are on, else "console".
func TransportName(app core.App) string { return newTransport(app, nil).name() }

// Enabled reports whether letters leave the machine. If not, they are printed on the console (R60, R160).
func Enabled(app core.App) bool { return TransportName(app) != transportConsole }

// Problem says in a sentence why letters wait, for the panel's banner; empty when all is well, and in a process
// that runs no worker.
func Problem(app core.App) string {
	if w := runningWorker(app); w != nil {
		return w.Problem()
	}
	return ""
}

// Prune deletes the letters that left or failed and are older than before, and says how many.
func Prune(app core.App, before time.Time) (int64, error) {
	result, err := app.NonconcurrentDB().NewQuery(
		"DELETE FROM outbox WHERE status NOT IN ('queued', 'sending') AND created < {:before}",
	).Bind(params{"before": record.FormatTime(before)}).Execute()
	if err != nil {
		return 0, fmt.Errorf("delete old letters: %w", err)
	}
	return result.RowsAffected()
}
