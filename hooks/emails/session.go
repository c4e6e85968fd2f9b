package emails

import (
	"fmt"
	"time"

	"usher/hooks/mail"
	"usher/hooks/tools/text"
)

// SessionProps is what the emails about a session need. Zone nil is UTC. Emails that outlive their team are stored with
// it until they leave, so the JSON keys stay as they are.
type SessionProps struct {
	To              string         `json:"To"`
	ToName          string         `json:"ToName"`
	Team            TeamProps      `json:"Team"`
	By              string         `json:"By"` // who asks, changed or cancelled; empty: the team
	Host            string         `json:"Host"`
	Title           string         `json:"Title"`
	Description     string         `json:"Description"`
	Starts          time.Time      `json:"Starts"`
	Ends            time.Time      `json:"Ends"`
	Zone            *time.Location `json:"Zone"` // the recipient's
	Room            string         `json:"Room"`
	Link            string         `json:"Link"`   // his own (R72)
	Series          int            `json:"Series"` // of a letter about a whole series: how many sessions there are from this one on
	Last            time.Time      `json:"Last"`
	RoleText        string         `json:"Leads"`    // "the host", "a co-host" or "a presenter"; empty: takes part
	StillInvited    bool           `json:"Stays"`    // removed from one session of a series, and still invited to others
	NoAccountNeeded bool           `json:"Nameless"` // the link and a name are enough (R70)
	IsMember        bool           `json:"Member"`   // in the team already
	Support         string         `json:"Support"`
	Calendar        []byte         `json:"Calendar"` // the .ics
	CalendarMethod  string         `json:"Method"`   // of the .ics
}

// SessionInvitation asks somebody to a session, or to a series (R69, R97).
func SessionInvitation(p SessionProps) mail.Message {
	s := p.layout()
	s.Intro = fmt.Sprintf("%s asks you to this session.", p.actorName())
	if p.Series > 1 {
		s.Intro = fmt.Sprintf("%s asks you to this series of sessions.", p.actorName())
	}
	if p.RoleText != "" {
		s.Intro += " You are " + p.RoleText + "."
	}
	s.Button, s.Link = "Open the session", p.Link
	s.Footnote = p.joinInstructions()
	s.Reason = fmt.Sprintf("You get this letter because %s asked for you by this address.", p.actorName())
	return p.message(s, mail.KindSessionInvitation, "Invitation: "+p.Title+", "+p.subjectTime())
}

// SessionChanged tells who is asked to a session what it is now.
func SessionChanged(p SessionProps) mail.Message {
	s := p.layout()
	s.Intro = fmt.Sprintf("%s changed this session. This is what holds now:", p.actorName())
	if p.Series > 1 {
		s.Intro = fmt.Sprintf("%s changed this series of sessions. This is what holds now:", p.actorName())
	}
	s.Button, s.Link = "Open the session", p.Link
	s.Footnote = "Your link stays the same. " + p.joinInstructions()
	s.Reason = "You get this letter because you are asked to this session."
	return p.message(s, mail.KindSessionChanged, "Changed: "+p.Title+", "+p.subjectTime())
}

// SessionCancelled tells who is asked to a session that it is off.
func SessionCancelled(p SessionProps) mail.Message {
	s := p.layout()
	s.NoteAuthor, s.Note = "", ""
	s.Paragraphs = append(s.Paragraphs, calendarRemovalNote)
	s.Intro = fmt.Sprintf("%s cancelled this session. It does not take place.", p.actorName())
	s.When.Prefix = "It was planned for"
	if p.Series > 1 {
		s.Intro = fmt.Sprintf("%s cancelled this series. None of its sessions that were still to come takes place.", p.actorName())
		s.When.Prefix = "The next was planned for"
	}
	s.Reason = "You get this letter because you were asked to this session."
	return p.message(s, mail.KindSessionCancelled, "Cancelled: "+p.Title+", "+p.subjectTime())
}

const calendarRemovalNote = "The calendar file with this letter takes it out of your calendar."

// RemovedFromSession tells an invitee that a session, or a series, takes place without them.
func RemovedFromSession(p SessionProps) mail.Message {
	s := p.layout()
	s.NoteAuthor, s.Note, s.Paragraphs = "", "", []string{calendarRemovalNote}
	s.When.Prefix = "It was planned for"
	switch {
	case p.Series > 1:
		s.Intro = fmt.Sprintf("%s removed you from this series of sessions. Your link to it no longer works.", p.actorName())
		s.When.Prefix = "The next was planned for"
	case p.StillInvited:
		s.Intro = fmt.Sprintf("%s removed you from this session. You're still invited to other sessions of the series, and your link opens them.", p.actorName())
	default:
		s.Intro = fmt.Sprintf("%s removed you from this session. Your link to it no longer works.", p.actorName())
	}
	s.Reason = "You're receiving this email because you were invited to this session."
	return p.message(s, mail.KindSessionCancelled, "No longer invited: "+p.Title+", "+p.subjectTime())
}

