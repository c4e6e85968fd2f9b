package member

import (
	"usher/hooks/sessions"
	"usher/views/ui"
)

// statusLook is how a participant's status looks: the icon, the word, and the word behind a number of participants.
type statusLook struct{ state, word, many string }

var statusLooks = map[sessions.ParticipantStatus]statusLook{
	sessions.StatusNoAnswer:    {"expired", "No answer", "no answer"},
	sessions.StatusGoing:       {"accepted", "Going", "going"},
	sessions.StatusMaybe:       {"pending", "Maybe", "maybe"},
	sessions.StatusNotGoing:    {"declined", "Not going", "not going"},
	sessions.StatusWaiting:     {"pending", "Waiting", "waiting"},
	sessions.StatusInSession:   {"accepted", "In the session", "in the session"},
	sessions.StatusLeft:        {"accepted", "Joined", "joined"},
	sessions.StatusNotAdmitted: {"expired", "Waited, not admitted", "not admitted"},
	sessions.StatusDenied:      {"revoked", "Not admitted", "denied"},
	sessions.StatusRemoved:     {"revoked", "Removed", "removed"},
	sessions.StatusNeverCame:   {"expired", "Didn't join", "didn't join"},
}

// look is the status of a participant in a line of the details. stays are the times at which they were in it: "14:02 to 14:40".
// A host before the session has no word: their part says it.
func look(p *sessions.Participant, status sessions.ParticipantStatus, stays string) (state, word string) {
	l := statusLooks[status]
	switch {
	case p.Part() == sessions.Host && status == sessions.StatusGoing:
		return "", ""
	case status == sessions.StatusLeft && stays != "":
		return l.state, "Joined " + stays
	case status == sessions.StatusNeverCame && p.Answered() == sessions.No:
		return "declined", l.word
	}
	return l.state, l.word
}

// counted are the numbers of a session's participants by status: "6 invitees", "4 going", "2 no answer".
func counted(by map[sessions.ParticipantStatus]int) []string {
	var all []string
	for _, status := range sessions.ParticipantStatuses {
		if n := by[status]; n > 0 {
			all = append(all, ui.Number(n)+" "+statusLooks[status].many)
		}
	}
	return all
}
