package mail

import (
	"fmt"
	"strings"
)

// NewHostProps is what SessionsNewHost needs. Sessions are at least one; each stands for a series where its Series says so.
type NewHostProps struct {
	From     string // name of who hosted them; may be empty
	Sessions []SessionProps
	More     int // sessions that are not listed
}

// SessionsNewHost is the email to an invitee about sessions that were handed over to another host (R81, R153). Each
// session or series has a calendar file of its own: calendars read one event, or one series, out of an invitation.
func SessionsNewHost(p NewHostProps) Letter {
	first := p.Sessions[0]
	if len(p.Sessions) == 1 && p.More == 0 {
		return p.one(first)
	}
	n := p.More
	s := sheet{
		Team: first.Team, Lead: p.lead("these sessions", first.Host), Support: first.Support,
		After: "You're still invited, and your links stay the same. The calendar files with this email update your calendar.",
		Why:   "You're receiving this email because you're invited to these sessions.",
	}
	for _, one := range p.Sessions {
		s.Says = append(s.Says, PlannedProps{Title: one.Title, Starts: one.Starts, Ends: one.Ends, Series: one.Series}.line(one.Zone))
		n += max(one.Series, 1)
	}
	if p.More > 0 {
		s.Says = append(s.Says, fmt.Sprintf("And %d more.", p.More))
	}
	s.Title = fmt.Sprintf("%s have a new host", sessions(n))
	letter := s.letter(KindSessionNewHost, first.To, first.ToName, "New host of "+sessions(n)+": "+first.Host)
	for n, one := range p.Sessions {
		with := attached(Letter{}, one.Calendar, one.Method)
		for _, file := range with.Attachments {
			if n > 0 {
				file.Name = strings.Replace(file.Name, ".ics", fmt.Sprintf("-%d.ics", n+1), 1)
			}
			letter.Attachments = append(letter.Attachments, file)
		}
	}
	return letter
}

// one is the email about one session, or one series.
func (p NewHostProps) one(session SessionProps) Letter {
	s := session.sheet()
	what := "this session"
	if session.Series > 1 {
		what = "this series of sessions"
	}
	s.Lead = p.lead(what, session.Host)
	s.Button, s.Link = "Open the session", session.Link
	s.After = "You're still invited, and your link stays the same. " + session.way()
	s.Why = "You're receiving this email because you're invited to this session."
	return session.letter(s, KindSessionNewHost, "New host: "+session.Title+", "+session.short())
}

func (p NewHostProps) lead(what, host string) string {
	if p.From == "" {
		return fmt.Sprintf("%s now hosts %s.", host, what)
	}
	return fmt.Sprintf("%s now hosts %s instead of %s.", host, what, p.From)
}
