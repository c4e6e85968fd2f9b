package doctor

import (
	"context"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/settings"
)

// RunOne runs one check.
func RunOne(app core.App, server Server, name string) []Finding {
	c := &checker{app: app, config: settings.Of(app), server: server}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	map[string]func(context.Context){"database": c.database, "disk": c.disk, "backups": c.backups, "address": c.address, "clock": c.clock,
		"email": c.email, "outbox": c.outbox, "media": c.media, "ip": c.publicIP, "ffmpeg": c.ffmpeg, "limits": c.limits}[name](ctx)
	return c.found
}

// SetClockURL changes where the time is compared.
func SetClockURL(address string) { clockURL = address }

var FindPublicIP = findPublicIP
