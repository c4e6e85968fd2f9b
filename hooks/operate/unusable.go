package operate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	osuser "os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
)

// unusable explains why a path of the data folder can't be used. The result names the path, its owner and mode where they
// matter, the account that Usher runs as, and what to do.
func unusable(path string, err error) error {
	e := &folderError{path: path, what: reason(err)}
	outage := record.OutageOf(err)
	switch {
	case errors.Is(err, fs.ErrPermission):
		blocked, info := nearest(path)
		e.path, e.what, e.facts = blocked, "permission denied", facts(blocked, info)
		e.advice = fmt.Sprintf("Give the data folder to that account (chown -R %s FOLDER), or start Usher as the account that owns it.", account(os.Getuid()))
		if os.Getuid() == 0 {
			e.advice = "The file may be immutable (lsattr shows it), or the file system doesn't allow the change."
		}
	case outage == record.ReadOnly:
		e.what, e.advice = "the file system is read-only", "Mount it for writing, or name another folder with --dir."
	case outage == record.DiskFull:
		e.what, e.advice = "the disk is full", "Free some space (at least 100 MB), then start Usher again."
	case errors.Is(err, syscall.ENOTDIR):
		e.what, e.advice = "part of the path is a file, not a folder", "Name a folder with --dir."
	case errors.Is(err, fs.ErrNotExist):
		e.advice = "Create the folder above it, or name another folder with --dir."
	default:
		e.advice = "Check the disk and the path, or name another folder with --dir."
	}
	return e
}

// reason is the cause alone, without the operation and the path.
func reason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// nearest is the path, or the folder nearest above it that can be looked at.
func nearest(path string) (string, fs.FileInfo) {
	for path = absolute(path); ; path = filepath.Dir(path) {
		if info, err := os.Stat(path); err == nil || path == filepath.Dir(path) {
			return path, info
		}
	}
}

// facts say whose a path is, and who we are.
func facts(path string, info fs.FileInfo) string {
	if info == nil {
		return fmt.Sprintf("Usher runs as %s.", named(os.Getuid()))
	}
	uid, known := ownerOf(info)
	if !known {
		return fmt.Sprintf("%s has mode %04o.", path, info.Mode().Perm())
	}
	return fmt.Sprintf("%s belongs to %s and has mode %04o. Usher runs as %s.", path, named(uid), info.Mode().Perm(), named(os.Getuid()))
}

func named(uid int) string { return fmt.Sprintf("%s (uid %d)", account(uid), uid) }

// account is the name of a user of this machine, or its number.
func account(uid int) string {
	if found, err := osuser.LookupId(strconv.Itoa(uid)); err == nil {
		return found.Username
	}
	return strconv.Itoa(uid)
}

// explain turns an error of the database into one for the server administrator. It returns other errors as they are.
func explain(app core.App, err error) error {
	path := filepath.Join(app.DataDir(), "data.db")
	switch record.OutageOf(err) {
	case record.Damaged:
		return damaged(path)
	case record.Busy:
		return &folderError{path: path, what: "another program is using the database",
			advice: "Try again in a minute. If a server is making a backup, wait until it is finished."}
	case record.DiskFull, record.ReadOnly, record.Failing:
		if cause := checkContent(app.DataDir(), true); cause != nil {
			return cause
		}
		return unusable(path, err)
	}
	return err
}
