package entry

import (
	"errors"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/live"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/hooks/teams"
)

// Standing is what the door says to somebody at this moment.
type Standing string

// All standings. Those up to Ask end by what the person does, In and Elsewhere are behind the door, and what
// follows them ends by others or not at all.
const (
	SignIn       Standing = "sign_in"       // nobody is signed in, and the link is not enough: sign in, or make an account
	Name         Standing = "name"          // the link and a name are enough (R70)
	WrongAccount Standing = "wrong_account" // the link is for another address than the one signed in (R53)
	Prompt       Standing = "prompt"        // asked, and not in the team yet: to join is to become its guest (R67)
	Declined     Standing = "declined"      // the guest prompt was declined, and is offered again (R56)
	Ask          Standing = "ask"           // not asked, and may ask the host to be let in (R72)

	Early    Standing = "early"     // more than 15 minutes ahead (R101)
	Wait     Standing = "wait"      // the host has not started
	Lobby    Standing = "lobby"     // a host admits him
	Door     Standing = "door"      // it runs: to join is to be in
	In       Standing = "in"        // admitted to what runs
	Away     Standing = "elsewhere" // admitted to what is held elsewhere (R118)
	Full     Standing = "full"      // as many are in as may be
	Refused  Standing = "refused"   // by a host, at the door
	Out      Standing = "out"       // put out of this session, or removed from the team (R71, R115)
	Stranger Standing = "stranger"  // not on the list, and nobody can be asked at the door
	Ended    Standing = "ended"
	Off      Standing = "cancelled"
)

// CodeBlocked is the code of a refusal at the door that joining again does not change.
const CodeBlocked = "blocked"

// StartsWithin is from when before its time the link of a session leads to the waiting page (R101).
const StartsWithin = 15 * time.Minute

// Visitor is who stands at the door of a session, with what the door says and all that its page tells.
type Visitor struct {
	Standing    Standing
	Session     *sessions.Session
	Team        *teams.Team
	Room        *rooms.Room           // nil: the session has none
	Account     *core.Record          // who is signed in, or whose the personal link is; nil: nobody known
	SignedIn    bool                  // the account is signed in, and not only known by the link
	Participant *sessions.Participant // nil: not on the list
	Actor       *actors.Actor         // the account in the team; nil: not in it
	Code        string                // the personal code by which he came, or empty
	Starts      bool                  // he may start the session now
}

// At tells who stands at the door of the session. account is who is signed in, or nil; code is the personal code
// of the link or the cookie, or empty. A code of another session counts for nothing. It changes nothing.
func At(app core.App, account *core.Record, code string, session *sessions.Session) (*Visitor, error) {
	return nil, errUnwritten
}

// Join is the one way in (R67): the visitor is on the list then, a guest of the team unless a member, and
// admitted, or waiting for a host. name is first and last name of who comes by a link alone. The visitor is
// judged anew, and stands afterwards where joining has brought him.
func Join(app core.App, visitor *Visitor, name, from string) error { return errUnwritten }

// Decline answers the guest prompt with no. The session is closed to the address until it is opened again (R56).
func Decline(app core.App, visitor *Visitor, from string) error { return errUnwritten }

// Gate is nil if the media server may let the participant with that identity into that media room now.
func Gate(app core.App, identity, room string) error { return errUnwritten }

// Pass makes the token with which an admitted participant enters the running session. Where as many are in as
// may be it is refused as too many.
func Pass(app core.App, participant *sessions.Participant) (live.Pass, error) {
	return live.Pass{}, errUnwritten
}

// Admit lets somebody in who waits at the door, or who was refused there.
func Admit(app core.App, by *sessions.Participant, target, from string) error { return errUnwritten }

// Refuse turns somebody away who waits at the door.
func Refuse(app core.App, by *sessions.Participant, target, from string) error { return errUnwritten }

// PutOut ends the session for one person, for good.
func PutOut(app core.App, by *sessions.Participant, target, from string) error { return errUnwritten }

// Mute turns somebody's microphone off. He can turn it on again.
func Mute(app core.App, by *sessions.Participant, target, from string) error { return errUnwritten }

var errUnwritten = errors.New("not written yet")
