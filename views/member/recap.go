package member

import (
	"cmp"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/attendances"
	"usher/hooks/record"
	"usher/hooks/sessions"
)

// recap is what really was: from when to when, and who was there.
func (p *detailsForm) recap(app core.App, session *sessions.Session, actor *actors.Actor) error {
	p.Began, p.Over = session.Started().In(p.Zone), session.Ended()
	if !p.Over.IsZero() {
		p.Over = p.Over.In(p.Zone)
	}
	p.Reason = reasonWords[session.GetString("end_reason")]
	stays, err := attendances.Of(app, session.Id)
	p.Known = !p.Over.IsZero() && (len(stays) > 0 || !p.Elsewhere)
	lines := map[string]int{}
	p.were = map[string]bool{}
	for _, stay := range stays {
		p.were[stay.ParticipantID()], p.were[stay.UserID()] = true, true
		if p.Guest && stay.UserID() != actor.Account.Id {
			continue
		}
		line := stayLine{Name: stay.Name(), Time: record.Clock(stay.Joined().In(p.Zone)) + " to now"}
		if left := stay.Left(); !left.IsZero() {
			line.Time = between(stay.Joined().In(p.Zone), left.In(p.Zone))
		}
		if stay.Estimated() {
			line.Time = "about " + line.Time
		}
		// Whoever went and came back is one person with several stays.
		who := cmp.Or(stay.ParticipantID(), stay.Name())
		if n, known := lines[who]; known {
			p.Stays[n].Time += ", " + line.Time
			continue
		}
		lines[who] = len(p.Stays)
		p.Stays = append(p.Stays, line)
	}
	return err
}

var reasonWords = map[string]string{
	"host": "Ended by the host.", "admin": "Ended from the Admin Panel.", "time": "Ended by itself when its time was over.",
	"empty": "Ended by itself when nobody was in it any more.", "elsewhere": "Ended by the program that held it.", "host_gone": "Ended when its host left the team.",
}

// spanWords is from when to when, and how long that is.
func spanWords(from, to time.Time) string {
	return strings.TrimSpace(between(from, to) + ", " + sessions.Length(int(to.Sub(from).Round(time.Minute)/time.Minute)))
}

// came says whether one of those who are asked was there.
func (p *detailsForm) came(one *sessions.Participant) bool {
	return p.were[one.Id] || one.UserID() != "" && p.were[one.UserID()]
}

// missed is the word for who was asked and never stood at the door.
const missed = "Did not come"

// presence says of somebody who was asked whether he was there.
func presence(p *sessions.Participant, came bool) (state, word string) {
	switch out := p.State() == sessions.StateOut || p.State() == sessions.StateRefused; {
	case out:
		return answerOf(p, true)
	case came:
		return "accepted", "Was there"
	case p.State() == sessions.StateWaiting:
		return answerOf(p, true)
	case p.Answered() == sessions.No || p.State() == sessions.StateDeclined:
		return "declined", missed
	}
	return "expired", missed
}
