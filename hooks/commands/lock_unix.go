//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package commands

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// lockFDVariable names the descriptor of the lock to the program that replaces this one.
const lockFDVariable = "USHER_LOCK_FD"

func flock(file *os.File) error {
	for {
		switch err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); {
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EWOULDBLOCK):
			return errLocked
		default:
			return err
		}
	}
}

// handOver leaves the lock to the program that is about to replace this one in the same process. Go marks every
// descriptor as closed on exec, which would release the lock for a moment.
func (l *lock) handOver() error {
	if l == nil {
		return nil
	}
	if _, err := unix.FcntlInt(l.file.Fd(), unix.F_SETFD, 0); err != nil {
		return fmt.Errorf("keep the lock of the data folder: %w", err)
	}
	return os.Setenv(lockFDVariable, strconv.Itoa(int(l.file.Fd())))
}

// inherited returns the lock file that the program before this one left open, or nil.
func inherited(path string) *os.File {
	fd, err := strconv.Atoi(os.Getenv(lockFDVariable))
	_ = os.Unsetenv(lockFDVariable)
	if err != nil || fd < 3 {
		return nil
	}
	var open, named unix.Stat_t
	if unix.Fstat(fd, &open) != nil || unix.Stat(path, &named) != nil || open.Dev != named.Dev || open.Ino != named.Ino {
		return nil
	}
	unix.CloseOnExec(fd)
	return os.NewFile(uintptr(fd), path)
}
