package backup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/tools/routine"

	"usher/hooks/database"
	"usher/hooks/recordings"
	"usher/hooks/tools/disk"
	"usher/hooks/tools/text"
)

const recordingsFolder = recordings.FolderName

// Options are the choices of a backup.
type Options struct {
	Recordings bool   // copies the files of recordings, too
	Usher      string // version of the program, for the manifest
	Now        time.Time
}

// Make copies a data folder to a store while servers and commands use it. It returns the manifest of the whole backup. Without an
// error there is a backup; with one there is none.
//
// Files are copied before and after the database: every file that its records name is in the backup, unless it was deleted meanwhile.
func Make(ctx context.Context, dataDir string, to Store, options Options) (*Manifest, error) {
	if err := checkSpace(dataDir, to); err != nil {
		return nil, err
	}
	removeStale(dataDir, to, options.Now)
	name := options.Now.UTC().Format(nameLayout)
	if names, err := to.list(); err == nil && slices.Contains(names, name) {
		return nil, fmt.Errorf("there is already a backup %s in %s", name, to)
	}
	stage, discard, err := to.stage(name, dataDir)
	if err != nil {
		if errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("another process is making the backup %s in %s", name, to)
		}
		return nil, fmt.Errorf("create a folder for the backup in %s: %w", to, err)
	}
	defer discard()
	m := &maker{ctx: ctx, dataDir: dataDir, to: to, stage: stage, seen: map[string]fileState{}, copied: map[string]File{},
		Manifest: &Manifest{Format: format, Name: name, Created: options.Now.UTC().Truncate(time.Second), Usher: options.Usher, Recordings: options.Recordings}}
	if err := m.run(); err != nil {
		if s3, isS3 := to.(*s3Store); isS3 {
			s3.files.SetContext(context.WithoutCancel(ctx))
			err = errors.Join(err, to.remove(name))
		}
		return nil, fmt.Errorf("back up to %s: %w", to, err)
	}
	return m.Manifest, nil
}

// maker makes one backup.
type maker struct {
	*Manifest
	ctx            context.Context
	dataDir, stage string
	to             Store
	seen           map[string]fileState
	copied         map[string]File
}

// fileState tells whether a file has changed.
type fileState struct {
	size     int64
	modified time.Time
}

func (m *maker) run() error {
	folders := []string{storageFolder}
	if m.Recordings {
		folders = append(folders, recordingsFolder)
	}
	if err := m.copyFolders(folders); err != nil {
		return err
	}
	for _, file := range []string{databaseFile, logsFile} {
		if err := m.copyDatabase(file); err != nil {
			return err
		}
	}
	if err := m.copyFolders(folders); err != nil {
		return err
	}
	if err := m.copyOne(keyFile); err != nil {
		return err
	}
	for _, path := range slices.Sorted(maps.Keys(m.copied)) {
		m.Files = append(m.Files, m.copied[path])
	}
	manifest, err := json.MarshalIndent(m.Manifest, "", "  ")
	if err != nil {
		return err
	}
	return m.to.finish(m.Name, append(manifest, '\n'))
}

// copyDatabase writes the state of a database at one moment. Writers go on.
func (m *maker) copyDatabase(file string) error {
	from, to := filepath.Join(m.dataDir, file), filepath.Join(m.stage, file)
	if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) && file == logsFile {
		return nil
	}
	if err := vacuumInto(m.ctx, from, to); err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	if file == databaseFile {
		copied, err := openCopy(to)
		if err != nil {
			return err
		}
		defer copied.close()
		if m.Schema, err = copied.newestMigration(); err != nil {
			return err
		}
		if m.Counts, err = copied.counts(); err != nil {
			return err
		}
	}
	return m.add(file, to)
}

