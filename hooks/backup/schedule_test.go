package backup_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"usher/hooks/backup"
	"usher/hooks/hookstest"
)

func TestNextDue(t *testing.T) {
	zone := time.FixedZone("server", 2*3600)
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 12, day, hour, minute, 0, 0, zone) }
	for name, c := range map[string]struct {
		now, started time.Time
		failed       bool
		want         time.Time
	}{
		"never made":              {at(2, 12, 0), time.Time{}, false, at(2, 12, 0)},
		"made today":              {at(2, 12, 0), at(2, 3, 30), false, at(3, 3, 30)},
		"before the time":         {at(2, 3, 29), at(1, 3, 30), false, at(2, 3, 30)},
		"at the time":             {at(2, 3, 30), at(1, 3, 30), false, at(2, 3, 30)},
		"missed":                  {at(2, 9, 0), at(1, 3, 30), false, at(2, 9, 0)},
		"failed":                  {at(2, 3, 40), at(2, 3, 30), true, at(2, 4, 30)},
		"the clock was ahead":     {at(2, 12, 0), at(20, 3, 30), false, at(2, 12, 0)},
		"the clock was set back":  {at(2, 12, 0), at(2, 12, 0).Add(30 * time.Second), false, at(3, 3, 30)},
		"the clock jumped a year": {at(2, 12, 0).AddDate(1, 0, 0), at(2, 3, 30), false, at(2, 12, 0).AddDate(1, 0, 0)},
	} {
		status := backup.Status{Started: c.started}
		if c.failed {
			status.Error = "the disk is full"
		}
		if got := backup.NextDue("03:30", c.now, status); !got.Equal(c.want) {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

func TestStep_MakesAndPrunesBackups(t *testing.T) {
	place := filepath.Join(t.TempDir(), "backups")
	config := hookstest.Config()
	config.BackupAt, config.BackupTo, config.BackupKeep = "03:30", place, 2
	app := hookstest.NewAppWith(t, config)
	step := func(now time.Time, want string) {
		t.Helper()
		if _, err := backup.Step(context.Background(), app, "v1.2.3", now); (err == nil) != (want != "") {
			t.Fatalf("at %s: %v", now, err)
		}
		if status, err := backup.StatusOf(app); err != nil || want != "" && (status.Name != want || status.Bytes == 0 || status.Error != "") || want == "" && status.Error == "" {
			t.Errorf("at %s: got %+v, %v, want %q", now, status, err, want)
		}
	}
	day := time.Date(2026, 12, 1, 3, 30, 0, 0, time.UTC)
	step(day, "usher-20261201T033000Z")
	step(day.Add(time.Hour), "usher-20261201T033000Z")
	left := filepath.Join(place, ".usher-20261130T033000Z.partial")
	if err := os.MkdirAll(left, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(left, day.AddDate(0, 0, -1), day.AddDate(0, 0, -1)); err != nil {
		t.Fatal(err)
	}
	step(day.AddDate(0, 0, 1), "usher-20261202T033000Z")
	step(day.AddDate(0, 0, 2), "usher-20261203T033000Z")
	entries, err := os.ReadDir(place)
	if err != nil || len(entries) != 2 || entries[0].Name() != "usher-20261202T033000Z" {
		t.Errorf("got %v, %v, want the newest two", entries, err)
	}
	if err := os.RemoveAll(place); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(place, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	step(day.AddDate(0, 0, 3), "")
}
