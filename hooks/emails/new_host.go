package emails

import (
	"fmt"
	"strings"

	"usher/hooks/mail"
	"usher/hooks/tools/text"
)

// NewHostProps are the properties of SessionsNewHost. Sessions has at least one session or series.
type NewHostProps struct {
	From     string // name of the former host; may be empty
	Sessions []SessionProps
	More     int // sessions that are not listed
}

// SessionsNewHost is the email to an invitee about sessions that were handed over to another host (R81, R153). Each
// session or series has its own calendar file, because calendars import only one of them per invitation.
func SessionsNewHost(p NewHostProps) mail.Message {
	first := p.Sessions[0]
	if len(p.Sessions) == 1 && p.More == 0 {
		return p.single(first)
	}
	n := p.More
	s := layout{
		Team: first.Team, Intro: p.intro("these sessions", first.Host), Support: first.Support,
		Footnote: "You're still invited, and your links stay the same. Open the attached calendar files to update your calendar.",
		Reason:   "You're receiving this email because you're invited to these sessions.",
	}
	for _, one := range p.Sessions {
		s.Paragraphs = append(s.Paragraphs, SessionItem{Title: one.Title, Starts: one.Starts, Ends: one.Ends, Series: one.Series}.line(one.Zone))
		n += max(one.Series, 1)
	}
	if p.More > 0 {
		s.Paragraphs = append(s.Paragraphs, fmt.Sprintf("And %d more.", p.More))
	}
	s.Title = fmt.Sprintf("%s have a new host", sessionCount(n))
	m := s.message(mail.KindSessionNewHost, first.To, first.ToName, "New host of "+sessionCount(n)+": "+first.Host)
	for n, one := range p.Sessions {
		with := attachCalendar(mail.Message{}, one.Calendar, one.CalendarMethod)
		for _, file := range with.Attachments {
			if n > 0 {
				file.Name = strings.Replace(file.Name, ".ics", fmt.Sprintf("-%d.ics", n+1), 1)
			}
			m.Attachments = append(m.Attachments, file)
		}
	}
	return m
}

// single is the email about one session or series.
func (p NewHostProps) single(session SessionProps) mail.Message {
	s := session.layout()
	s.Intro = p.intro("this "+session.noun(), session.Host)
	s.Button, s.Link = "Open session", session.Link
	s.Footnote = "You're still invited, and your link stays the same. " + session.joinInstructions()
	s.Reason = "You're receiving this email because you're invited to this session."
	return session.message(s, mail.KindSessionNewHost, "New host: "+session.Title+", "+session.subjectTime())
}

func (p NewHostProps) intro(what, host string) string {
	if p.From == "" {
		return fmt.Sprintf("%s now hosts %s.", text.Isolate(host), what)
	}
	return fmt.Sprintf("%s now hosts %s instead of %s.", text.Isolate(host), what, text.Isolate(p.From))
}