// vacuumInto copies a database over a connection of its own.
func vacuumInto(ctx context.Context, from, to string) error {
	db, err := database.DBConnect(from)
	if err != nil {
		return err
	}
	defer db.Close()
	stop := writeBack(to)
	_, err = db.NewQuery("VACUUM INTO {:to}").Bind(map[string]any{"to": to}).WithContext(ctx).Execute()
	stop()
	if err != nil {
		return err
	}
	// What was written meanwhile couldn't be moved from the log to the database. Here it doesn't wait for a writer.
	_, _ = db.NewQuery("PRAGMA wal_checkpoint(PASSIVE)").Execute()
	return syncFile(to) // SQLite leaves that to the system
}

// writeBack lets the system write a growing file to the disk bit by bit until stop is called: with a large amount at the end, the
// database would wait for its own few.
func writeBack(path string) (stop func()) {
	ended, done := make(chan struct{}), make(chan struct{})
	routine.FireAndForget(func() {
		defer close(done)
		for {
			select {
			case <-ended:
				return
			case <-time.After(100 * time.Millisecond):
			}
			if file, err := os.OpenFile(path, os.O_RDWR, 0); err == nil {
				disk.StartWriteback(file)
				_ = file.Close()
			}
		}
	})
	return func() { close(ended); <-done }
}

func syncFile(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

// copyFolders copies the files that are new or have changed since they were copied.
func (m *maker) copyFolders(folders []string) error {
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join(m.dataDir, folder), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return ignoreMissing(err)
			}
			relative, err := filepath.Rel(m.dataDir, path)
			if err != nil {
				return err
			}
			return m.copyOne(filepath.ToSlash(relative))
		})
		if err != nil {
			return fmt.Errorf("copy the files of %s: %w", folder, err)
		}
	}
	return nil
}

// copyOne copies a file, unless that has been done or it doesn't exist.
func (m *maker) copyOne(path string) error {
	from := filepath.Join(m.dataDir, filepath.FromSlash(path))
	info, err := os.Stat(from)
	if err != nil {
		return ignoreMissing(err)
	}
	state := fileState{info.Size(), info.ModTime()}
	if m.seen[path] == state {
		return nil
	}
	m.seen[path] = state
	return ignoreMissing(m.add(path, from))
}

// add puts a file into the backup and the manifest. The checksum is that of what was put.
func (m *maker) add(path, from string) error {
	if err := m.ctx.Err(); err != nil {
		return err
	}
	if err := m.to.put(m.ctx, m.Name, path, from); err != nil {
		return err
	}
	in, err := m.openPut(path, from)
	if err != nil {
		return err
	}
	defer in.Close()
	size, sum, err := checksum(in)
	if err != nil {
		return err
	}
	m.copied[path] = File{Path: path, Size: size, SHA256: sum}
	return nil
}

// openPut opens what was put: of a folder the copy, whose source may have grown meanwhile.
func (m *maker) openPut(path, from string) (*os.File, error) {
	if folder, isFolder := m.to.(folderStore); isFolder {
		return os.Open(filepath.Join(folder.partial(m.Name), filepath.FromSlash(path)))
	}
	return os.Open(from)
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// checkSpace returns an error if the copy of the database doesn't fit.
func checkSpace(dataDir string, to Store) error {
	dir := dataDir
	if folder, isFolder := to.(folderStore); isFolder {
		dir = string(folder)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("create the folder of backups: %w", err)
		}
	}
	need := int64(0)
	for _, file := range []string{databaseFile, logsFile} {
		if info, err := os.Stat(filepath.Join(dataDir, file)); err == nil {
			need += info.Size()
		}
	}
	if free, ok := disk.FreeBytes(dir); ok && free < uint64(need)+minFree {
		return fmt.Errorf("the disk of %s has %s left, and the backup needs %s\n  Free some space, or back up elsewhere", dir, text.Bytes(int64(free)), text.Bytes(need+minFree))
	}
	return nil
}

// minFree is how much of the disk a backup leaves to the server.
const minFree = 200 << 20
