package emails

import (
	"cmp"
	"fmt"
	"time"

	"usher/hooks/mail"
	"usher/hooks/tools/text"
)

// InvitationProps are the properties of Invitation. Without roles the invitation is for a member. A nil Zone is UTC.
type InvitationProps struct {
	To         string
	ToName     string
	Team       TeamProps
	Inviter    string // name; empty: the team
	Roles      []RoleProps
	Note       string
	Link       string // the page to accept on; opening it changes nothing (R60)
	Expires    time.Time
	Zone       *time.Location
	HasAccount bool
	IsMember   bool // already in the team: the invitation is for a role (R63)
	Support    string
}

// Invitation is the email that invites someone to join a team, or a member to take a role. Its button opens the page to
// accept on (R51). The seats of the roles are reserved until Expires (R42).
func Invitation(p InvitationProps) mail.Message {
	inviter := orElse(p.Inviter, p.Team.Name)
	s := layout{
		Team: p.Team, Roles: p.Roles, NoteAuthor: inviter, Note: p.Note,
		Button: "Accept invitation", Link: p.Link,
		Expiry:   newTimeLine("This invitation expires on", p.Expires, p.Zone),
		Footnote: "You can accept or decline on the next page. The link is personal and works once.",
		Support:  p.Support,
	}
	switch len(p.Roles) {
	case 0:
	case 1:
		s.Expiry.Prefix = "Your seat is reserved until"
	default:
		s.Expiry.Prefix = "Your seats are reserved until"
	}
	about := "Usher is where " + text.Isolate(p.Team.Name) + " holds its video meetings, in your browser. "
	if p.IsMember {
		s.Title = fmt.Sprintf("%s invited you to a new role in %s", inviter, text.Isolate(p.Team.Name))
		s.Intro = "In addition to your membership:"
		s.Paragraphs = []string{about + "Accepting gives you the role, and nothing else changes.", "Sign in as " + p.To + " to respond. If you decline, nothing changes for you in the team."}
		s.Reason = fmt.Sprintf("You're receiving this email because you're a member of %s and %s invited you to a role.", text.Isolate(p.Team.Name), inviter)
		return s.message(mail.KindRoleInvitation, p.To, p.ToName, "Invitation to a new role in "+p.Team.Name)
	}
	s.Title = fmt.Sprintf("%s invited you to join %s", inviter, text.Isolate(p.Team.Name))
	if p.Inviter == "" {
		s.Title = "You're invited to join " + text.Isolate(p.Team.Name)
	}
	s.Intro = "Your role in the team:"
	if len(p.Roles) > 1 {
		s.Intro = "Your roles in the team:"
	}
	if len(p.Roles) == 0 {
		s.Intro = "As a member, you take part in the team's sessions."
	}
	about += "Accepting adds you to the team."
	s.Paragraphs = []string{about, "To accept, create an account for " + p.To + ". You only need a name and a password."}
	if p.HasAccount {
		s.Paragraphs = []string{about, "You already have an Usher account. Sign in as " + p.To + " to respond."}
	}
	s.Reason = fmt.Sprintf("You're receiving this email because %s invited you with this address. If you weren't expecting it, ignore it.", inviter)
	return s.message(mail.KindInvitation, p.To, p.ToName, s.Title)
}

// RoleRevokedProps are the properties of RoleRevoked. Roles and Remaining are role names.
type RoleRevokedProps struct {
	To        string
	ToName    string
	Team      TeamProps
	By        string
	Roles     []string
	Remaining []string
	Support   string
}

// RoleRevoked is the email to a member after roles were revoked.
func RoleRevoked(p RoleRevokedProps) mail.Message {
	remaining := "You're still a member of the team and can take part in its sessions."
	if len(p.Remaining) > 0 {
		remaining = "You still have the " + withRole(p.Remaining) + "."
	}
	return layout{
		Team:       p.Team,
		Title:      fmt.Sprintf("You no longer have the %s in %s", withRole(p.Roles), text.Isolate(p.Team.Name)),
		Intro:      fmt.Sprintf("%s revoked your %s.", orElse(p.By, "Your server administrator"), withRole(p.Roles)),
		Paragraphs: []string{remaining},
		Footnote:   contactHint(p.By),
		Reason:     fmt.Sprintf("You're receiving this email because you're a member of %s.", text.Isolate(p.Team.Name)),
		Support:    p.Support,
	}.message(mail.KindRoleRevoked, p.To, p.ToName, "Your role in "+p.Team.Name+" was revoked")
}

