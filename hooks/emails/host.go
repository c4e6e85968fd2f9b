package emails

import (
	"fmt"
	"time"

	"usher/hooks/mail"
	"usher/hooks/tools/text"
)

// SessionEndedProps are the properties of SessionEnded. A nil Zone is UTC.
type SessionEndedProps struct {
	To      string
	ToName  string
	Team    TeamProps
	By      string
	Title   string
	Room    string
	Ended   time.Time
	Zone    *time.Location // the recipient's
	Link    string         // the details of the session
	Support string
}

// SessionEnded is the email to the host of a session that the Owner or an Admin ended (R153).
func SessionEnded(p SessionEndedProps) mail.Message {
	s := layout{
		Team: p.Team, Title: p.Title,
		Intro:  fmt.Sprintf("%s ended your session for all participants.", text.Isolate(p.By)),
		When:   newTimeLine("Ended:", p.Ended, p.Zone),
		Button: "View session details", Link: p.Link,
		Footnote: contactHint(p.By),
		Reason:   "You're receiving this email because you were the host of this session.",
		Support:  p.Support,
	}
	if p.Room != "" {
		s.Paragraphs = []string{"Room: " + text.Isolate(p.Room)}
	}
	return s.message(mail.KindSessionEnded, p.To, p.ToName, p.By+" ended "+p.Title)
}

// The reasons why a member can no longer host.
const (
	HostingRoleRevoked       = "role_revoked"
	HostingMembershipChanged = "membership_changed"
	HostingSettingOff        = "setting_off"
	HostingPlanChanged       = "plan_changed"
)

// HostingLostProps are the properties of HostingLost. A nil Zone is UTC.
type HostingLostProps struct {
	To          string
	ToName      string
	Team        TeamProps
	Reason      string // HostingRoleRevoked, …
	By          string // name of the user who caused it; may be empty
	Contact     string // name of the user to contact; empty: the server administrator
	CanTakeRole bool   // the recipient can take the Organizer role without asking
	NewHost     string // name of the new host; empty: the sessions were cancelled
	Sessions    []SessionItem
	More        int // sessions that are not listed
	Zone        *time.Location
	Link        string // the recipient's list of sessions
	Support     string
}

// HostingLost is the email to a member whose sessions were cancelled or handed over because they can no longer host
// (R107, R153).
func HostingLost(p HostingLostProps) mail.Message {
	n := p.More
	s := layout{
		Team: p.Team, Intro: p.reason(),
		Button: "View your sessions", Link: p.Link,
		Reason:  fmt.Sprintf("You're receiving this email because you hosted sessions in %s.", text.Isolate(p.Team.Name)),
		Support: p.Support,
	}
	for _, one := range p.Sessions {
		s.Paragraphs = append(s.Paragraphs, one.line(p.Zone))
		n += max(one.Series, 1)
	}
	if p.More > 0 {
		s.Paragraphs = append(s.Paragraphs, fmt.Sprintf("And %d more.", p.More))
	}
	verb := "were"
	if n == 1 {
		verb = "was"
	}
	if p.NewHost == "" {
		s.Title = fmt.Sprintf("%s %s cancelled", sessionCount(n), verb)
		s.Footnote = "Invitees were notified."
	} else {
		s.Title = fmt.Sprintf("%s %s handed over to %s", sessionCount(n), verb, text.Isolate(p.NewHost))
		s.Footnote = "Invitees stay invited, and their links stay the same."
	}
	if p.CanTakeRole {
		s.Footnote += " To host again, give yourself the Organizer role: open your details under Users in the Admin Panel."
	} else {
		s.Footnote += " " + contactHint(p.Contact)
	}
	subject := fmt.Sprintf("%d of your sessions %s cancelled", n, verb)
	if p.NewHost != "" {
		subject = fmt.Sprintf("%d of your sessions %s handed over", n, verb)
	}
	return s.message(mail.KindHostingLost, p.To, p.ToName, subject)
}

func (p HostingLostProps) reason() string {
	switch p.Reason {
	case HostingRoleRevoked:
		if p.By == "" {
			return fmt.Sprintf("Your Organizer role in %s was revoked, so you can no longer host these sessions.", text.Isolate(p.Team.Name))
		}
		return fmt.Sprintf("%s revoked your Organizer role in %s, so you can no longer host these sessions.", text.Isolate(p.By), text.Isolate(p.Team.Name))
	case HostingSettingOff:
		return fmt.Sprintf("“Every member can host” was turned off in %s, so you need the Organizer role to host.", text.Isolate(p.Team.Name))
	case HostingPlanChanged:
		return fmt.Sprintf("The plan of %s changed. On the new plan, you need the Organizer role to host.", text.Isolate(p.Team.Name))
	}
	return fmt.Sprintf("Your membership of %s changed, so you can no longer host these sessions.", text.Isolate(p.Team.Name))
}

// line returns the session, or the series, as one line of a list.
func (p SessionItem) line(zone *time.Location) string {
	line := text.Isolate(p.Title) + ": " + formatRange(p.Starts, p.Ends, zone) + " " + formatZone(p.Starts, zone)
	if p.Series > 1 {
		line += fmt.Sprintf(", and %s after it in this series", sessionCount(p.Series-1))
	}
	return line
}

func sessionCount(n int) string {
	if n == 1 {
		return "1 session"
	}
	return fmt.Sprintf("%d sessions", n)
}
