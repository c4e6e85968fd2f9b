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
	p.were = map[string]attended{}
	for _, stay := range stays {
		line := stayLine{Name: stay.Name(), Time: record.Clock(stay.Joined().In(p.Zone)) + " to now"}
		if left := stay.Left(); !left.IsZero() {
			line.Time = between(stay.Joined().In(p.Zone), left.In(p.Zone))
		}
		if stay.Estimated() {
			line.Time = "about " + line.Time
		}
		p.mark(stay.ParticipantID(), line.Time, stay.Left().IsZero())
		p.mark(stay.UserID(), line.Time, stay.Left().IsZero())
		if p.Guest && stay.UserID() != actor.Account.Id {
			continue
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

// presence is what is known of a participant's time in the session.
func (p *detailsForm) presence(one *sessions.Participant) sessions.Presence {
	for _, key := range []string{one.Id, one.UserID()} {
		if was, ok := p.were[key]; ok && key != "" {
			return sessions.Presence{Here: was.here, Was: true, Known: p.Known}
		}
	}
	return sessions.Presence{Known: p.Known}
}

// staysOf are the times at which a participant was in the session, or empty.
func (p *detailsForm) staysOf(one *sessions.Participant) string {
	for _, key := range []string{one.Id, one.UserID()} {
		if was, ok := p.were[key]; ok && key != "" {
			return was.times
		}
	}
	return ""
}

// attended is a participant's time in the session.
type attended struct {
	times string
	here  bool
}

// mark adds a stay to what is known of a participant, by the row on the list or by the account.
func (p *detailsForm) mark(key, times string, here bool) {
	if key == "" {
		return
	}
	was := p.were[key]
	if was.times != "" {
		times = was.times + ", " + times
	}
	p.were[key] = attended{times, was.here || here}
}
