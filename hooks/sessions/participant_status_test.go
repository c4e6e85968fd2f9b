package sessions_test

import (
	"testing"

	"usher/hooks/sessions"
)

// TestStatusOf_EveryCombination holds the table of statuses: a row applies to all combinations that it matches and no earlier
// row does. Every combination must match a row.
func TestStatusOf_EveryCombination(t *testing.T) {
	any := []string(nil)
	one := func(values ...string) []string { return values }
	type presences []sessions.Presence
	absent, unknown := sessions.Presence{}, sessions.Presence{}
	here, was := sessions.Presence{InSession: true, Attended: true}, sessions.Presence{Attended: true}
	over, attended := sessions.Presence{Reported: true}, sessions.Presence{Reported: true, Attended: true}
	all := presences{absent, here, was, over, attended}
	table := []struct {
		session, part, state, answer []string
		presence                     presences
		want                         sessions.ParticipantStatus
	}{
		{any, any, one("out"), any, all, sessions.StatusRemoved},
		{any, any, one("refused"), any, all, sessions.StatusDenied},
		{one("running"), any, any, any, presences{here}, sessions.StatusInSession},
		{one("running"), any, any, any, presences{was, attended}, sessions.StatusLeft},
		{one("ended"), any, any, any, presences{here, was, attended}, sessions.StatusLeft},
		{one("ended"), any, one("waiting"), any, all, sessions.StatusNotAdmitted},
		{one("scheduled", "running"), any, one("waiting"), any, all, sessions.StatusWaiting},
		{one("ended"), any, any, any, presences{over}, sessions.StatusNeverCame},
		{any, any, one("declined"), any, all, sessions.StatusNotGoing},
		{any, one("host"), any, any, all, sessions.StatusGoing},
		{any, any, any, one("no"), all, sessions.StatusNotGoing},
		{any, any, one("admitted", "waiting"), one("", "yes"), all, sessions.StatusGoing},
		{any, any, one("admitted"), one("maybe"), all, sessions.StatusGoing}, // joining is the acceptance
		{any, any, any, one("maybe"), all, sessions.StatusMaybe},
		{any, any, any, one("yes"), all, sessions.StatusGoing},
		{any, any, one("invited"), one(""), presences{unknown}, sessions.StatusNoAnswer},
		{any, any, one("invited"), one(""), all, sessions.StatusNoAnswer},
	}
	matches := func(values []string, value string) bool {
		for _, v := range values {
			if v == value {
				return true
			}
		}
		return values == nil
	}
	known := map[sessions.ParticipantStatus]bool{}
	for _, status := range sessions.ParticipantStatuses {
		known[status] = true
	}
	reached := map[sessions.ParticipantStatus]bool{}
	for _, session := range one("scheduled", "running", "ended", "cancelled") {
		for _, part := range one("host", "cohost", "presenter", "attendee") {
			for _, state := range one("invited", "declined", "waiting", "admitted", "refused", "out") {
				for _, answer := range one("", "yes", "maybe", "no") {
				presence:
					for _, presence := range all {
						got := sessions.StatusOf(session, part, state, answer, presence)
						reached[got] = true
						for _, row := range table {
							if !matches(row.session, session) || !matches(row.part, part) || !matches(row.state, state) || !matches(row.answer, answer) {
								continue
							}
							for _, p := range row.presence {
								if p != presence {
									continue
								}
								if got != row.want {
									t.Errorf("%s, %s, %s, answer %q, %+v: %s, want %s", session, part, state, answer, presence, got, row.want)
								}
								continue presence
							}
						}
						t.Errorf("no row for %s, %s, %s, answer %q, %+v", session, part, state, answer, presence)
					}
				}
			}
		}
	}
	for status := range reached {
		if !known[status] {
			t.Errorf("%s is not among ParticipantStatuses", status)
		}
	}
	if len(reached) != len(sessions.ParticipantStatuses) {
		t.Errorf("%d of %d statuses are reached, want %v", len(reached), len(sessions.ParticipantStatuses), len(sessions.ParticipantStatuses))
	}
}
