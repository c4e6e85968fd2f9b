package doctor

import (
	"cmp"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"usher/hooks/backup"
	"usher/hooks/mail"
	"usher/hooks/tools/disk"
	"usher/hooks/tools/text"
)

func (c *checker) database(context.Context) {
	var lines []string
	path := filepath.Join(c.app.DataDir(), "data.db")
	if err := c.app.DB().NewQuery("PRAGMA quick_check(5)").Column(&lines); err != nil {
		lines = []string{err.Error()}
	}
	if text := strings.Join(lines, "; "); text != "ok" {
		c.add("database", Fault, "Restore a backup: usher restore BACKUP --dir FOLDER.", "%s is damaged: %s", path, text)
		return
	}
	if !c.app.HasTable("outbox") {
		c.add("database", Warning, "Start the server once.", "hasn't been set up yet")
		return
	}
	size := int64(0)
	if info, err := os.Stat(path); err == nil {
		size = info.Size()
	}
	c.add("database", OK, "", "%s is whole, %s", path, text.Bytes(size))
}

// The limits of free disk space.
const (
	faultFree   = 500 << 20
	warningFree = 5 << 30
)

func (c *checker) disk(context.Context) {
	free, known := disk.FreeBytes(c.app.DataDir())
	switch size := text.Bytes(int64(free)); {
	case !known:
		c.add("disk", OK, "", "the free space isn't known on this system")
	case free < faultFree:
		c.add("disk", Fault, "Free some space, or move the data folder to a larger disk.", "%s free: recordings stop, and soon everything else", size)
	case free < warningFree:
		c.add("disk", Warning, "Recordings need about 800 MB an hour for each camera.", "%s free", size)
	default:
		c.add("disk", OK, "", "%s free", size)
	}
}

// staleBackup is the age at which a daily backup is missing.
const staleBackup = 50 * time.Hour

func (c *checker) backups(context.Context) {
	status, err := backup.StatusOf(c.app)
	switch age := time.Since(status.Succeeded); {
	case err != nil:
		c.add("backups", Fault, "", "their state can't be read: %v", err)
	case c.config.BackupAt == "":
		c.add("backups", Warning, "Set USHER_BACKUP and USHER_BACKUP_TO, or back up in another way.", "no daily backups are set up")
	case status.Error != "":
		c.add("backups", Fault, "Fix this, then run usher backup.", "the last one failed: %s", status.Error)
	case status.Succeeded.IsZero():
		c.add("backups", Warning, "The first one is made when the server starts.", "none has been made")
	case age > staleBackup:
		c.add("backups", Fault, "Check that the server runs at that time.", "the last one was made %s ago", text.Duration(age))
	default:
		c.add("backups", OK, "", "the last one, %s, was made %s ago", status.Name, text.Duration(age))
	}
}

func (c *checker) email(ctx context.Context) {
	transport, err := mail.Check(ctx, c.app)
	switch {
	case err != nil:
		c.add("email", Fault, "", "%v", err)
	case transport == "console":
		c.add("email", Warning, "Set USHER_MAIL_FROM, and RESEND_API_KEY or USHER_SMTP_URL.", "isn't set up: invitation links have to be shared by hand")
	case transport == "resend" && c.config.WebhookSecret == "":
		c.add("email", Warning, "Add a webhook in Resend and set RESEND_WEBHOOK_SECRET.", "Resend sends it, but bounces aren't reported")
	case transport == "resend":
		c.add("email", OK, "", "Resend sends it; usher doctor --email ADDRESS sends a test email")
	default:
		c.add("email", OK, "", "the SMTP server accepts the connection and the sign-in")
	}
}

func (c *checker) outbox(context.Context) {
	if !c.app.HasTable("outbox") {
		return
	}
	n, oldest, err := mail.Backlog(c.app)
	switch age := time.Since(oldest); {
	case err != nil:
		c.add("outbox", Fault, "", "%v", err)
	case n > 0 && age > time.Hour && mail.Enabled(c.app):
		c.add("outbox", Fault, "The Admin Panel says why, under Settings.", "%s waiting, the oldest for %s", text.Count(n, "email is", "emails are"), text.Duration(age))
	default:
		c.add("outbox", OK, "", "%s waiting", text.Count(n, "email is", "emails are"))
	}
}

func (c *checker) ffmpeg(context.Context) {
	path, err := exec.LookPath(cmp.Or(c.config.FFmpeg, "ffmpeg"))
	switch {
	case c.config.FFmpeg == "off":
		c.add("ffmpeg", OK, "", "is turned off: recordings have no MP4")
	case err != nil:
		c.add("ffmpeg", Warning, "Install ffmpeg with libx264, or set USHER_FFMPEG=off.", "isn't installed: recordings have no MP4")
	default:
		c.add("ffmpeg", OK, "", "%s", path)
	}
}
