package record_test

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// execSQL runs statements on a database file and returns the first error.
func execSQL(t *testing.T, path string, statements ...string) error {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	for _, statement := range statements {
		if _, err := db.Exec(statement); err != nil {
			return err
		}
	}
	return nil
}

func TestOutageOf_SQLiteErrors(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(path("text.db"), []byte("this is a text and not a database, however long it gets"), 0o600); err != nil {
		t.Fatal(err)
	}
	const table = "CREATE TABLE t (x UNIQUE)"
	fill := "INSERT INTO t SELECT zeroblob(100000)"
	for name, s := range map[string]struct {
		err  error
		want record.Outage
	}{
		"full":           {execSQL(t, path("full.db"), table, "PRAGMA max_page_count = 5", fill), record.DiskFull},
		"read-only":      {execSQL(t, path("read.db"), table, "PRAGMA query_only = 1", "INSERT INTO t VALUES (1)"), record.ReadOnly},
		"busy":           {errors.Join(execSQL(t, path("busy.db"), table, "BEGIN IMMEDIATE"), execSQL(t, path("busy.db"), "BEGIN IMMEDIATE")), record.Busy},
		"missing folder": {execSQL(t, path("none/x.db"), table), record.Failing},
		"no database":    {execSQL(t, path("text.db"), table), record.Damaged},
		"constraint":     {execSQL(t, path("twice.db"), table, "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1)"), record.NoOutage},
		"bad statement":  {execSQL(t, path("bad.db"), "SELECT nonsense"), record.NoOutage},
	} {
		if s.err == nil {
			t.Errorf("%s: no error", name)
		}
		for _, err := range []error{s.err, fmt.Errorf("save a team: %w", s.err), dbx.Errors{errors.New("first"), s.err}} {
			if got := record.OutageOf(err); got != s.want {
				t.Errorf("%s: %d, want %d (%v)", name, got, s.want, err)
			}
		}
	}
}

func TestOutageOf_FileErrors(t *testing.T) {
	for cause, want := range map[error]record.Outage{
		syscall.ENOSPC: record.DiskFull, syscall.EROFS: record.ReadOnly, syscall.EIO: record.Failing,
		syscall.ENOENT: record.NoOutage, errors.New("other"): record.NoOutage,
	} {
		if got := record.OutageOf(&fs.PathError{Op: "write", Path: "x", Err: cause}); got != want {
			t.Errorf("%v: %d, want %d", cause, got, want)
		}
	}
	if got := record.OutageOf(nil); got != record.NoOutage {
		t.Errorf("no error: %d, want %v", got, record.NoOutage)
	}
	refusal := errs.Invalid("name", "required", "Enter a name.")
	if got := record.OutageOf(refusal); got != record.NoOutage {
		t.Errorf("a refusal: %d, want %v", got, record.NoOutage)
	}
}
