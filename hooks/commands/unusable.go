package commands

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

// pathError explains why a path of the data folder can't be used. The result names the path, its owner and mode where they
// matter, the account that Usher runs as, and what to do.
func pathError(path string, err error) error {
	e := &folderError{path: path, problem: causeText(err)}
	outage := record.OutageOf(err)
	switch {
	case errors.Is(err, fs.ErrPermission):
		blocked, info := nearestExisting(path)
		e.path, e.problem, e.ownership = blocked, "permission denied", ownershipText(blocked, info)
		e.advice = fmt.Sprintf("Give the data folder to that account (chown -R %s FOLDER), or start Usher as the account that owns it.", userName(os.Getuid()))
		if os.Getuid() == 0 {
			e.advice = "The file may be immutable (lsattr shows it), or the file system doesn't allow the change."
		}
	case outage == record.ReadOnly:
		e.problem, e.advice = "the file system is read-only", "Mount it for writing, or name another folder with --dir."
	case outage == record.DiskFull:
		e.problem, e.advice = "the disk is full", "Free some space (at least 100 MB), then start Usher again."
	case errors.Is(err, syscall.ENOTDIR):
		e.problem, e.advice = "part of the path is a file, not a folder", "Name a folder with --dir."
	case errors.Is(err, fs.ErrNotExist):
		e.advice = "Create the folder above it, or name another folder with --dir."
	default:
		e.advice = "Check the disk and the path, or name another folder with --dir."
	}
	return e
}

// causeText is the cause alone, without the operation and the path.
func causeText(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// nearestExisting is the path, or the folder nearest above it that can be looked at.
func nearestExisting(path string) (string, fs.FileInfo) {
	for path = absPath(path); ; path = filepath.Dir(path) {
		if info, err := os.Stat(path); err == nil || path == filepath.Dir(path) {
			return path, info
		}
	}
}

// ownershipText say whose a path is, and who we are.
func ownershipText(path string, info fs.FileInfo) string {
	if info == nil {
		return fmt.Sprintf("Usher runs as %s.", userLabel(os.Getuid()))
	}
	uid, known := ownerOf(info)
	if !known {
		return fmt.Sprintf("%s has mode %04o.", path, info.Mode().Perm())
	}
	return fmt.Sprintf("%s belongs to %s and has mode %04o. Usher runs as %s.", path, userLabel(uid), info.Mode().Perm(), userLabel(os.Getuid()))
}

func userLabel(uid int) string { return fmt.Sprintf("%s (uid %d)", userName(uid), uid) }

// userName is the name of a user of this machine, or its number.
func userName(uid int) string {
	if found, err := osuser.LookupId(strconv.Itoa(uid)); err == nil {
		return found.Username
	}
	return strconv.Itoa(uid)
}

// explainDBError turns an error of the database into one for the server administrator. It returns other errors as they are.
func explainDBError(app core.App, err error) error {
	path := filepath.Join(app.DataDir(), "data.db")
	switch record.OutageOf(err) {
	case record.Damaged:
		return damagedError(path)
	case record.Busy:
		return &folderError{path: path, problem: "another program is using the database",
			advice: "Try again in a minute. If a server is making a backup, wait until it is finished."}
	case record.DiskFull, record.ReadOnly, record.Failing:
		if cause := checkContent(app.DataDir(), true); cause != nil {
			return cause
		}
		return pathError(path, err)
	}
	return err
}
