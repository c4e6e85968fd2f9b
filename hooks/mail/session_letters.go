package mail

import (
	"fmt"
	"time"

	"usher/hooks/record"
)

// SessionProps is what the emails about a session need. Zone nil is UTC. Emails that outlive their team are stored with
// it until they leave, so the JSON keys stay as they are.
type SessionProps struct {
	To          string         `json:"To"`
	ToName      string         `json:"ToName"`
	Team        TeamProps      `json:"Team"`
	By          string         `json:"By"` // who asks, changed or cancelled; empty: the team
	Host        string         `json:"Host"`
	Title       string         `json:"Title"`
	Description string         `json:"Description"`
	Starts      time.Time      `json:"Starts"`
	Ends        time.Time      `json:"Ends"`
	Zone        *time.Location `json:"Zone"` // the recipient's
	Room        string         `json:"Room"`
	Link        string         `json:"Link"`   // his own (R72)
	Series      int            `json:"Series"` // of a letter about a whole series: how many sessions there are from this one on
	Last        time.Time      `json:"Last"`
	Leads       string         `json:"Leads"`    // "the host", "a co-host" or "a presenter"; empty: takes part
	Stays       bool           `json:"Stays"`    // removed from one session of a series, and still invited to others
	Nameless    bool           `json:"Nameless"` // the link and a name are enough (R70)
	Member      bool           `json:"Member"`   // in the team already
	Support     string         `json:"Support"`
	Calendar    []byte         `json:"Calendar"` // the .ics
	Method      string         `json:"Method"`   // of the .ics
}

// SessionInvitation asks somebody to a session, or to a series (R69, R97).
func SessionInvitation(p SessionProps) Letter {
	s := p.sheet()
	s.Lead = fmt.Sprintf("%s asks you to this session.", p.by())
	if p.Series > 1 {
		s.Lead = fmt.Sprintf("%s asks you to this series of sessions.", p.by())
	}
	if p.Leads != "" {
		s.Lead += " You are " + p.Leads + "."
	}
	s.Button, s.Link = "Open the session", p.Link
	s.After = p.way()
	s.Why = fmt.Sprintf("You get this letter because %s asked for you by this address.", p.by())
	return p.letter(s, KindSessionInvitation, "Invitation: "+p.Title+", "+p.short())
}

// SessionChanged tells who is asked to a session what it is now.
func SessionChanged(p SessionProps) Letter {
	s := p.sheet()
	s.Lead = fmt.Sprintf("%s changed this session. This is what holds now:", p.by())
	if p.Series > 1 {
		s.Lead = fmt.Sprintf("%s changed this series of sessions. This is what holds now:", p.by())
	}
	s.Button, s.Link = "Open the session", p.Link
	s.After = "Your link stays the same. " + p.way()
	s.Why = "You get this letter because you are asked to this session."
	return p.letter(s, KindSessionChanged, "Changed: "+p.Title+", "+p.short())
}

// SessionCancelled tells who is asked to a session that it is off.
func SessionCancelled(p SessionProps) Letter {
	s := p.sheet()
	s.NoteBy, s.Note = "", ""
	s.Says = append(s.Says, takesOut)
	s.Lead = fmt.Sprintf("%s cancelled this session. It does not take place.", p.by())
	s.At.Before = "It was planned for"
	if p.Series > 1 {
		s.Lead = fmt.Sprintf("%s cancelled this series. None of its sessions that were still to come takes place.", p.by())
		s.At.Before = "The next was planned for"
	}
	s.Why = "You get this letter because you were asked to this session."
	return p.letter(s, KindSessionCancelled, "Cancelled: "+p.Title+", "+p.short())
}

const takesOut = "The calendar file with this letter takes it out of your calendar."

// SessionWithdrawn tells an invitee that a session, or a series, takes place without them.
func SessionWithdrawn(p SessionProps) Letter {
	s := p.sheet()
	s.NoteBy, s.Note, s.Says = "", "", []string{takesOut}
	s.At.Before = "It was planned for"
	switch {
	case p.Series > 1:
		s.Lead = fmt.Sprintf("%s removed you from this series of sessions. Your link to it no longer works.", p.by())
		s.At.Before = "The next was planned for"
	case p.Stays:
		s.Lead = fmt.Sprintf("%s removed you from this session. You're still invited to other sessions of the series, and your link opens them.", p.by())
	default:
		s.Lead = fmt.Sprintf("%s removed you from this session. Your link to it no longer works.", p.by())
	}
	s.Why = "You're receiving this email because you were invited to this session."
	return p.letter(s, KindSessionCancelled, "No longer invited: "+p.Title+", "+p.short())
}

