// Package doctor checks what a server needs from its surroundings, and says what to fix.
package doctor

import (
	"context"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/settings"
)

// The levels of findings.
const (
	OK      = "ok"
	Warning = "warning" // it works, but not for everyone or not for long
	Fault   = "fault"   // something doesn't work
)

// Finding is the result of a check.
type Finding struct {
	Check string `json:"check"`
	Level string `json:"level"`
	Text  string `json:"text"`
	Fix   string `json:"fix,omitempty"`
}

// Server is what the caller knows about the server.
type Server struct {
	Running bool      // a server uses the data folder now
	Built   time.Time // when the program's commit was made; zero: unknown
}

// checker runs the checks of one server.
type checker struct {
	app    core.App
	config *settings.Config
	server Server
	found  []Finding
}

// timeout is how long a check waits for another server.
const timeout = 8 * time.Second

// Run runs all checks. It changes nothing and sends no email.
func Run(ctx context.Context, app core.App, server Server) []Finding {
	c := &checker{app: app, config: settings.Of(app), server: server}
	for _, check := range []func(context.Context){c.database, c.disk, c.backups, c.address, c.clock, c.email, c.outbox, c.media, c.publicIP, c.ffmpeg, c.limits} {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		check(ctx)
		cancel()
	}
	return c.found
}

// HasFault reports whether something doesn't work.
func HasFault(found []Finding) bool {
	for _, f := range found {
		if f.Level == Fault {
			return true
		}
	}
	return false
}

func (c *checker) add(check, level, fix, text string, args ...any) {
	c.found = append(c.found, Finding{check, level, fmt.Sprintf(text, args...), fix})
}
