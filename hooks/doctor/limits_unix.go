//go:build unix

package doctor

import (
	"context"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"usher/hooks/live"
)

// The least that a server with some hundred people needs.
const (
	minFiles  = 4096
	minBuffer = 2_500_000 // bytes
)

func (c *checker) limits(context.Context) {
	var files unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &files); err == nil {
		if files.Max < minFiles {
			c.add("open files", Warning, "Raise the limit (LimitNOFILE=65536 in the systemd unit).", "at most %d: each open page takes one", files.Max)
		} else {
			c.add("open files", OK, "", "up to %d", files.Max)
		}
	}
	content, err := os.ReadFile("/proc/sys/net/core/rmem_max")
	if err != nil || live.IsExternal(c.app) {
		return
	}
	if n, err := strconv.Atoi(strings.TrimSpace(string(content))); err == nil && n < minBuffer {
		c.add("UDP buffers", Warning, "Run sysctl -w net.core.rmem_max=5000000, and add it to /etc/sysctl.d.", "%d bytes: large sessions can lose packets", n)
	}
}
