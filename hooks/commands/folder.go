package commands

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// makeFolder creates the data folder if it is missing.
func makeFolder(dir string) error {
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err = os.MkdirAll(dir, 0o700); err == nil {
			info, err = os.Stat(dir)
		}
	}
	if err != nil {
		return pathError(dir, err)
	}
	if !info.IsDir() {
		return &folderError{path: dir, problem: "it is a file, not a folder", advice: "Name a folder with --dir, or move the file away."}
	}
	return nil
}

// checkContent returns an error for the server administrator when Usher can't use what is in the data folder. With write
// it also tries to write, which a command beside a running server doesn't: the server may be copying the folder.
func checkContent(dir string, write bool) error {
	entries, err := os.ReadDir(dir)
	if err == nil && write {
		err = checkWritable(dir)
	}
	if err != nil {
		return pathError(dir, err)
	}
	for _, entry := range entries {
		if err := checkEntry(filepath.Join(dir, entry.Name()), entry, write); err != nil {
			return err
		}
	}
	return nil
}

// checkWritable writes a small file: a full disk creates an empty one without complaint.
func checkWritable(dir string) error {
	file, err := os.CreateTemp(dir, ".usher-*")
	if err != nil {
		return err
	}
	_, err = file.Write(make([]byte, 4096))
	return errors.Join(err, file.Close(), os.Remove(file.Name()))
}

// checkEntry looks at the files that Usher opens itself; it ignores what others keep in the folder.
func checkEntry(path string, entry fs.DirEntry, write bool) error {
	name := entry.Name()
	switch base, _, _ := strings.Cut(name, "-"); {
	case base == "data.db" || base == "auxiliary.db" || name == lockFile:
		return checkFile(path, os.O_RDWR)
	case name == "usher.key":
		return checkFile(path, os.O_RDONLY)
	case write && entry.IsDir() && (name == "storage" || name == "backups"):
		if err := checkWritable(path); err != nil {
			return pathError(path, err)
		}
	}
	return nil
}

func checkFile(path string, flag int) error {
	file, err := os.OpenFile(path, flag, 0)
	if err != nil {
		return pathError(path, err)
	}
	defer file.Close()
	if !strings.HasSuffix(path, ".db") {
		return nil
	}
	head := make([]byte, len(sqliteHead))
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return pathError(path, err)
	}
	if n > 0 && !bytes.Equal(head[:n], []byte(sqliteHead)) {
		return damagedError(path)
	}
	return nil
}

const sqliteHead = "SQLite format 3\x00"

// damagedError says that a file is no database.
func damagedError(path string) error {
	advice := "Move it away and restore a backup (see the backups folder beside it), or check that --dir names the right folder."
	if filepath.Base(path) == "auxiliary.db" {
		advice = "It holds only the server's logs: move it away and start again."
	}
	return &folderError{path: path, problem: "the database is damaged, or it isn't an SQLite database", advice: advice}
}

// folderError says why the data folder, or something in it, can't be used.
type folderError struct {
	path, problem string
	ownership     string // who owns it and who we are; may be empty
	advice        string
}

func (e *folderError) Error() string {
	lines := []string{fmt.Sprintf("can't use %s: %s", absPath(e.path), e.problem)}
	for _, line := range []string{e.ownership, e.advice} {
		if line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n  ")
}
