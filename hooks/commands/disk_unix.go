//go:build unix

package commands

import "golang.org/x/sys/unix"

// freeBytes is the room on the disk of a folder.
func freeBytes(dir string) (uint64, bool) {
	var stat unix.Statfs_t
	if err := unix.Statfs(dir, &stat); err != nil {
		return 0, false
	}
	return uint64(stat.Bavail) * uint64(stat.Bsize), true
}
