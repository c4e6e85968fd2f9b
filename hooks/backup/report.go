package backup

import (
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/emails"
	"usher/hooks/mail"
	"usher/hooks/tools/settings"
)

// reportEvery is how often the server administrator gets an email while backups fail. It leaves a margin for a daily backup that starts a
// little earlier.
const reportEvery = 23 * time.Hour

// Register registers the condition of the email about a failed backup.
func Register(app core.App) {
	mail.RegisterCondition(app, checkStillFails, mail.KindBackupFailed)
}

// checkStillFails is the condition of the email: no backup has succeeded in the meantime.
func checkStillFails(tx core.App, _ *mail.Email) (reason string, err error) {
	status, err := StatusOf(tx)
	if err != nil || status.Error != "" {
		return "", err
	}
	return mail.ReasonBackupSucceeded, nil
}

// reportFailure queues an email about the failure, at most one a day.
func reportFailure(app core.App, status Status, now time.Time) error {
	if since := now.Sub(status.Reported); since >= 0 && since < reportEvery {
		return nil
	}
	props := emails.BackupFailedProps{Server: settings.Of(app).URL, Error: strings.Join(strings.Fields(status.Error), " ")}
	if !status.Succeeded.IsZero() {
		props.Last = status.Succeeded.In(now.Location()).Format("2 January 2006, 15:04 MST")
	}
	return app.RunInTransaction(func(tx core.App) error {
		addresses, err := operators(tx)
		if err != nil {
			return err
		}
		for _, props.To = range addresses {
			if _, err := mail.Queue(tx, emails.BackupFailed(props)); err != nil {
				return fmt.Errorf("queue the email about a failed backup: %w", err)
			}
		}
		status.Reported = now.UTC()
		return saveStatus(tx, status)
	})
}

// operators returns the support address, or the addresses of the superusers if the support contact is a page or isn't set.
func operators(app core.App) (addresses []string, err error) {
	if support := settings.Of(app).SupportAddress(); support != "" {
		return []string{support}, nil
	}
	superusers, err := app.FindAllRecords(core.CollectionNameSuperusers)
	for _, superuser := range superusers {
		addresses = append(addresses, superuser.Email())
	}
	return addresses, err
}
