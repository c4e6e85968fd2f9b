package join

import (
	"time"

	"usher/hooks/actors"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
)

// Status is what the door says to somebody at this moment.
type Status string

const (
	SignIn       Status = "sign_in"       // nobody is signed in, and the link alone is not enough
	NeedsName    Status = "name"          // the link and a name are enough (R70)
	WrongAccount Status = "wrong_account" // the link is for another address than the one signed in (R53)
	GuestConsent Status = "prompt"        // asked, and not in the team yet: to join is to become its guest (R67)
	Declined     Status = "declined"      // the guest prompt was declined, and is offered again (R56)
	CanRequest   Status = "ask"           // not asked, and may ask the host to be let in (R72)
	NotInvited   Status = "stranger"      // not asked, and nobody is asked at the door

	TooEarly    Status = "early"     // more than 15 minutes ahead (R101)
	WaitForHost Status = "wait"      // the host has not started
	WaitingRoom Status = "lobby"     // a host admits him
	Ready       Status = "door"      // to join is to be in
	Admitted    Status = "in"        // admitted to what runs
	External    Status = "elsewhere" // admitted to what is held elsewhere (R118)
	Full        Status = "full"      // as many are in as may be

	Denied       Status = "refused" // by a host, at the door
	Removed      Status = "removed" // the personal link of somebody who was taken off the session, and of its series off all that is to come
	Excluded     Status = "out"     // put out of this session, or not in the team any more (R71, R115)
	Ended        Status = "ended"
	Cancelled    Status = "cancelled"
	NeverStarted Status = "missed" // its time is over, and nobody started it
)

// evaluate decides the standing: first what is over for everybody, then who this is, then what he still has to do,
// then what time it is. delivered says that letters reach the addresses that they are for.
func (v *Visitor) evaluate(delivered bool) {
	v.evaluatedAt = time.Now()
	v.CanStart = v.canStart()
	for _, judged := range []Status{v.removedStatus(), v.overStatus(), v.excludedStatus(), v.identityStatus(delivered), v.consentStatus(), v.tooEarlyStatus()} {
		if judged != "" {
			v.Status = judged
			return
		}
	}
	v.Status = v.currentStatus()
}

// removedStatus is for whoever comes by the personal link of an invitee who was taken off the list.
func (v *Visitor) removedStatus() Status {
	if v.linkTarget == nil || !v.linkTarget.Removed || v.Participant != nil || v.SignedIn && v.roomAdmits() {
		return ""
	}
	return Removed
}

// overStatus is what ends it for everybody.
func (v *Visitor) overStatus() Status {
	switch status := v.Session.Status(); {
	case status == sessions.Cancelled:
		return Cancelled
	case status == sessions.Ended:
		return Ended
	case status == sessions.Scheduled && v.evaluatedAt.After(v.Session.Ends()):
		return NeverStarted
	}
	return ""
}

// excludedStatus is what is final for this person, or for this account.
func (v *Visitor) excludedStatus() Status {
	switch {
	case v.Code != "" && v.SignedIn && !v.ownsParticipant():
		return WrongAccount
	case v.Participant != nil && v.Participant.State() == sessions.StateRemoved, v.departed:
		return Excluded
	case v.Participant != nil && v.Participant.State() == sessions.StateDenied:
		return Denied
	}
	return ""
}

// identityStatus is what is said to who is not known well enough.
func (v *Visitor) identityStatus(delivered bool) Status {
	switch {
	case v.SignedIn && v.Participant == nil && !v.roomAdmits():
		return v.notInvitedStatus()
	case v.SignedIn, v.Participant != nil && v.hasJoined() && v.canJoinByLink(delivered):
		return ""
	case v.Participant == nil:
		return SignIn
	case v.canJoinByLink(delivered) && v.Participant.State() == sessions.StateDeclined:
		return Declined
	case v.tooEarly():
		return TooEarly // to answer whether he comes, the link is enough
	case v.canJoinByLink(delivered):
		return NeedsName
	}
	return SignIn
}

// canJoinByLink reports whether the personal link is enough to come in (R70). Who leads a session signs in: its controls
// must not come with a letter that was handed on. Where no letter is delivered, whoever asked was shown the link
// and handed it on, so that it proves nothing about the address: it may bring in a name that nobody knows here,
// but it does not stand for somebody who has a confirmed account. An account that is made on the way is never
// more than that name: it has no password, its address stays unconfirmed, and a mailed link takes it over.
func (v *Visitor) canJoinByLink(delivered bool) bool {
	confirmed := v.Account != nil && v.Account.Verified()
	return v.Session.GetBool("passwordless") && !v.Leads() && (delivered || !confirmed)
}

