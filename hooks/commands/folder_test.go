package commands_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"usher/hooks/commands"
)

func TestPathError_SaysCauseAndRemedy(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "data.db")
	if err := os.WriteFile(path, nil, 0o640); err != nil {
		t.Fatal(err)
	}
	us := fmt.Sprintf("(uid %d)", os.Getuid())
	for name, s := range map[string]struct {
		cause error
		want  []string
	}{
		"permission": {syscall.EACCES, []string{path + ": permission denied", "mode 0640", "belongs to ", "Usher runs as ", us}},
		"read-only":  {syscall.EROFS, []string{"the file system is read-only", "--dir"}},
		"full":       {syscall.ENOSPC, []string{"the disk is full", "100 MB"}},
		"no folder":  {syscall.ENOTDIR, []string{"part of the path is a file"}},
		"missing":    {syscall.ENOENT, []string{"no such file or directory", "Create the folder above it"}},
		"other":      {syscall.EIO, []string{"input/output error", "Check the disk"}},
	} {
		got := commands.PathError(path, &fs.PathError{Op: "open", Path: path, Err: s.cause}).Error()
		for _, want := range append(s.want, "can't use "+path) {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q is missing in:\n%s, want it to contain %q", name, want, got, want)
			}
		}
	}
	got := commands.PathError(filepath.Join(dir, "none", "deeper"), syscall.EACCES).Error()
	if !strings.Contains(got, dir+" belongs to") {
		t.Errorf("the folder that refuses isn't named:\n%s, want it to contain %q", got, dir+" belongs to")
	}
}

func TestTakeLock_SecondServer_IsRefusedWithPID(t *testing.T) {
	dir := t.TempDir()
	if _, held := commands.LockHolder(dir); held {
		t.Fatal("an empty folder is held")
	}
	first, err := commands.TakeLock(dir)
	if err != nil {
		t.Fatal(err)
	}
	pid := os.Getpid()
	_, err = commands.TakeLock(dir)
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("(process %d) is using the data folder %s", pid, dir)) ||
		!strings.Contains(err.Error(), fmt.Sprintf("kill %d", pid)) || !strings.Contains(err.Error(), "--dir") {
		t.Errorf("a second server: %v", err)
	}
	if by, held := commands.LockHolder(dir); !held || by != pid {
		t.Errorf("held %v by %d", held, by)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	if _, held := commands.LockHolder(dir); held {
		t.Error("still held after the release")
	}
	again, err := commands.TakeLock(dir)
	if err != nil {
		t.Fatalf("after the release: %v", err)
	}
	if err := errors.Join(again.Release()); err != nil {
		t.Fatal(err)
	}
}
