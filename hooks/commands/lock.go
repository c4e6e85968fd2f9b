package commands

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

const (
	lockFile = "usher.lock"
	lockKey  = "usher.lock"

	// lockTimeout is how long a server waits for the lock: other commands take it for an instant to find its holder.
	lockTimeout = time.Second
)

// errLocked is the answer of flock when another process holds the lock.
var errLocked = errors.New("locked by another process")

// lock is the exclusive right of one server process to a data folder. The operating system releases it when the process
// ends, however it ends. A restart in place keeps it.
type lock struct{ file *os.File }

// takeLock takes the lock of a data folder. It returns a heldError when another server has it.
func takeLock(dir string) (*lock, error) {
	path := filepath.Join(dir, lockFile)
	file := inherited(path)
	if file == nil {
		var err error
		if file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
			return nil, pathError(path, err)
		}
	}
	err := flock(file)
	for deadline := time.Now().Add(lockTimeout); errors.Is(err, errLocked) && time.Now().Before(deadline); err = flock(file) {
		time.Sleep(lockTimeout / 20)
	}
	if err == nil {
		err = writePID(file)
	}
	if err != nil {
		defer file.Close()
		if errors.Is(err, errLocked) {
			return nil, &lockHeldError{dir: dir, pid: readPID(file)}
		}
		return nil, pathError(path, err)
	}
	return &lock{file}, nil
}

// lockHolder returns the process that serves a data folder; false if none does.
func lockHolder(dir string) (pid int, held bool) {
	file, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_RDWR, 0)
	if err != nil {
		return 0, false
	}
	defer file.Close()
	return readPID(file), errors.Is(flock(file), errLocked)
}

func writePID(file *os.File) error {
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err := file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// readPID returns 0 when the file names no process.
func readPID(file *os.File) int {
	text := make([]byte, 20)
	n, _ := file.ReadAt(text, 0)
	pid, _ := strconv.Atoi(strings.TrimSpace(string(text[:n])))
	return pid
}

// lockHeldError says that another server uses the data folder.
type lockHeldError struct {
	dir string
	pid int // 0: not known
}

func (e *lockHeldError) Error() string {
	process, stop := "", "Stop it first"
	if e.pid != 0 {
		process = fmt.Sprintf(" (process %d)", e.pid)
		stop = fmt.Sprintf("Stop it first (kill %d, or your service manager)", e.pid)
	}
	return fmt.Sprintf("another server%s is using the data folder %s\n  %s, or start this one with another folder: --dir FOLDER",
		process, absPath(e.dir), stop)
}

// storeLock keeps the lock for as long as the process lives: a file that nothing refers to would be closed.
func storeLock(app core.App, l *lock) {
	app.Store().Set(lockKey, l)
}

func currentLock(app core.App) *lock {
	l, _ := app.Store().Get(lockKey).(*lock)
	return l
}

func absPath(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}
