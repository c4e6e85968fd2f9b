package backup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/tools/jobs"
	"usher/hooks/tools/settings"
)

const (
	loopID = "usherBackup"

	// statusKey is the key of the status in PocketBase's parameters.
	statusKey = "usherBackup"

	retryDelay = time.Hour      // after a backup that failed
	checkEvery = time.Minute    // the clock can be changed meanwhile
	staleAfter = 24 * time.Hour // leftovers of a process that was killed
)

// Status is the outcome of the scheduled backups.
type Status struct {
	Started   time.Time `json:"started"` // of the last one
	Error     string    `json:"error"`   // why it failed
	Name      string    `json:"name"`    // of the last that succeeded
	Succeeded time.Time `json:"succeeded"`
	Seconds   float64   `json:"seconds"`
	Bytes     int64     `json:"bytes"`
	Reported  time.Time `json:"reported"` // when an email said that it failed
}

// Schedule makes the backups of USHER_BACKUP while the app is served. usher is the version of the program.
func Schedule(app core.App, usher string) {
	jobs.WhileServing(app, loopID, func(core.App) (stop func()) {
		if settings.Of(app).BackupAt == "" {
			return func() {}
		}
		step := func(ctx context.Context) (time.Duration, error) { return Step(ctx, app, usher, time.Now()) }
		return jobs.Loop{ID: loopID, Step: step, Failure: "the scheduled backup failed", RetryDelay: checkEvery}.Start(app)
	})
}

// Step makes a backup if one is due, and returns after how long to call it again.
func Step(ctx context.Context, app core.App, usher string, now time.Time) (time.Duration, error) {
	status, err := StatusOf(app)
	if err != nil {
		return checkEvery, err
	}
	if due := nextDue(settings.Of(app).BackupAt, now, status); due.After(now) {
		return min(due.Sub(now), checkEvery), nil
	}
	status.Started, status.Error = now.UTC(), ""
	m, err := makeScheduled(ctx, app, usher, now)
	if ctx.Err() != nil {
		return checkEvery, nil // the server stops, and makes it after its next start
	}
	if err == nil {
		status.Name, status.Succeeded, status.Seconds, status.Bytes = m.Name, now.UTC(), time.Since(now).Seconds(), m.Bytes()
		return checkEvery, saveStatus(app, status)
	}
	status.Error = err.Error()
	return checkEvery, errors.Join(err, saveStatus(app, status), reportFailure(app, status, now))
}

// nextDue returns when the next backup is due. One that was missed is due now, and one that failed in an hour. A status from the
// future is that of a clock that was wrong.
func nextDue(at string, now time.Time, status Status) time.Time {
	clock, err := time.Parse("15:04", at)
	if err != nil {
		return now.Add(24 * time.Hour)
	}
	last := time.Date(now.Year(), now.Month(), now.Day(), clock.Hour(), clock.Minute(), 0, 0, now.Location())
	if last.After(now) {
		last = last.AddDate(0, 0, -1)
	}
	switch {
	case status.Started.Before(last) || status.Started.After(now.Add(checkEvery)):
		return now
	case status.Error != "":
		return status.Started.Add(retryDelay)
	}
	return last.AddDate(0, 0, 1)
}

func makeScheduled(ctx context.Context, app core.App, usher string, now time.Time) (*Manifest, error) {
	config := settings.Of(app)
	to, err := OpenStore(app, config.BackupTo)
	if err != nil {
		return nil, err
	}
	defer to.close()
	m, err := Make(ctx, app.DataDir(), to, Options{Recordings: config.BackupRecordings, Usher: usher, Now: now})
	if err != nil {
		return nil, err
	}
	return m, Prune(to, config.BackupKeep)
}

// Prune deletes the oldest backups of a store, so that n are left.
func Prune(at Store, n int) error {
	names, err := at.list()
	if err != nil {
		return fmt.Errorf("list the backups in %s: %w", at, err)
	}
	for len(names) > n {
		if err := at.remove(names[0]); err != nil {
			return fmt.Errorf("delete the backup %s: %w", names[0], err)
		}
		names = names[1:]
	}
	return nil
}

// removeStale deletes what processes left that were killed.
func removeStale(dataDir string, to Store, now time.Time) {
	folders := map[string]string{dataDir: stagePrefix}
	if folder, isFolder := to.(folderStore); isFolder {
		folders[string(folder)] = ".usher-"
	}
	for dir, prefix := range folders {
		entries, _ := os.ReadDir(dir)
		for _, entry := range entries {
			if info, err := entry.Info(); err == nil && strings.HasPrefix(entry.Name(), prefix) && now.Sub(info.ModTime()) > staleAfter {
				_ = os.RemoveAll(filepath.Join(dir, entry.Name()))
			}
		}
	}
}

// StatusOf returns the outcome of the scheduled backups; zero if there was none.
func StatusOf(app core.App) (status Status, err error) {
	var text string
	err = app.DB().NewQuery("SELECT coalesce((SELECT value FROM _params WHERE id = {:id}), '')").Bind(dbx.Params{"id": statusKey}).Row(&text)
	if err != nil || text == "" {
		return status, err
	}
	_ = json.Unmarshal([]byte(text), &status) // what can't be read is made again
	return status, nil
}

func saveStatus(app core.App, status Status) error {
	text, err := json.Marshal(status)
	if err != nil {
		return err
	}
	_, err = app.NonconcurrentDB().NewQuery(`INSERT INTO _params (id, value, created, updated) VALUES ({:id}, {:value}, {:now}, {:now})
		ON CONFLICT (id) DO UPDATE SET value = {:value}, updated = {:now}`).
		Bind(dbx.Params{"id": statusKey, "value": string(text), "now": record.FormatTime(time.Now())}).Execute()
	return err
}
