package emails

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"usher/hooks/mail"
	"usher/hooks/tools/text"
)

// SessionProps are the properties of the emails about a session or a series. A nil Zone is UTC. After a team is deleted,
// its queued emails are stored as these properties, so the JSON keys must not change.
type SessionProps struct {
	To              string         `json:"To"`
	ToName          string         `json:"ToName"`
	Team            TeamProps      `json:"Team"`
	By              string         `json:"By"` // who invited, changed or cancelled; empty: the team
	Host            string         `json:"Host"`
	Title           string         `json:"Title"`
	Description     string         `json:"Description"`
	Starts          time.Time      `json:"Starts"`
	Ends            time.Time      `json:"Ends"`
	Zone            *time.Location `json:"Zone"` // the recipient's
	Room            string         `json:"Room"`
	Recorded        bool           `json:"Recorded"`            // from start to end
	HostEmail       string         `json:"HostEmail,omitempty"` // replies go there; empty: to the sender
	Was             *SessionBefore `json:"Was,omitempty"`       // in an email about a change of one session
	Moved           bool           `json:"Moved,omitempty"`     // the start changed, so the recipient's RSVP was reset
	Link            string         `json:"Link"`                // the recipient's personal link (R72)
	Series          int            `json:"Series"`              // in an email about a series: the number of sessions from this one on
	Last            time.Time      `json:"Last"`
	RoleText        string         `json:"Leads"`    // "the host", "a co-host" or "a presenter"; empty: participant
	StillInvited    bool           `json:"Stays"`    // removed from one session of a series, still invited to others
	NoAccountNeeded bool           `json:"Nameless"` // the recipient joins with the link and a name (R70)
	IsMember        bool           `json:"Member"`   // already in the team
	Support         string         `json:"Support"`
	Calendar        []byte         `json:"Calendar"` // the .ics file
	CalendarMethod  string         `json:"Method"`   // of the .ics file
}

// SessionBefore is what a session was before it changed.
type SessionBefore struct {
	Title  string    `json:"title"`
	Starts time.Time `json:"starts"`
	Ends   time.Time `json:"ends"`
	Room   string    `json:"room"`
}

// changes says what changed: "Title: Final review (was Review)".
func (p SessionProps) changes() (lines []string) {
	if p.Was == nil {
		return nil
	}
	was := func(what, before, now string) {
		if before != now {
			lines = append(lines, what+": "+now+" (was "+before+")")
		}
	}
	zone := orUTC(p.Zone)
	moment := func(at time.Time) string { return text.DateAndTime(at.In(zone), "Mon 2 Jan 2006") }
	was("Start", moment(p.Was.Starts), moment(p.Starts))
	if p.Was.Ends.Sub(p.Was.Starts) != p.Ends.Sub(p.Starts) {
		was("End", text.TimeOfDay(p.Was.Ends.In(zone)), text.TimeOfDay(p.Ends.In(zone)))
	}
	was("Title", text.Isolate(p.Was.Title), text.Isolate(p.Title))
	was("Room", orElse(p.Was.Room, "none"), orElse(p.Room, "none"))
	return lines
}

// moved reports whether the session starts at another time than before. Emails that were queued by older versions only have
// Was.
func (p SessionProps) moved() bool { return p.Moved || p.Was != nil && !p.Was.Starts.Equal(p.Starts) }

// SessionInvitation is the email that invites someone to a session or a series (R69, R97).
func SessionInvitation(p SessionProps) mail.Message {
	s := p.layout()
	s.Intro = fmt.Sprintf("%s invited you to this %s", p.actorName(), p.noun())
	if p.RoleText != "" {
		s.Intro += " as " + p.RoleText
	}
	s.Intro += "."
	s.Button, s.Link = "Open session", p.Link
	s.Footnote = p.joinInstructions()
	s.Reason = fmt.Sprintf("You're receiving this email because %s invited you with this address.", p.actorName())
	return p.message(s, mail.KindSessionInvitation, "Invitation: "+p.Title+", "+p.subjectTime())
}

// SessionChanged is the email to an invitee after a session or a series changed.
func SessionChanged(p SessionProps) mail.Message {
	s := p.changedLayout()
	s.Intro = fmt.Sprintf("%s changed this %s. Here are the new details.", p.actorName(), p.noun())
	return p.message(s, mail.KindSessionChanged, "Changed: "+p.Title+", "+p.subjectTime())
}

