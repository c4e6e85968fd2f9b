//go:build !linux

package disk

import "os"

// StartWriteback isn't available on this system.
func StartWriteback(*os.File) {}
