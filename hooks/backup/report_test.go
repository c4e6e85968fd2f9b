package backup_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/backup"
	"usher/hooks/hookstest"
	"usher/hooks/mail"
)

// brokenBackups is an app whose backups can't be made until the file in their place is deleted.
func brokenBackups(t *testing.T, support string) (app *core.BaseApp, place string) {
	t.Helper()
	place = filepath.Join(t.TempDir(), "backups")
	if err := os.WriteFile(place, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	config := hookstest.Config()
	config.BackupAt, config.BackupTo, config.BackupKeep, config.Support = "03:30", place, 2, support
	return hookstest.NewAppWith(t, config), place
}

func queued(t *testing.T, app core.App, address string) int {
	t.Helper()
	return hookstest.Count(t, app, "outbox", dbx.HashExp{"kind": mail.KindBackupFailed, "recipient": address})
}

func TestStep_Failure_IsReportedOnceADay(t *testing.T) {
	app, place := brokenBackups(t, "Help desk <help@usher.test>")
	day := time.Date(2026, 12, 1, 3, 30, 0, 0, time.UTC)
	for _, s := range []struct {
		hours, want int
	}{{0, 1}, {1, 1}, {2, 1}, {23, 2}, {24, 2}, {47, 3}} {
		if _, err := backup.Step(context.Background(), app, "v1.2.3", day.Add(time.Duration(s.hours)*time.Hour)); err == nil {
			t.Fatalf("after %d hours: the backup succeeded, want it to fail", s.hours)
		}
		if n := queued(t, app, "help@usher.test"); n != s.want {
			t.Errorf("after %d hours: got %d emails, want %d", s.hours, n, s.want)
		}
	}
	if err := os.Remove(place); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Step(context.Background(), app, "v1.2.3", day.Add(49*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if n := queued(t, app, "help@usher.test"); n != 3 {
		t.Errorf("after a success: got %d emails, want 3", n)
	}
}

func TestStep_Failure_WithoutSupportAddress_IsReportedToSuperusers(t *testing.T) {
	app, _ := brokenBackups(t, "https://usher.test/help")
	collection, err := app.FindCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"ines@usher.test", "pedro@usher.test"} {
		superuser := core.NewRecord(collection)
		superuser.SetEmail(address)
		superuser.SetPassword(hookstest.Password)
		if err := app.Save(superuser); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := backup.Step(context.Background(), app, "v1.2.3", time.Now()); err == nil || !strings.Contains(err.Error(), "not a directory") {
		t.Errorf("got %v, want why it failed", err)
	}
	for _, address := range []string{"ines@usher.test", "pedro@usher.test"} {
		if n := queued(t, app, address); n != 1 {
			t.Errorf("got %d emails to %s, want 1", n, address)
		}
	}
}

// The email isn't sent when a backup has succeeded before its turn.
func TestStep_SuccessBeforeTheEmailIsSent_DropsIt(t *testing.T) {
	app, place := brokenBackups(t, "help@usher.test")
	day := time.Date(2026, 12, 1, 3, 30, 0, 0, time.UTC)
	if _, err := backup.Step(context.Background(), app, "v1.2.3", day); err == nil {
		t.Fatal("the backup succeeded, want it to fail")
	}
	obsolete := func() string {
		t.Helper()
		if err := app.RunInTransaction(func(tx core.App) error { return mail.DropObsolete(tx, "") }); err != nil {
			t.Fatal(err)
		}
		email, err := app.FindFirstRecordByFilter("outbox", "kind = {:kind}", dbx.Params{"kind": mail.KindBackupFailed})
		if err != nil {
			t.Fatal(err)
		}
		return email.GetString("reason")
	}
	if reason := obsolete(); reason != "" {
		t.Errorf("while backups fail: dropped because of %q, want it to be sent", reason)
	}
	if err := os.Remove(place); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Step(context.Background(), app, "v1.2.3", day.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if reason := obsolete(); reason != mail.ReasonBackupSucceeded {
		t.Errorf("after a success: got %q, want %q", reason, mail.ReasonBackupSucceeded)
	}
}
