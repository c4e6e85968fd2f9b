package join

import (
	"time"

	"usher/hooks/actors"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
)

// Status is what the join page shows to a visitor.
type Status string

const (
	SignIn       Status = "sign_in"       // not signed in, and the link alone isn't enough
	NeedsName    Status = "name"          // the link and a name are enough (R70)
	WrongAccount Status = "wrong_account" // the link is for another address than that of the account (R53)
	GuestConsent Status = "prompt"        // invited, and becomes a guest of the team by joining (R67)
	Declined     Status = "declined"      // declined the guest prompt, which is shown again (R56)
	CanRequest   Status = "ask"           // not invited, but can ask the host (R72)
	NotInvited   Status = "stranger"      // not invited, and can't ask the host

	TooEarly    Status = "early"     // more than sessions.StartWindow before the start (R101)
	WaitForHost Status = "wait"      // the host hasn't started the session
	WaitingRoom Status = "lobby"     // a host must admit the visitor
	Ready       Status = "door"      // can join now
	Admitted    Status = "in"        // admitted to the running session
	External    Status = "elsewhere" // admitted to a session in another tool (R118)
	Full        Status = "full"      // no free slot

	Denied       Status = "refused" // by a host, in the waiting room
	Removed      Status = "removed" // the invitee of the personal link was removed from the session, and from all upcoming ones of its series
	Excluded     Status = "out"     // removed from this session or from the team (R71, R115)
	Ended        Status = "ended"
	Cancelled    Status = "cancelled"
	NeverStarted Status = "missed" // its time has passed without a start
)

// evaluate returns the status: first what ends the session for everyone, then who the visitor is, then what they still have to
// do, then the time. delivered reports whether emails reach their addresses.
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

// removedStatus is the status for the personal link of an invitee who was removed.
func (v *Visitor) removedStatus() Status {
	if v.linkTarget == nil || !v.linkTarget.Removed || v.Participant != nil || v.SignedIn && v.roomAdmits() {
		return ""
	}
	return Removed
}

// overStatus is the status if the session is over for everyone.
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

// excludedStatus is the status if the visitor can't join this session any longer.
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

// identityStatus is the status if the visitor must sign in or give a name.
func (v *Visitor) identityStatus(delivered bool) Status {
	switch {
	case v.SignedIn && v.Participant == nil && !v.roomAdmits():
		return v.notInvitedStatus()
	case v.SignedIn && v.Actor != nil && v.needsAccessCode() && !v.tooEarly():
		return NeedsName // and the access code
	case v.SignedIn, v.Participant != nil && v.hasJoined() && v.canJoinByLink(delivered):
		return ""
	case v.byDevice:
		return v.deviceStatus()
	case v.Participant == nil:
		return SignIn
	case v.canJoinByLink(delivered) && v.Participant.State() == sessions.StateDeclined:
		return Declined
	case v.tooEarly():
		return TooEarly // the link is enough to answer
	case v.canJoinByLink(delivered):
		return NeedsName
	}
	return SignIn
}

// canJoinByLink reports whether the personal link is enough to join (R70). Hosts and co-hosts must sign in, so that a
// forwarded email doesn't give away their controls. If emails aren't delivered, the organizer saw the link and shared it, so it
// proves nothing about the address: it admits a new name but not the holder of a verified account. An account that is created
// this way has no password and no verified address, and an emailed link takes it over.
func (v *Visitor) canJoinByLink(delivered bool) bool {
	confirmed := v.Account != nil && v.Account.Verified()
	return v.Session.GetBool("passwordless") && !v.Leads() && (delivered || !confirmed)
}

// hasJoined reports whether the visitor was admitted or is in the waiting room.
func (v *Visitor) hasJoined() bool {
	state := v.Participant.State()
	return (state == sessions.StateAdmitted || state == sessions.StateWaiting) && v.Actor != nil
}

// LinkAccess is what people who aren't invited can do with a session's link after signing in.
type LinkAccess struct {
	Anyone     bool // anyone can join (R72)
	Members    bool // members of the team can join (R91)
	CanRequest bool // others can ask a host to admit them (R72)
}

// LinkAccessFor returns who besides invitees can join with the session's link. room is its room, or nil.
func LinkAccessFor(session *sessions.Session, room *rooms.Room) LinkAccess {
	team := room != nil && room.Access() == rooms.AccessTeam
	return LinkAccess{
		Anyone: room != nil && room.Access() == rooms.AccessAnyone, Members: team,
		CanRequest: session.ExternalLink() == "" && (team || settingOn(session, room, "lobby")),
	}
}

// roomAdmits reports whether the room admits the visitor without an invitation (R91).
func (v *Visitor) roomAdmits() bool {
	may := LinkAccessFor(v.Session, v.Room)
	return !v.addressTaken && (v.open || may.Anyone || may.Members && v.Actor != nil && v.Actor.Kind == actors.Member)
}

// notInvitedStatus is the status of an account that isn't invited.
func (v *Visitor) notInvitedStatus() Status {
	switch {
	case !LinkAccessFor(v.Session, v.Room).CanRequest || v.addressTaken:
		return NotInvited
	case v.tooEarly():
		return TooEarly
	}
	return CanRequest
}

// consentStatus is the guest prompt, for a visitor who isn't in the team.
func (v *Visitor) consentStatus() Status {
	switch {
	case v.Participant != nil && v.Participant.State() == sessions.StateDeclined && v.Actor == nil:
		return Declined
	case v.tooEarly() || v.Actor != nil:
		return ""
	case v.Participant != nil && v.Participant.State() == sessions.StateWaiting:
		return WaitingRoom // asked to join, and becomes a guest when admitted
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

// currentStatus is the status of a visitor who can join, by time and run.
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

// Muted reports whether the visitor's microphone is off on entry, by session or room. It isn't for hosts and co-hosts.
func (v *Visitor) Muted() bool { return settingOn(v.Session, v.Room, "muted") && !v.Leads() }

// hasLobby reports whether a host admits each participant.
func (v *Visitor) hasLobby() bool { return settingOn(v.Session, v.Room, "lobby") }

// settingOn reports whether the session or its room has a setting on.
func settingOn(session *sessions.Session, room *rooms.Room, setting string) bool {
	return sessions.EffectiveSetting(session, room, setting).On
}

// needsAdmission reports whether a host must admit the visitor.
func (v *Visitor) needsAdmission() bool {
	waits := v.hasLobby() || v.entersByLink() && v.Session.LinkEntry() != sessions.LinkDirect
	return waits && !v.Leads() && v.Session.ExternalLink() == ""
}

// startsOnJoin reports whether joining starts the session, because participants can join before the host (R100).
func (v *Visitor) startsOnJoin() bool {
	return v.Session.Status() == sessions.Scheduled && settingOn(v.Session, v.Room, "early") && !v.needsAdmission() && !v.entersByLink() && v.Session.ExternalLink() == ""
}

// canStart reports whether the visitor can start the session now (R100).
func (v *Visitor) canStart() bool {
	return v.SignedIn && v.ownsParticipant() && v.Leads() && v.Actor != nil && v.Actor.CanHost() && v.Participant.State() != sessions.StateRemoved &&
		v.Session.Status() == sessions.Scheduled && !v.tooEarly() && v.overStatus() == ""
}