// HandedOverProps is what SessionsHandedOver needs. Zone nil is UTC.
type HandedOverProps struct {
	To       string
	ToName   string
	Team     TeamProps
	By       string
	From     string // who hosted them
	Sessions []SessionItem
	More     int // that are not named
	Zone     *time.Location
	Link     string // the list of his sessions
	Support  string
	Calendar []byte
}

// SessionItem is a session in a list of several.
type SessionItem struct {
	Title  string
	Starts time.Time
	Ends   time.Time
	Series int // how many sessions of a series it stands for, itself included; 0: it alone
}

// SessionsHandedOver tells somebody which sessions he hosts from now on (R81).
func SessionsHandedOver(p HandedOverProps) mail.Message {
	n := len(p.Sessions) + p.More
	what, subject := fmt.Sprintf("%d sessions are yours now", n), fmt.Sprintf("You host %d more sessions", n)
	if n == 1 {
		what, subject = "A session is yours now", "You host "+p.Sessions[0].Title+" now"
	}
	s := layout{
		Team: p.Team, Title: what,
		Intro:  fmt.Sprintf("%s handed to you what %s was to host.", orElse(p.By, p.Team.Name), orElse(p.From, "somebody else")),
		Button: "See your sessions", Link: p.Link,
		Footnote: "Whoever is asked to them stays asked, and every link stays the same.",
		Reason:   fmt.Sprintf("You get this letter because you host sessions in %s.", p.Team.Name),
		Support:  p.Support,
	}
	for _, one := range p.Sessions {
		s.Paragraphs = append(s.Paragraphs, one.Title+": "+formatRange(one.Starts, one.Ends, p.Zone)+" "+formatZone(one.Starts, p.Zone))
	}
	if p.More > 0 {
		s.Paragraphs = append(s.Paragraphs, fmt.Sprintf("And %d more.", p.More))
	}
	l := s.message(mail.KindSessionHandedOver, p.To, p.ToName, subject)
	return attachCalendar(l, p.Calendar, "PUBLISH")
}

func (p SessionProps) actorName() string { return orElse(p.By, p.Team.Name) }

// layout is what all letters about a session say of it.
func (p SessionProps) layout() layout {
	s := layout{Team: p.Team, Title: p.Title, Support: p.Support,
		When: timeLine{"When:", formatRange(p.Starts, p.Ends, p.Zone), formatZone(p.Starts, p.Zone)}}
	if p.Description != "" {
		s.NoteAuthor, s.Note = orElse(p.Host, p.actorName()), p.Description
	}
	if p.Host != "" && p.Host != p.By {
		s.Paragraphs = append(s.Paragraphs, "Host: "+p.Host+".")
	}
	if p.Room != "" {
		s.Paragraphs = append(s.Paragraphs, "Room: "+p.Room+".")
	}
	if p.Series > 1 {
		s.Paragraphs = append(s.Paragraphs, fmt.Sprintf("A series of %d sessions, until %s. They are in the calendar file with this letter.",
			p.Series, p.Last.In(orUTC(p.Zone)).Format("Monday 2 January 2006")))
		s.When.Prefix = "The next:"
	}
	return s
}

// joinInstructions is how the recipient comes in.
func (p SessionProps) joinInstructions() string {
	switch {
	case p.NoAccountNeeded:
		return "Your name is enough to come in. The link is for you alone: whoever has it comes in as you."
	case p.IsMember:
		return "You come in signed in as " + p.To + "."
	}
	return "You come in signed in as " + p.To + "; an account is made on the way, if there is none. The link is for you alone."
}

// subjectTime is when the session is, for a subject.
func (p SessionProps) subjectTime() string {
	starts := p.Starts.In(orUTC(p.Zone))
	return text.DateAndTime(starts, "Mon 2 Jan 2006") + " (" + formatOffset(starts) + ")"
}

func (p SessionProps) message(s layout, kind, subject string) mail.Message {
	return attachCalendar(s.message(kind, p.To, p.ToName, subject), p.Calendar, p.CalendarMethod)
}

func attachCalendar(l mail.Message, calendar []byte, method string) mail.Message {
	if len(calendar) > 0 {
		l.Attachments = []mail.Attachment{{Name: "invite.ics", Type: "text/calendar; charset=utf-8; method=" + method, Content: calendar}}
	}
	return l
}

// formatRange is a time from one moment to another in words.
func formatRange(from, to time.Time, zone *time.Location) string {
	from, to = from.In(orUTC(zone)), to.In(orUTC(zone))
	if from.Format(time.DateOnly) == to.Format(time.DateOnly) {
		return formatTime(from, zone) + " to " + text.TimeOfDay(to)
	}
	return formatTime(from, zone) + " to " + formatTime(to, zone)
}