// hasJoined reports whether he has been let in or waits to be.
func (v *Visitor) hasJoined() bool {
	state := v.Participant.State()
	return (state == sessions.StateAdmitted || state == sessions.StateWaiting) && v.Actor != nil
}

// LinkAccess is what those whom nobody asked may do who open a session's link and sign in.
type LinkAccess struct {
	Anyone     bool // come in, whoever they are (R72)
	Members    bool // come in, if they are members of the team (R91)
	CanRequest bool // ask a host at the door, if they may not come in (R72)
}

// LinkAccessFor says whom the link of the session lets in besides those who are asked. room is where it is held, or nil.
func LinkAccessFor(session *sessions.Session, room *rooms.Room) LinkAccess {
	team := room != nil && room.Access() == rooms.AccessTeam
	return LinkAccess{
		Anyone: room != nil && room.Access() == rooms.AccessAnyone, Members: team,
		CanRequest: session.ExternalLink() == "" && (team || settingOn(session, room, "lobby")),
	}
}

// roomAdmits reports whether the room lets him in though nobody asked him (R91).
func (v *Visitor) roomAdmits() bool {
	may := LinkAccessFor(v.Session, v.Room)
	return !v.addressTaken && (may.Anyone || may.Members && v.Actor != nil && v.Actor.Kind == actors.Member)
}

// notInvitedStatus is what is said to an account that nobody asked.
func (v *Visitor) notInvitedStatus() Status {
	switch {
	case !LinkAccessFor(v.Session, v.Room).CanRequest || v.addressTaken:
		return NotInvited
	case v.tooEarly():
		return TooEarly
	}
	return CanRequest
}

// consentStatus is the guest prompt, for who is not in the team yet.
func (v *Visitor) consentStatus() Status {
	switch {
	case v.Participant != nil && v.Participant.State() == sessions.StateDeclined && v.Actor == nil:
		return Declined
	case v.tooEarly() || v.Actor != nil:
		return ""
	case v.Participant != nil && v.Participant.State() == sessions.StateWaiting:
		return WaitingRoom // he asked, and becomes a guest when he is let in
	}
	return GuestConsent
}

func (v *Visitor) tooEarlyStatus() Status {
	if v.tooEarly() {
		return TooEarly
	}
	return ""
}

// tooEarly reports whether it is too early for the waiting page.
func (v *Visitor) tooEarly() bool {
	return v.Session.Status() == sessions.Scheduled && v.evaluatedAt.Before(v.Session.Starts().Add(-sessions.StartWindow))
}

// currentStatus is what is said to somebody who may come, once it is time.
func (v *Visitor) currentStatus() Status {
	state := ""
	if v.Participant != nil {
		state = v.Participant.State()
	}
	runs := v.Session.Status() == sessions.Running
	switch {
	case v.Session.ExternalLink() != "" && state == sessions.StateAdmitted:
		return External
	case v.Session.ExternalLink() != "":
		return Ready
	case state == sessions.StateWaiting:
		return WaitingRoom
	case runs && v.full && !v.Leads():
		return Full
	case runs && state == sessions.StateAdmitted:
		return Admitted
	case runs, v.startsOnJoin():
		return Ready
	}
	return WaitForHost
}

// Muted reports whether the visitor's microphone is off on entry: the session or its room says so, and he does not lead.
func (v *Visitor) Muted() bool { return settingOn(v.Session, v.Room, "muted") && !v.Leads() }

// hasLobby reports whether a host admits everybody to the session.
func (v *Visitor) hasLobby() bool { return settingOn(v.Session, v.Room, "lobby") }

// settingOn reports whether the session, or the room that it is in, has a setting on.
func settingOn(session *sessions.Session, room *rooms.Room, setting string) bool {
	return sessions.EffectiveSetting(session, room, setting).On
}

// needsAdmission reports whether a host must admit him.
func (v *Visitor) needsAdmission() bool {
	return v.hasLobby() && !v.Leads() && v.Session.ExternalLink() == ""
}

// startsOnJoin reports whether joining starts the session, as people may join before the host (R100).
func (v *Visitor) startsOnJoin() bool {
	return v.Session.Status() == sessions.Scheduled && settingOn(v.Session, v.Room, "early") && !v.needsAdmission() && v.Session.ExternalLink() == ""
}

// canStart reports whether he may start the session now (R100).
func (v *Visitor) canStart() bool {
	return v.SignedIn && v.ownsParticipant() && v.Leads() && v.Actor != nil && v.Actor.CanHost() && v.Participant.State() != sessions.StateRemoved &&
		v.Session.Status() == sessions.Scheduled && !v.tooEarly() && v.overStatus() == ""
}
