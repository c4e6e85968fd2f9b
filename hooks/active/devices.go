package active

import (
	"maps"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/events"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
)

// Device is what the page of a participant reported about itself. It is only shown, and it is kept in memory.
type Device struct {
	Quality    string // one of the qualities
	Camera     bool   // on
	Microphone bool   // on
	Sharing    bool   // a screen
	Browser    string // name of the browser and its system
}

// reportLifetime is how long a report counts. Pages repeat it every ReportInterval.
const (
	ReportInterval = 20 * time.Second
	reportLifetime = 3 * ReportInterval
)

// maxReported is how many participants of a session can have a report at a time.
const maxReported = 1000

// CodeBadReport is the code of a report with an unknown quality.
const CodeBadReport = "bad_report"

// reportLimit limits the reports of a participant. Devices and quality change together when a call starts.
var reportLimit = ratelimit.Define("device-report", 20, time.Minute)

type reported struct {
	Device
	at time.Time
}

func (r reported) expired(now time.Time) bool { return now.Sub(r.at) > reportLifetime }

// devices are the reports of an app, by session and participant.
type devices struct {
	sync.Mutex
	sessions map[string]map[string]reported
}

func devicesOf(app core.App) *devices {
	return app.Store().GetOrSet("usher.active.devices", func() any { return &devices{sessions: map[string]map[string]reported{}} }).(*devices)
}

// Report keeps what the page of a participant says about itself, and tells open pages if it changed. agent is its User-Agent.
func Report(app core.App, p *sessions.Participant, device Device, agent string) error {
	if badness[device.Quality] == 0 {
		return errs.Invalid("quality", CodeBadReport, "The quality must be excellent, good, poor or lost.")
	}
	if wait, ok := reportLimit.In(app).Take(p.Id); !ok {
		return errs.RateLimited(wait, "Too many reports. Try again later.")
	}
	device.Browser = accounts.DeviceName(agent)
	if devicesOf(app).set(p.SessionID(), p.Id, device, time.Now()) {
		events.Publish(app, p.GetString("team"), events.Active)
	}
	return nil
}

// set stores a report and returns whether it differs from the one before.
func (d *devices) set(session, participant string, device Device, now time.Time) (changed bool) {
	d.Lock()
	defer d.Unlock()
	all := d.sessions[session]
	if all == nil {
		d.forgetExpired(now)
		all = map[string]reported{}
		d.sessions[session] = all
	}
	before, known := all[participant]
	if !known && len(all) >= maxReported {
		d.forgetExpired(now)
		if len(all) >= maxReported {
			return false
		}
	}
	all[participant] = reported{device, now}
	return before.Device != device
}

// devicesIn returns the current reports of a session by participant.
func devicesIn(app core.App, session string) map[string]Device {
	return devicesOf(app).current(session)
}

func (d *devices) current(session string) map[string]Device {
	d.Lock()
	defer d.Unlock()
	now, current := time.Now(), map[string]Device{}
	for participant, r := range d.sessions[session] {
		if !r.expired(now) {
			current[participant] = r.Device
		}
	}
	return current
}

// forgetExpired removes reports that no longer count. One can come just after its session has ended.
func (d *devices) forgetExpired(now time.Time) {
	for session, all := range d.sessions {
		maps.DeleteFunc(all, func(_ string, r reported) bool { return r.expired(now) })
		if len(all) == 0 {
			delete(d.sessions, session)
		}
	}
}

// forget removes a participant's report, or all of the session's if participant is empty.
func (d *devices) forget(session, participant string) {
	d.Lock()
	defer d.Unlock()
	if participant != "" {
		delete(d.sessions[session], participant)
		return
	}
	delete(d.sessions, session)
}

// Register forgets the reports of sessions that end and of participants who leave.
func Register(app core.App) {
	forgetEnded := func(e *core.RecordEvent) error {
		if e.Record.GetString("status") != sessions.Running {
			devicesOf(e.App).forget(e.Record.Id, "")
		}
		return e.Next()
	}
	app.OnRecordAfterUpdateSuccess("sessions").BindFunc(forgetEnded)
	app.OnRecordAfterDeleteSuccess("sessions").BindFunc(func(e *core.RecordEvent) error {
		devicesOf(e.App).forget(e.Record.Id, "")
		return e.Next()
	})
	app.OnRecordAfterUpdateSuccess("attendances").BindFunc(func(e *core.RecordEvent) error {
		if participant := e.Record.GetString("participant"); participant != "" && !e.Record.GetDateTime("left").IsZero() {
			devicesOf(e.App).forget(e.Record.GetString("session"), participant)
		}
		return e.Next()
	})
}
