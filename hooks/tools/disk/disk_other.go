//go:build !unix

// Package disk measures the disk of a folder.
package disk

// FreeBytes isn't available on this system.
func FreeBytes(string) (free uint64, ok bool) { return 0, false }