// SessionReinstated is the email to an invitee who was notified of a cancellation that was undone.
func SessionReinstated(p SessionProps) mail.Message {
	s := p.changedLayout()
	s.Intro = fmt.Sprintf("%s undid the cancellation. This session takes place after all.", p.actorName())
	if p.Series > 1 {
		s.Intro = fmt.Sprintf("%s undid the cancellation. The upcoming sessions of this series take place after all.", p.actorName())
	}
	return p.message(s, mail.KindSessionChanged, "Takes place after all: "+p.Title+", "+p.subjectTime())
}

// changedLayout is what the emails about a session that has changed since the last email have in common.
func (p SessionProps) changedLayout() layout {
	s := p.layout()
	if p.Was != nil && p.Was.Room != p.Room {
		s.Paragraphs = slices.DeleteFunc(s.Paragraphs, func(line string) bool { return line == p.roomLine() })
	}
	s.Paragraphs = append(p.changes(), s.Paragraphs...)
	if p.moved() && p.RoleText != "the host" {
		s.Paragraphs = append(s.Paragraphs, "If you already replied, please reply again for the new time.")
	}
	s.Button, s.Link = "Open session", p.Link
	s.Footnote = "Your link stays the same. " + p.joinInstructions()
	s.Reason = "You're receiving this email because you're invited to this session."
	return s
}

// SessionCancelled is the email to an invitee after a session or a series was cancelled.
func SessionCancelled(p SessionProps) mail.Message {
	s := p.layout()
	s.NoteAuthor, s.Note = "", ""
	s.Paragraphs = append(s.Paragraphs, calendarRemovalNote)
	s.Intro = fmt.Sprintf("%s cancelled this session.", p.actorName())
	s.When.Prefix = "Was scheduled for:"
	if p.Series > 1 {
		s.Intro = fmt.Sprintf("%s cancelled all upcoming sessions of this series.", p.actorName())
		s.When.Prefix = "Next session was scheduled for:"
	}
	s.Reason = "You're receiving this email because you were invited to this session."
	return p.message(s, mail.KindSessionCancelled, "Cancelled: "+p.Title+", "+p.subjectTime())
}

const calendarRemovalNote = "Open the attached calendar file to update your calendar."

// RemovedFromSession is the email to someone who is no longer invited to a session or a series.
func RemovedFromSession(p SessionProps) mail.Message {
	s := p.layout()
	s.NoteAuthor, s.Note, s.Paragraphs = "", "", []string{calendarRemovalNote}
	s.When.Prefix = "Scheduled for:"
	switch {
	case p.Series > 1:
		s.Intro = fmt.Sprintf("%s removed you from this series. Your link no longer works unless you're invited again.", p.actorName())
		s.When.Prefix = "Next session:"
	case p.StillInvited:
		s.Intro = fmt.Sprintf("%s removed you from this session. You're still invited to other sessions of the series, and your link works for them.", p.actorName())
	default:
		s.Intro = fmt.Sprintf("%s removed you from this session. Your link no longer works unless you're invited again.", p.actorName())
	}
	s.Reason = "You're receiving this email because you were invited to this session."
	return p.message(s, mail.KindSessionCancelled, "No longer invited: "+p.Title+", "+p.subjectTime())
}

// HandedOverProps are the properties of SessionsHandedOver. A nil Zone is UTC.
type HandedOverProps struct {
	To       string
	ToName   string
	Team     TeamProps
	By       string
	From     string // the former host
	Sessions []SessionItem
	More     int // sessions that are not listed
	Zone     *time.Location
	Link     string // the recipient's list of sessions
	Support  string
	Calendar []byte
}

// SessionItem is a session, or a series, in a list.
type SessionItem struct {
	Title  string
	Starts time.Time
	Ends   time.Time
	Series int // sessions of the series from this one on; 0 for a single session
}

