package backup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"usher/hooks/tools/disk"
	"usher/hooks/tools/text"
)

// replacedPrefix begins the name of the folder that holds what a restore replaced.
const replacedPrefix = "replaced-"

// Restore verifies a backup and puts it into a data folder, whose lock the caller holds; keep names what stays where it is. What is in
// the folder otherwise is moved into a folder in it, whose path is returned. A restore that fails leaves the folder as it was.
func Restore(ctx context.Context, from Store, name, dir string, replace bool, keep ...string) (m *Manifest, replaced string, err error) {
	old, err := oldContent(dir, keep)
	if err != nil {
		return nil, "", err
	}
	if len(old) > 0 && !replace {
		return nil, "", fmt.Errorf("the folder %s isn't empty\n  Name another one with --dir, or give --replace: what is in it is then moved into a folder in it, not deleted", dir)
	}
	if m, err = Open(from, name); err != nil {
		return nil, "", err
	}
	if free, ok := disk.FreeBytes(dir); ok && free < uint64(m.Bytes())+minFree {
		return nil, "", fmt.Errorf("the disk of %s has %s left, and the backup needs %s", dir, text.Bytes(int64(free)), text.Bytes(m.Bytes()+minFree))
	}
	stage, err := os.MkdirTemp(dir, ".restore-")
	if err != nil {
		return nil, "", err
	}
	defer os.RemoveAll(stage)
	if err := fetch(ctx, from, name, m, stage); err != nil {
		return nil, "", err
	}
	problems, err := verifyDatabase(filepath.Join(stage, databaseFile), m)
	if err == nil && len(problems) > 0 {
		err = fmt.Errorf("the backup is damaged:\n  %s", strings.Join(problems, "\n  "))
	}
	if err == nil {
		err = checkSchema(filepath.Join(stage, databaseFile), m)
	}
	if err != nil {
		return nil, "", err
	}
	if len(old) > 0 {
		replaced = filepath.Join(dir, replacedPrefix+time.Now().UTC().Format("20060102T150405Z"))
		if err := os.Mkdir(replaced, 0o700); err != nil {
			return nil, "", err
		}
	}
	return m, replaced, exchange(dir, stage, replaced, old)
}

// oldContent lists what a restore would replace.
func oldContent(dir string, keep []string) (names []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	stays := map[string]bool{"lost+found": true}
	for _, name := range keep {
		stays[name] = true
	}
	for _, entry := range entries {
		if name := entry.Name(); !stays[name] && !strings.HasPrefix(name, replacedPrefix) && !strings.HasPrefix(name, ".restore-") {
			names = append(names, name)
		}
	}
	return names, nil
}

// fetch copies every file and compares it with the manifest.
func fetch(ctx context.Context, from Store, name string, m *Manifest, stage string) error {
	for _, want := range m.Files {
		to := filepath.Join(stage, filepath.FromSlash(want.Path))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		in, err := from.open(name, want.Path)
		if err != nil {
			return fmt.Errorf("the backup is damaged: %s can't be read: %w", want.Path, err)
		}
		got, err := writeStream(ctx, in, to)
		if err = errors.Join(err, in.Close()); err != nil {
			return fmt.Errorf("copy %s: %w", want.Path, err)
		}
		if got.Size != want.Size || got.SHA256 != want.SHA256 {
			return fmt.Errorf("the backup is damaged: %s was changed after the backup", want.Path)
		}
	}
	return nil
}

// checkSchema refuses a database that this program doesn't know.
func checkSchema(path string, m *Manifest) error {
	c, err := openCopy(path)
	if err != nil {
		return err
	}
	defer c.close()
	applied, err := c.migrations()
	if err != nil {
		return err
	}
	if unknown := Unknown(applied); len(unknown) > 0 {
		return fmt.Errorf("the backup was made by a newer version of Usher (%s), whose database this version can't use\n  Restore it with that version or a later one", m.Usher)
	}
	return nil
}

// exchange moves the old content away and the new content in. When a step fails, those before it are undone.
func exchange(dir, stage, replaced string, old []string) (err error) {
	var done [][2]string
	move := func(from, to string) {
		if err == nil {
			if err = os.Rename(from, to); err == nil {
				done = append(done, [2]string{from, to})
			}
		}
	}
	for _, name := range old {
		move(filepath.Join(dir, name), filepath.Join(replaced, name))
	}
	entries, readErr := os.ReadDir(stage)
	if err == nil {
		err = readErr
	}
	for _, entry := range entries {
		move(filepath.Join(stage, entry.Name()), filepath.Join(dir, entry.Name()))
	}
	if err == nil {
		return syncFolder(dir)
	}
	for i := len(done) - 1; i >= 0; i-- {
		err = errors.Join(err, os.Rename(done[i][1], done[i][0]))
	}
	if replaced != "" {
		_ = os.Remove(replaced)
	}
	return err
}
