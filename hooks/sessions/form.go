package sessions

import (
	"errors"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
)

// Form is what somebody gives to schedule a session, or to change one: all of it, the values that stay included.
type Form struct {
	Title       string
	Description string
	Starts      time.Time
	Minutes     int
	Zone        string   // IANA name; empty: the team's
	Room        string   // id; empty: none
	Rule        string   // RFC 5545 recurrence rule with COUNT or UNTIL; empty: once
	Guests      []string // addresses, also as "Name <address>": members and outside people alike
	Cohosts     []string // ids of accounts of members; asked like the guests
	Presenters  []string // addresses among the guests who present

	Passwordless bool   // a mailed link and a name are enough (R70)
	Early        bool   // join before the host
	Lobby        bool   // the host admits everybody
	Muted        bool   // microphones are off on entry
	Recording    string // "off", "host", "always"; empty: as the room has it
	People       int    // at most; 0: as many as room and plan let

	Resolution string // "360p", "720p", "1080p", "2160p"
	FPS        int
	Codec      string // "vp8", "h264", "vp9", "av1"
	Audio      string // "speech", "music", "stereo"

	Elsewhere string // https address where the session is held by other means (R118)
}

// Scope says what a change of a session in a series is about.
type Scope string

// The scopes of a change (R105).
const (
	This  Scope = "this"
	Whole Scope = "series" // all that have not started yet
)

var errUnwritten = errors.New("not written yet")

// Start begins the run of a session: it takes a licence and a new media room (R100, R108 to R110).
func Start(app core.App, actor *actors.Actor, id string) (*Session, error) { return nil, errUnwritten }

// End ends a running session for all, and gives its licence back.
func End(app core.App, actor *actors.Actor, id string) error { return errUnwritten }

// Extend gives a running session more minutes, while plan and room allow it (R104).
func Extend(app core.App, actor *actors.Actor, id string, minutes int) (*Session, error) {
	return nil, errUnwritten
}