// RemovedFromTeamProps are the properties of RemovedFromTeam. A nil Zone is UTC.
type RemovedFromTeamProps struct {
	To      string
	ToName  string
	Team    TeamProps
	By      string
	Lost    []LostProps    // affected sessions; at most maxLost are listed
	Zone    *time.Location // the recipient's
	Support string
}

// LostProps is a session, or a series, that a removed user lost.
type LostProps struct {
	SessionItem
	Outcome string // LostHandedOver, LostCancelled or LostInvitation
	NewHost string // name of the new host, if it was handed over
}

// The outcomes for a session that a removed user lost.
const (
	LostHandedOver = "handed_over"
	LostCancelled  = "cancelled"
	LostInvitation = "invitation"
)

// maxLost is the number of sessions that the email to a removed user lists.
const maxLost = 10

func (p RemovedFromTeamProps) lostLines() (lines []string) {
	more := 0
	for n, one := range p.Lost {
		if n >= maxLost {
			more += max(one.Series, 1)
			continue
		}
		line := one.line(p.Zone)
		switch one.Outcome {
		case LostCancelled:
			line += ". Cancelled."
		case LostInvitation:
			line += ". You're no longer invited."
		default:
			line += ". Handed over to " + orElse(one.NewHost, "another host") + "."
		}
		lines = append(lines, line)
	}
	if more > 0 {
		lines = append(lines, fmt.Sprintf("And %d more.", more))
	}
	return lines
}

// RemovedFromTeam is the email to someone who was removed from a team.
func RemovedFromTeam(p RemovedFromTeamProps) mail.Message {
	s := layout{
		Team:  p.Team,
		Title: "You're no longer in " + text.Isolate(p.Team.Name),
		Intro: orElse(p.By, "Your server administrator") + " removed you from the team.",
		Paragraphs: []string{"You no longer have access to its sessions, rooms and recordings, and old links to them no longer work. " +
			"Your account and your other teams aren't affected."},
		Footnote: contactHint(p.By),
		Reason:   fmt.Sprintf("You're receiving this email because you were a member of %s.", text.Isolate(p.Team.Name)),
		Support:  p.Support,
	}
	if lost := p.lostLines(); len(lost) > 0 {
		s.Paragraphs = append(append(s.Paragraphs, "These sessions are affected:"), lost...)
	}
	return s.message(mail.KindRemoved, p.To, p.ToName, "You're no longer in "+p.Team.Name)
}

// TeamDeletedProps are the properties of TeamDeleted.
type TeamDeletedProps struct {
	To      string
	ToName  string
	Team    TeamProps // without a logo, which was deleted with the team
	By      string
	Support string
}

// TeamDeleted is the email to an Admin after their team was deleted.
func TeamDeleted(p TeamDeletedProps) mail.Message {
	return layout{
		Team:  p.Team,
		Title: text.Isolate(p.Team.Name) + " was deleted",
		Intro: orElse(p.By, "The Owner") + " deleted the team and all of its data.",
		Paragraphs: []string{"Its members and guests no longer have access, and its invitations and links no longer work. " +
			"Your account and your other teams aren't affected."},
		Footnote: contactHint(p.By),
		Reason:   fmt.Sprintf("You're receiving this email because you were an Admin of %s.", text.Isolate(p.Team.Name)),
		Support:  p.Support,
	}.message(mail.KindTeamDeleted, p.To, p.ToName, p.Team.Name+" was deleted")
}

// withRole returns "Admin role", or "Admin and Organizer roles".
func withRole(roles []string) string {
	if len(roles) > 1 {
		return text.JoinList(roles) + " roles"
	}
	return text.JoinList(roles) + " role"
}

func contactHint(name string) string {
	return "Questions? Contact " + orElse(name, "your server administrator") + "."
}

// orElse returns a name for the middle of a sentence, or what to say without one.
func orElse(name, otherwise string) string {
	return text.Isolate(cmp.Or(name, otherwise))
}
