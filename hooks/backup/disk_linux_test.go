package backup_test

import (
	"context"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"usher/hooks/backup"
)

func TestBackup_SmallDisk_IsRefused(t *testing.T) {
	f := newFixture(t)
	if os.Getuid() != 0 {
		t.Skip("mounting a small disk takes root")
	}
	f.place = t.TempDir()
	if err := syscall.Mount("tmpfs", f.place, "tmpfs", 0, "size=8m"); err != nil {
		t.Skipf("a small disk can't be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(f.place, syscall.MNT_DETACH) })
	_, err := backup.Make(context.Background(), f.app.DataDir(), f.open(f.place), backup.Options{Now: time.Now()})
	if err == nil || !strings.Contains(err.Error(), "Free some space") {
		t.Errorf("got %v, want that space is needed", err)
	}
	if entries, err := os.ReadDir(f.place); err != nil || len(entries) > 0 {
		t.Errorf("got %v, %v, want nothing left", entries, err)
	}
}
