package sessions

// ParticipantStatus says where a participant stands with a session: what they answered before it, what happened at its
// entrance, whether they were in it. Pages, counts and programs take it from StatusOf alone.
type ParticipantStatus string

// The statuses of a participant.
const (
	StatusNoAnswer    ParticipantStatus = "no_answer"
	StatusGoing       ParticipantStatus = "going" // said yes, or accepted by joining (R67)
	StatusMaybe       ParticipantStatus = "maybe"
	StatusNotGoing    ParticipantStatus = "not_going" // said no, or declined to become a guest
	StatusWaiting     ParticipantStatus = "waiting"   // for a host to admit them
	StatusInSession   ParticipantStatus = "in_session"
	StatusLeft        ParticipantStatus = "left"         // was in it
	StatusNotAdmitted ParticipantStatus = "not_admitted" // waited until the end
	StatusDenied      ParticipantStatus = "denied"       // by a host
	StatusRemoved     ParticipantStatus = "removed"      // by a host, or from the team
	StatusNeverCame   ParticipantStatus = "never_came"
)

// ParticipantStatuses are all of them, in the order in which counts name them.
var ParticipantStatuses = []ParticipantStatus{StatusInSession, StatusLeft, StatusWaiting, StatusGoing, StatusMaybe, StatusNotGoing,
	StatusNoAnswer, StatusNotAdmitted, StatusDenied, StatusRemoved, StatusNeverCame}

// Presence is what is known of a participant's time in a session.
type Presence struct {
	InSession bool // in it now
	Attended  bool // was in it, now or before
	Reported  bool // it is over, and reports say who was in it
}

// StatusOf decides the status of a participant. session is the status of the session; part, state and answer are the
// participant's. What a host decided comes first, then what happened, then what was answered.
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

// Status is where the participant stands with the session.
func (p *Participant) Status(session *Session, presence Presence) ParticipantStatus {
	return StatusOf(session.Status(), p.Role(), p.State(), p.Answer(), presence)
}

// ReaderStatus is where the reader of a list stands with a session that is not over.
func (r Row) ReaderStatus() ParticipantStatus {
	return StatusOf(r.Status, r.Role, r.State, r.Answer, Presence{})
}
