//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package commands

import "os"

// flock checks the process named in the file, on systems without flock. After a crash the number may belong
// to another program: then the file has to be deleted by hand.
func flock(file *os.File) error {
	pid := readPID(file)
	if pid == 0 || pid == os.Getpid() {
		return nil
	}
	process, err := os.FindProcess(pid)
	if err != nil {
		return nil
	}
	_ = process.Release()
	return errLocked
}

func (l *lock) handOver() error { return nil }

func inherited(string) *os.File { return nil }
