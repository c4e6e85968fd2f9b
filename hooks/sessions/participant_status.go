package sessions

// ParticipantStatus is the status of a participant in a session: their answer before it, admission, and attendance. Pages,
// counts and the API all take it from StatusOf.
type ParticipantStatus string

// The statuses of a participant.
const (
	StatusNoAnswer    ParticipantStatus = "no_answer"
	StatusGoing       ParticipantStatus = "going" // said yes, or accepted by joining (R67)
	StatusMaybe       ParticipantStatus = "maybe"
	StatusNotGoing    ParticipantStatus = "not_going" // said no, or declined to become a guest
	StatusWaiting     ParticipantStatus = "waiting"   // in the waiting room
	StatusInSession   ParticipantStatus = "in_session"
	StatusLeft        ParticipantStatus = "left"         // was in the session
	StatusNotAdmitted ParticipantStatus = "not_admitted" // waited until the session ended
	StatusDenied      ParticipantStatus = "denied"       // by a host
	StatusRemoved     ParticipantStatus = "removed"      // by a host, or from the team
	StatusNeverCame   ParticipantStatus = "never_came"
)

// ParticipantStatuses are all statuses, in the order of counts.
var ParticipantStatuses = []ParticipantStatus{StatusInSession, StatusLeft, StatusWaiting, StatusGoing, StatusMaybe, StatusNotGoing,
	StatusNoAnswer, StatusNotAdmitted, StatusDenied, StatusRemoved, StatusNeverCame}

// Presence is what is known about a participant's attendance.
type Presence struct {
	InSession bool // in the session now
	Attended  bool // is or was in the session
	Reported  bool // the session is over and has attendance reports
}

// StatusOf returns the status of a participant. session is the status of the session; part, state and answer are the
// participant's. A host's decision takes precedence, then attendance, then the answer.
func StatusOf(session, part, state, answer string, presence Presence) ParticipantStatus {
	running, ended := session == Running, session == Ended
	switch {
	case state == StateRemoved:
		return StatusRemoved
	case state == StateDenied:
		return StatusDenied
	case running && presence.InSession:
		return StatusInSession
	case (running || ended) && presence.Attended:
		return StatusLeft
	case state == StateWaiting && ended:
		return StatusNotAdmitted
	case state == StateWaiting && session != Cancelled:
		return StatusWaiting
	case ended && presence.Reported:
		return StatusNeverCame
	case state == StateDeclined:
		return StatusNotGoing
	case part == Host:
		return StatusGoing
	case answer == No:
		return StatusNotGoing
	case answer == Maybe && state != StateAdmitted:
		return StatusMaybe
	case answer == Yes, state == StateAdmitted, state == StateWaiting:
		return StatusGoing
	}
	return StatusNoAnswer
}

// Status is the status of the participant in the session.
func (p *Participant) Status(session *Session, presence Presence) ParticipantStatus {
	return StatusOf(session.Status(), p.Role(), p.State(), p.Answer(), presence)
}

// ReaderStatus is the status of the reader of a list in a session that isn't over.
func (r Row) ReaderStatus() ParticipantStatus {
	return StatusOf(r.Status, r.Role, r.State, r.Answer, Presence{})
}
