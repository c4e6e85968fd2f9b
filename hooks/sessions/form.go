package sessions

import "time"

// Form is the complete input for scheduling or changing a session, including values that stay the same.
type Form struct {
	Title       string
	Description string
	Starts      time.Time
	Minutes     int
	Zone        string   // IANA name; empty: the team's
	Room        string   // id; empty: none
	Rule        string   // RFC 5545 recurrence rule with COUNT or UNTIL; empty: once
	Guests      []string // addresses, also as "Name <address>", of members and others
	Cohosts     []string // account ids of members, who are invited, too
	Presenters  []string // addresses of invitees who can present

	Passwordless   bool   // an emailed link and a name are enough (R70)
	JoinBeforeHost bool   // participants can join before the host
	Lobby          bool   // a host admits each participant
	Muted          bool   // microphones are off on entry
	LinkEntry      string // LinkWait or LinkDirect: everyone who has the session link can enter; empty: not
	AccessCode     string // what they have to know; empty: nothing more
	Recording      string // one of the keys of rooms.Recordings; empty: the room's default
	MaxPeople      int    // 0: no limit but those of room and plan

	Resolution string // "360p", "720p", "1080p", "2160p"
	FPS        int
	Codec      string // "vp8", "h264", "vp9", "av1"
	Audio      string // "speech", "music", "stereo"

	ExternalLink string // https address of a session held in another tool (R118)

	Overwrite bool  // ScopeSeries: also replaces what sessions were changed to on their own
	Unread    error // refusals of input that couldn't be read into a field: the form is refused with these and all others at once
}

// Scope is what a change of a session in a series applies to.
type Scope string

// The scopes of a change (R105).
const (
	ScopeSession Scope = "this"
	ScopeSeries  Scope = "series" // all sessions that haven't started
)
