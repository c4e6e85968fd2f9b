package entry

import (
	"time"

	"usher/hooks/members"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
)

// Standing is what the door says to somebody at this moment.
type Standing string

const (
	SignIn       Standing = "sign_in"       // nobody is signed in, and the link alone is not enough
	Name         Standing = "name"          // the link and a name are enough (R70)
	WrongAccount Standing = "wrong_account" // the link is for another address than the one signed in (R53)
	Prompt       Standing = "prompt"        // asked, and not in the team yet: to join is to become its guest (R67)
	Declined     Standing = "declined"      // the guest prompt was declined, and is offered again (R56)
	Ask          Standing = "ask"           // not asked, and may ask the host to be let in (R72)
	Stranger     Standing = "stranger"      // not asked, and nobody is asked at the door

	Early Standing = "early"     // more than 15 minutes ahead (R101)
	Wait  Standing = "wait"      // the host has not started
	Lobby Standing = "lobby"     // a host admits him
	Door  Standing = "door"      // to join is to be in
	In    Standing = "in"        // admitted to what runs
	Away  Standing = "elsewhere" // admitted to what is held elsewhere (R118)
	Full  Standing = "full"      // as many are in as may be

	Refused Standing = "refused" // by a host, at the door
	Removed Standing = "removed" // the personal link of somebody who was taken off the session, and of its series off all that is to come
	Out     Standing = "out"     // put out of this session, or not in the team any more (R71, R115)
	Ended   Standing = "ended"
	Off     Standing = "cancelled"
	Missed  Standing = "missed" // its time is over, and nobody started it
)

// judge decides the standing: first what is over for everybody, then who this is, then what he still has to do,
// then what time it is. delivered says that letters reach the addresses that they are for.
func (v *Visitor) judge(delivered bool) {
	v.at = time.Now()
	v.Starts = v.mayStart()
	for _, judged := range []Standing{v.removed(), v.over(), v.barred(), v.unknown(delivered), v.unwelcomed(), v.ahead()} {
		if judged != "" {
			v.Standing = judged
			return
		}
	}
	v.Standing = v.inTime()
}

// removed is for whoever comes by the personal link of an invitee who was taken off the list.
func (v *Visitor) removed() Standing {
	if v.lead == nil || !v.lead.Removed || v.Participant != nil || v.SignedIn && v.welcome() {
		return ""
	}
	return Removed
}

// over is what ends it for everybody.
func (v *Visitor) over() Standing {
	switch status := v.Session.Status(); {
	case status == sessions.Cancelled:
		return Off
	case status == sessions.Ended:
		return Ended
	case status == sessions.Scheduled && v.at.After(v.Session.Ends()):
		return Missed
	}
	return ""
}

// barred is what is final for this person, or for this account.
func (v *Visitor) barred() Standing {
	switch {
	case v.Code != "" && v.SignedIn && !v.mine():
		return WrongAccount
	case v.Participant != nil && v.Participant.State() == sessions.StateOut, v.departed:
		return Out
	case v.Participant != nil && v.Participant.State() == sessions.StateRefused:
		return Refused
	}
	return ""
}

// unknown is what is said to who is not known well enough.
func (v *Visitor) unknown(delivered bool) Standing {
	switch {
	case v.SignedIn && v.Participant == nil && !v.welcome():
		return v.unlisted()
	case v.SignedIn, v.Participant != nil && v.joined() && v.byLink(delivered):
		return ""
	case v.Participant == nil:
		return SignIn
	case v.byLink(delivered) && v.Participant.State() == sessions.StateDeclined:
		return Declined
	case v.early():
		return Early // to answer whether he comes, the link is enough
	case v.byLink(delivered):
		return Name
	}
	return SignIn
}

// byLink reports whether the personal link is enough to come in (R70). Who leads a session signs in: its controls
// must not come with a letter that was handed on. Where no letter is delivered, whoever asked was shown the link
// and handed it on, so that it proves nothing about the address: it may bring in a name that nobody knows here,
// but it does not stand for somebody who has a confirmed account. An account that is made on the way is never
// more than that name: it has no password, its address stays unconfirmed, and a mailed link takes it over.
func (v *Visitor) byLink(delivered bool) bool {
	confirmed := v.Account != nil && v.Account.Verified()
	return v.Session.GetBool("passwordless") && !v.Leads() && (delivered || !confirmed)
}

