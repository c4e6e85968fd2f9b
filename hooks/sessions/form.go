package sessions

import "time"

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

	Passwordless   bool   // a mailed link and a name are enough (R70)
	JoinBeforeHost bool   // join before the host
	Lobby          bool   // the host admits everybody
	Muted          bool   // microphones are off on entry
	Recording      string // one of the keys of rooms.Recordings; empty: as the room has it
	MaxPeople      int    // at most; 0: as many as room and plan let

	Resolution string // "360p", "720p", "1080p", "2160p"
	FPS        int
	Codec      string // "vp8", "h264", "vp9", "av1"
	Audio      string // "speech", "music", "stereo"

	ExternalLink string // https address where the session is held by other means (R118)
}

// Scope says what a change of a session in a series is about.
type Scope string

// The scopes of a change (R105).
const (
	ScopeSession Scope = "this"
	ScopeSeries  Scope = "series" // all that have not started yet
)