// SessionsHandedOver is the email to the new host of sessions that were handed over (R81).
func SessionsHandedOver(p HandedOverProps) mail.Message {
	n := len(p.Sessions) + p.More
	title, subject := fmt.Sprintf("You're now the host of %d sessions", n), fmt.Sprintf("You're now the host of %d sessions", n)
	if n == 1 {
		title, subject = "You're now the host of this session", "You're now the host of "+p.Sessions[0].Title
	}
	s := layout{
		Team: p.Team, Title: title,
		Intro:  fmt.Sprintf("%s handed %s over to you from %s.", orElse(p.By, p.Team.Name), pronoun(n), orElse(p.From, "another host")),
		Button: "View your sessions", Link: p.Link,
		Footnote: "Invitees stay invited, and their links stay the same.",
		Reason:   fmt.Sprintf("You're receiving this email because you host sessions in %s.", text.Isolate(p.Team.Name)),
		Support:  p.Support,
	}
	for _, one := range p.Sessions {
		s.Paragraphs = append(s.Paragraphs, text.Isolate(one.Title)+": "+formatRange(one.Starts, one.Ends, p.Zone)+" "+formatZone(one.Starts, p.Zone))
	}
	if p.More > 0 {
		s.Paragraphs = append(s.Paragraphs, fmt.Sprintf("And %d more.", p.More))
	}
	m := s.message(mail.KindSessionHandedOver, p.To, p.ToName, subject)
	return attachCalendar(m, p.Calendar, "PUBLISH")
}

func pronoun(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

func (p SessionProps) actorName() string { return orElse(p.By, p.Team.Name) }

func (p SessionProps) noun() string {
	if p.Series > 1 {
		return "series of sessions"
	}
	return "session"
}

// layout returns what the emails about a session have in common.
func (p SessionProps) layout() layout {
	s := layout{Team: p.Team, Title: p.Title, Support: p.Support,
		When: timeLine{"When:", formatRange(p.Starts, p.Ends, p.Zone), formatZone(p.Starts, p.Zone)}}
	if p.Description != "" {
		s.NoteAuthor, s.Note = orElse(p.Host, cmp.Or(p.By, p.Team.Name)), p.Description
	}
	if p.Host != "" && p.Host != p.By {
		s.Paragraphs = append(s.Paragraphs, "Host: "+text.Isolate(p.Host))
	}
	if p.Room != "" {
		s.Paragraphs = append(s.Paragraphs, p.roomLine())
	}
	if p.Recorded {
		s.Paragraphs = append(s.Paragraphs, "This session is recorded. By joining, you agree to be recorded.")
	}
	if p.Series > 1 {
		s.Paragraphs = append(s.Paragraphs, fmt.Sprintf("%s, until %s.",
			sessionCount(p.Series), p.Last.In(orUTC(p.Zone)).Format("Monday 2 January 2006")))
		s.When.Prefix = "Next session:"
	}
	return s
}

func (p SessionProps) roomLine() string { return "Room: " + text.Isolate(p.Room) }

// joinInstructions says how the recipient joins the session.
func (p SessionProps) joinInstructions() string {
	const personal = "The link is personal, so don't share it."
	switch {
	case p.NoAccountNeeded:
		return "You don't need an account to join, only your name. " + personal
	case p.IsMember:
		return "Sign in as " + p.To + " to join."
	}
	return "Sign in as " + p.To + " to join. If you don't have an account yet, you can create one when you open the link. " + personal
}

// subjectTime is the session's start, for a subject.
func (p SessionProps) subjectTime() string {
	starts := p.Starts.In(orUTC(p.Zone))
	return text.DateAndTime(starts, "Mon 2 Jan 2006") + " (" + formatOffset(starts) + ")"
}

func (p SessionProps) message(s layout, kind, subject string) mail.Message {
	m := attachCalendar(s.message(kind, p.To, p.ToName, subject), p.Calendar, p.CalendarMethod)
	m.ReplyTo = p.HostEmail
	return m
}

func attachCalendar(m mail.Message, calendar []byte, method string) mail.Message {
	if len(calendar) > 0 {
		m.Attachments = []mail.Attachment{{Name: "invite.ics", Type: "text/calendar; charset=utf-8; method=" + method, Content: calendar}}
	}
	return m
}

// formatRange returns the time from one moment to another, without the zone.
func formatRange(from, to time.Time, zone *time.Location) string {
	from, to = from.In(orUTC(zone)), to.In(orUTC(zone))
	if from.Format(time.DateOnly) == to.Format(time.DateOnly) {
		return formatTime(from, zone) + " to " + text.TimeOfDay(to)
	}
	return formatTime(from, zone) + " to " + formatTime(to, zone)
}
