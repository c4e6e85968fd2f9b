//go:build unix

// Package disk measures the disk of a folder.
package disk

import "golang.org/x/sys/unix"

// FreeBytes returns how many bytes are free on the disk of a folder; ok is false if that isn't known.
func FreeBytes(dir string) (free uint64, ok bool) {
	var stat unix.Statfs_t
	if err := unix.Statfs(dir, &stat); err != nil {
		return 0, false
	}
	return uint64(stat.Bavail) * uint64(stat.Bsize), true
}