// joined reports whether he has been let in or waits to be.
func (v *Visitor) joined() bool {
	state := v.Participant.State()
	return (state == sessions.StateAdmitted || state == sessions.StateWaiting) && v.Actor != nil
}

// Unasked is what those whom nobody asked may do who open a session's link and sign in.
type Unasked struct {
	Anyone  bool // come in, whoever they are (R72)
	Members bool // come in, if they are members of the team (R91)
	Asking  bool // ask a host at the door, if they may not come in (R72)
}

// MayEnter says whom the link of the session lets in besides those who are asked. room is where it is held, or nil.
func MayEnter(session *sessions.Session, room *rooms.Room) Unasked {
	team := room != nil && room.Entry() == rooms.Team
	return Unasked{
		Anyone: room != nil && room.Entry() == rooms.Anyone, Members: team,
		Asking: session.Elsewhere() == "" && (team || set(session, room, "lobby")),
	}
}

// welcome reports whether the room lets him in though nobody asked him (R91).
func (v *Visitor) welcome() bool {
	may := MayEnter(v.Session, v.Room)
	return !v.taken && (may.Anyone || may.Members && v.Actor != nil && v.Actor.Kind == members.Member)
}

// unlisted is what is said to an account that nobody asked.
func (v *Visitor) unlisted() Standing {
	switch {
	case !MayEnter(v.Session, v.Room).Asking || v.taken:
		return Stranger
	case v.early():
		return Early
	}
	return Ask
}

// unwelcomed is the guest prompt, for who is not in the team yet.
func (v *Visitor) unwelcomed() Standing {
	switch {
	case v.Participant != nil && v.Participant.State() == sessions.StateDeclined && v.Actor == nil:
		return Declined
	case v.early() || v.Actor != nil:
		return ""
	case v.Participant != nil && v.Participant.State() == sessions.StateWaiting:
		return Lobby // he asked, and becomes a guest when he is let in
	}
	return Prompt
}

func (v *Visitor) ahead() Standing {
	if v.early() {
		return Early
	}
	return ""
}

// early reports whether it is too early for the waiting page.
func (v *Visitor) early() bool {
	return v.Session.Status() == sessions.Scheduled && v.at.Before(v.Session.Starts().Add(-sessions.StartsBefore))
}

// inTime is what is said to somebody who may come, once it is time.
func (v *Visitor) inTime() Standing {
	state := ""
	if v.Participant != nil {
		state = v.Participant.State()
	}
	runs := v.Session.Status() == sessions.Running
	switch {
	case v.Session.Elsewhere() != "" && state == sessions.StateAdmitted:
		return Away
	case v.Session.Elsewhere() != "":
		return Door
	case state == sessions.StateWaiting:
		return Lobby
	case runs && v.full && !v.Leads():
		return Full
	case runs && state == sessions.StateAdmitted:
		return In
	case runs, v.opens():
		return Door
	}
	return Wait
}

// Muted reports whether the visitor's microphone is off on entry: the session or its room says so, and he does not lead.
func (v *Visitor) Muted() bool { return set(v.Session, v.Room, "muted") && !v.Leads() }

// lobby reports whether a host admits everybody to the session.
func (v *Visitor) lobby() bool { return set(v.Session, v.Room, "lobby") }

// set reports whether the session, or the room that it is in, has a setting on.
func set(session *sessions.Session, room *rooms.Room, setting string) bool {
	return sessions.Effective(session, room, setting).On
}

// waits reports whether a host must admit him.
func (v *Visitor) waits() bool {
	return v.lobby() && !v.Leads() && v.Session.Elsewhere() == ""
}

// opens reports whether joining starts the session, as people may join before the host (R100).
func (v *Visitor) opens() bool {
	return v.Session.Status() == sessions.Scheduled && set(v.Session, v.Room, "early") && !v.waits() && v.Session.Elsewhere() == ""
}

// mayStart reports whether he may start the session now (R100).
func (v *Visitor) mayStart() bool {
	return v.SignedIn && v.mine() && v.Leads() && v.Actor != nil && v.Actor.CanHost() && v.Participant.State() != sessions.StateOut &&
		v.Session.Status() == sessions.Scheduled && !v.early() && v.over() == ""
}
