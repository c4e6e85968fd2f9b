package emails

import (
	"fmt"
	"strings"

	"usher/hooks/mail"
)

// BackupFailedProps are the properties of BackupFailed.
type BackupFailedProps struct {
	To     string
	Server string // its address
	Error  string
	Last   string // when the last backup was made, in words; empty: never
}

// BackupFailed is the email to the server administrator when a scheduled backup failed.
func BackupFailed(p BackupFailedProps) mail.Message {
	last := "No scheduled backup has been made yet."
	if p.Last != "" {
		last = fmt.Sprintf("The last one was made on %s.", p.Last)
	}
	return layout{
		Title: "The scheduled backup failed",
		Intro: fmt.Sprintf("The backup of %s failed: %s.", p.Server, strings.TrimRight(p.Error, ".")),
		Paragraphs: []string{
			last + " Usher tries again every hour, and sends this email at most once a day until a backup succeeds.",
			"“usher doctor” shows the state of the backups. To make one yourself, run “usher backup” on the server.",
		},
		Reason: "You're receiving this email because you administer an Usher server.",
	}.message(mail.KindBackupFailed, p.To, "", "The scheduled backup failed")
}
