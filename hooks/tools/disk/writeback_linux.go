package disk

import (
	"os"

	"golang.org/x/sys/unix"
)

// StartWriteback starts to write what is in memory of a file to the disk, and doesn't wait for it.
func StartWriteback(file *os.File) {
	_ = unix.SyncFileRange(int(file.Fd()), 0, 0, unix.SYNC_FILE_RANGE_WRITE)
}
