package active

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// CountReports returns how many sessions have reports.
func CountReports(app core.App) int { return len(devicesOf(app).sessions) }

// NewDevices returns an empty store of reports.
func NewDevices() *devices { return &devices{sessions: map[string]map[string]reported{}} }

func (d *devices) Set(session, participant string, device Device, now time.Time) {
	d.set(session, participant, device, now)
}

// Sessions returns how many sessions have reports, expired ones included.
func (d *devices) Sessions() int { return len(d.sessions) }

// Current returns how many reports of the session count.
func (d *devices) Current(session string) int { return len(d.current(session)) }
