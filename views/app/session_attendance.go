package app

import (
	"cmp"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/attendances"
	"usher/hooks/sessions"
	"usher/hooks/tools/text"
)

// loadRecap loads when the session took place and who attended.
func (p *sessionDetailsProps) loadRecap(app core.App, session *sessions.Session, actor *actors.Actor) error {
	p.StartedAt, p.EndedAt = session.Started().In(p.Zone), session.Ended()
	if !p.EndedAt.IsZero() {
		p.EndedAt = p.EndedAt.In(p.Zone)
	}
	p.Reason = endReasonText[session.EndReason()]
	stays, err := attendances.List(app, session.Id)
	p.AttendanceKnown = !p.EndedAt.IsZero() && (len(stays) > 0 || !p.External)
	lines := map[string]int{}
	p.attendanceBy = map[string]attendance{}
	for _, stay := range stays {
		line := attendanceLine{Name: stay.Name(), Time: text.TimeOfDay(stay.Joined().In(p.Zone)) + " to now"}
		if left := stay.Left(); !left.IsZero() {
			line.Time = timeRange(stay.Joined().In(p.Zone), left.In(p.Zone))
		}
		if stay.Estimated() {
			line.Time = "about " + line.Time
		}
		p.addAttendance(stay.ParticipantID(), line.Time, stay.Left().IsZero())
		p.addAttendance(stay.UserID(), line.Time, stay.Left().IsZero())
		if p.Guest && stay.UserID() != actor.Account.Id {
			continue
		}
		// A person who left and came back has several stays on one line.
		who := cmp.Or(stay.ParticipantID(), stay.Name())
		if n, known := lines[who]; known {
			p.Attendances[n].Time += ", " + line.Time
			continue
		}
		lines[who] = len(p.Attendances)
		p.Attendances = append(p.Attendances, line)
	}
	return err
}

var endReasonText = map[string]string{
	"host": "Ended by the host.", "admin": "Ended from the Admin Panel.", "time": "Ended automatically at its scheduled end.",
	"empty": "Ended automatically after everyone left.", "elsewhere": "Ended in the external tool.", "host_gone": "Ended when the host left the team.",
}

// spanText formats a time span and its length.
func spanText(from, to time.Time) string {
	return strings.TrimSpace(timeRange(from, to) + ", " + sessions.FormatMinutes(int(to.Sub(from).Round(time.Minute)/time.Minute)))
}

// presence returns what is known about a participant's attendance.
func (p *sessionDetailsProps) presence(one *sessions.Participant) sessions.Presence {
	for _, key := range []string{one.Id, one.UserID()} {
		if was, ok := p.attendanceBy[key]; ok && key != "" {
			return sessions.Presence{InSession: was.inSession, Attended: true, Reported: p.AttendanceKnown}
		}
	}
	return sessions.Presence{Reported: p.AttendanceKnown}
}

// attendanceTimes returns when a participant was in the session, or "".
func (p *sessionDetailsProps) attendanceTimes(one *sessions.Participant) string {
	for _, key := range []string{one.Id, one.UserID()} {
		if was, ok := p.attendanceBy[key]; ok && key != "" {
			return was.times
		}
	}
	return ""
}

// attendance is the time that a participant spent in the session.
type attendance struct {
	times     string
	inSession bool
}

// addAttendance adds a stay to a participant's attendance. key is the ID of the participant or of the account.
func (p *sessionDetailsProps) addAttendance(key, times string, here bool) {
	if key == "" {
		return
	}
	was := p.attendanceBy[key]
	if was.times != "" {
		times = was.times + ", " + times
	}
	p.attendanceBy[key] = attendance{times, was.inSession || here}
}
