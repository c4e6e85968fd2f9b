package app

import (
	"usher/hooks/sessions"
	"usher/hooks/tools/text"
)

// statusStyle is how a participant's status is shown: icon, label, and label after a number of participants.
type statusStyle struct{ state, label, countLabel string }

var statusStyles = map[sessions.ParticipantStatus]statusStyle{
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

// participantStatus returns icon and label of a participant's status. stays is when they were in the session: "14:02 to 14:40".
// A host before the session has no label, because the role is shown.
func participantStatus(p *sessions.Participant, status sessions.ParticipantStatus, stays string) (state, word string) {
	l := statusStyles[status]
	switch {
	case p.Role() == sessions.Host && status == sessions.StatusGoing:
		return "", ""
	case status == sessions.StatusLeft && stays != "":
		return l.state, "Joined " + stays
	case status == sessions.StatusNeverCame && p.Answer() == sessions.No:
		return "declined", l.label
	}
	return l.state, l.label
}

// statusCounts returns the number of participants by status: "4 going", "2 no answer".
func statusCounts(by map[sessions.ParticipantStatus]int) []string {
	var all []string
	for _, status := range sessions.ParticipantStatuses {
		if n := by[status]; n > 0 {
			all = append(all, text.Number(n)+" "+statusStyles[status].countLabel)
		}
	}
	return all
}