// HandedOverProps is what SessionsHandedOver needs. Zone nil is UTC.
type HandedOverProps struct {
	To       string
	ToName   string
	Team     TeamProps
	By       string
	From     string // who hosted them
	Sessions []PlannedProps
	More     int // that are not named
	Zone     *time.Location
	Link     string // the list of his sessions
	Support  string
	Calendar []byte
}

// PlannedProps is a session in a list of several.
type PlannedProps struct {
	Title  string
	Starts time.Time
	Ends   time.Time
	Series int // how many sessions of a series it stands for, itself included; 0: it alone
}

// SessionsHandedOver tells somebody which sessions he hosts from now on (R81).
func SessionsHandedOver(p HandedOverProps) Letter {
	n := len(p.Sessions) + p.More
	what, subject := fmt.Sprintf("%d sessions are yours now", n), fmt.Sprintf("You host %d more sessions", n)
	if n == 1 {
		what, subject = "A session is yours now", "You host "+p.Sessions[0].Title+" now"
	}
	s := sheet{
		Team: p.Team, Title: what,
		Lead:   fmt.Sprintf("%s handed to you what %s was to host.", orElse(p.By, p.Team.Name), orElse(p.From, "somebody else")),
		Button: "See your sessions", Link: p.Link,
		After:   "Whoever is asked to them stays asked, and every link stays the same.",
		Why:     fmt.Sprintf("You get this letter because you host sessions in %s.", p.Team.Name),
		Support: p.Support,
	}
	for _, one := range p.Sessions {
		s.Says = append(s.Says, one.Title+": "+between(one.Starts, one.Ends, p.Zone)+" "+whose(one.Starts, p.Zone))
	}
	if p.More > 0 {
		s.Says = append(s.Says, fmt.Sprintf("And %d more.", p.More))
	}
	l := s.letter(KindSessionHandedOver, p.To, p.ToName, subject)
	return attached(l, p.Calendar, "PUBLISH")
}

func (p SessionProps) by() string { return orElse(p.By, p.Team.Name) }

// sheet is what all letters about a session say of it.
func (p SessionProps) sheet() sheet {
	s := sheet{Team: p.Team, Title: p.Title, Support: p.Support,
		At: until{"When:", between(p.Starts, p.Ends, p.Zone), whose(p.Starts, p.Zone)}}
	if p.Description != "" {
		s.NoteBy, s.Note = orElse(p.Host, p.by()), p.Description
	}
	if p.Host != "" && p.Host != p.By {
		s.Says = append(s.Says, "Host: "+p.Host+".")
	}
	if p.Room != "" {
		s.Says = append(s.Says, "Room: "+p.Room+".")
	}
	if p.Series > 1 {
		s.Says = append(s.Says, fmt.Sprintf("A series of %d sessions, until %s. They are in the calendar file with this letter.",
			p.Series, p.Last.In(orUTC(p.Zone)).Format("Monday 2 January 2006")))
		s.At.Before = "The next:"
	}
	return s
}

// way is how the recipient comes in.
func (p SessionProps) way() string {
	switch {
	case p.Nameless:
		return "Your name is enough to come in. The link is for you alone: whoever has it comes in as you."
	case p.Member:
		return "You come in signed in as " + p.To + "."
	}
	return "You come in signed in as " + p.To + "; an account is made on the way, if there is none. The link is for you alone."
}

// short is when the session is, for a subject.
func (p SessionProps) short() string {
	starts := p.Starts.In(orUTC(p.Zone))
	return record.OnClock(starts, "Mon 2 Jan 2006") + " (" + offset(starts) + ")"
}

func (p SessionProps) letter(s sheet, kind, subject string) Letter {
	return attached(s.letter(kind, p.To, p.ToName, subject), p.Calendar, p.Method)
}

func attached(l Letter, calendar []byte, method string) Letter {
	if len(calendar) > 0 {
		l.Attachments = []Attachment{{Name: "invite.ics", Type: "text/calendar; charset=utf-8; method=" + method, Content: calendar}}
	}
	return l
}

// between is a time from one moment to another in words.
func between(from, to time.Time, zone *time.Location) string {
	from, to = from.In(orUTC(zone)), to.In(orUTC(zone))
	if from.Format(time.DateOnly) == to.Format(time.DateOnly) {
		return when(from, zone) + " to " + record.Clock(to)
	}
	return when(from, zone) + " to " + when(to, zone)
}
