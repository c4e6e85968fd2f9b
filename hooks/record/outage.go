package record

import (
	"errors"
	"syscall"

	"github.com/pocketbase/dbx"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Outage is a problem of the machine that prevents reading or writing the database or a file. It is neither a user error nor a
// bug: the server administrator can fix it, or it passes.
type Outage int

// The outages.
const (
	NoOutage Outage = iota
	DiskFull
	ReadOnly // the file or its file system can't be written
	Busy     // another process holds the database for longer than we wait
	Failing  // the disk reports errors, or a file can't be opened
	Damaged  // the file isn't a database, or its content is broken
)

// Error codes of SQLite, without their extension.
var sqliteOutages = map[int]Outage{
	sqlite3.SQLITE_FULL:     DiskFull,
	sqlite3.SQLITE_READONLY: ReadOnly,
	sqlite3.SQLITE_BUSY:     Busy,
	sqlite3.SQLITE_LOCKED:   Busy,
	sqlite3.SQLITE_IOERR:    Failing,
	sqlite3.SQLITE_CANTOPEN: Failing,
	sqlite3.SQLITE_CORRUPT:  Damaged,
	sqlite3.SQLITE_NOTADB:   Damaged,
}

var fileOutages = map[syscall.Errno]Outage{
	syscall.ENOSPC: DiskFull, syscall.EDQUOT: DiskFull, syscall.EROFS: ReadOnly, syscall.EIO: Failing,
}

// OutageOf returns the outage that caused an error. Other errors, such as a violated constraint, return NoOutage.
func OutageOf(err error) Outage {
	if err == nil {
		return NoOutage
	}
	var database *sqlite.Error
	if errors.As(err, &database) {
		return sqliteOutages[database.Code()&0xff]
	}
	var file syscall.Errno
	if errors.As(err, &file) {
		return fileOutages[file]
	}
	return outageInList(err)
}

// outageInList looks into lists of errors that [errors.As] doesn't know: a full disk ends a transaction, and its
// rollback fails, too.
func outageInList(err error) Outage {
	var list dbx.Errors
	if !errors.As(err, &list) {
		return NoOutage
	}
	for _, one := range list {
		if outage := OutageOf(one); outage != NoOutage {
			return outage
		}
	}
	return NoOutage
}
