package emails

import (
	"fmt"
	"time"

	"usher/hooks/mail"
)

// InvitationProps is what Invitation needs. No role is a plain member. Zone nil is UTC.
type InvitationProps struct {
	To         string
	ToName     string
	Team       TeamProps
	Inviter    string // name; empty: the team asks
	Roles      []RoleProps
	Note       string
	Link       string // the page that accepts; opening it changes nothing (R60)
	Expires    time.Time
	Zone       *time.Location
	HasAccount bool
	IsMember   bool // already in the team: the letter offers a role (R63)
	Support    string
}

// Invitation asks somebody to join a team, or a member to take a role. Its button says "Accept invitation" and
// opens the page that accepts (R51). The seats it names are held until Expires (R42).
func Invitation(p InvitationProps) mail.Message {
	asks := orElse(p.Inviter, p.Team.Name)
	s := layout{
		Team: p.Team, Roles: p.Roles, NoteAuthor: asks, Note: p.Note,
		Button: "Accept invitation", Link: p.Link,
		Expiry:   newTimeLine(expiryPrefix(len(p.Roles)), p.Expires, p.Zone),
		Footnote: "The link is for you alone and works once. The page it opens asks for your answer: accept or decline.",
		Support:  p.Support,
	}
	if p.IsMember {
		s.Title = fmt.Sprintf("%s offers you a role in %s", asks, p.Team.Name)
		s.Intro = "You are in the team already. This would be new:"
		s.Paragraphs = []string{"Sign in as " + p.To + " to answer."}
		s.Reason = fmt.Sprintf("You get this letter because you are a member of %s and %s offers you more. Whatever you answer, what you have in the team stays.", p.Team.Name, asks)
		return s.message(mail.KindRoleInvitation, p.To, p.ToName, "A new role for you in "+p.Team.Name)
	}
	s.Title = fmt.Sprintf("%s asks you to join %s", asks, p.Team.Name)
	if p.Inviter == "" {
		s.Title = p.Team.Name + " asks you to join"
	}
	s.Intro = "For " + p.To + ". This is what you would be there:"
	if len(p.Roles) == 0 {
		s.Intro = "For " + p.To + ". You would be a member, without a seat: you take part in the team's sessions."
	}
	s.Paragraphs = []string{"You make an account on the way: a name and a password, nothing else."}
	if p.HasAccount {
		s.Paragraphs = []string{"You have an Usher account. Sign in as " + p.To + " to answer."}
	}
	s.Reason = fmt.Sprintf("You get this letter because %s asked for you by this address. Not expected? Leave it: nothing happens without your answer.", asks)
	return s.message(mail.KindInvitation, p.To, p.ToName, s.Title)
}

func expiryPrefix(seats int) string {
	switch seats {
	case 0:
		return "The invitation is good until"
	case 1:
		return "The seat is held for you until"
	default:
		return "Both seats are held for you until"
	}
}

// RoleRevokedProps is what RoleRevoked needs. Roles are the names of what ended, Left of what stays.
type RoleRevokedProps struct {
	To        string
	ToName    string
	Team      TeamProps
	By        string
	Roles     []string
	Remaining []string
	Support   string
}

// RoleRevoked tells a member that a role has ended, and what stays.
func RoleRevoked(p RoleRevokedProps) mail.Message {
	stays := "You stay a member of the team: you take part in its sessions."
	if len(p.Remaining) > 0 {
		stays = "You stay in the team as " + joinWords(p.Remaining) + "."
	}
	role := "role"
	if len(p.Roles) > 1 {
		role = "roles"
	}
	return layout{
		Team:       p.Team,
		Title:      fmt.Sprintf("You are no longer %s in %s", joinWords(p.Roles), p.Team.Name),
		Intro:      fmt.Sprintf("%s ended your %s. It took effect at once.", orElse(p.By, "Your server administrator"), role),
		Paragraphs: []string{stays},
		Reason:     fmt.Sprintf("You get this letter because you are a member of %s. A question? Ask %s.", p.Team.Name, orElse(p.By, "your server administrator")),
		Support:    p.Support,
	}.message(mail.KindRoleRevoked, p.To, p.ToName, "Your role in "+p.Team.Name+" has ended")
}

// RemovedFromTeamProps is what Removed needs.
type RemovedFromTeamProps struct {
	To      string
	ToName  string
	Team    TeamProps
	By      string
	Lost    []LostProps    // sessions; at most maxLost are listed
	Zone    *time.Location // the recipient's; nil is UTC
	Support string
}

// LostProps is a session, or a series, that a removed user lost.
type LostProps struct {
	SessionItem
	Outcome string // one of the below
	NewHost string // name of who hosts it now, where it was handed over
}

// What became of a session that a removed user lost.
const (
	LostHandedOver = "handed_over"
	LostCancelled  = "cancelled"
	LostInvitation = "invitation"
)

// maxLost is how many sessions the email to a removed user lists.
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

// RemovedFromTeam tells people that they are not in a team any more.
func RemovedFromTeam(p RemovedFromTeamProps) mail.Message {
	s := layout{
		Team:  p.Team,
		Title: "You are no longer in " + p.Team.Name,
		Intro: orElse(p.By, "Your server administrator") + " removed you from the team. It took effect at once.",
		Paragraphs: []string{"Its sessions, rooms and recordings are closed to you, and old links to them no longer work. " +
			"Your account and your other teams stay as they are."},
		Reason:  fmt.Sprintf("You get this letter because you were a member of %s. A question? Ask %s.", p.Team.Name, orElse(p.By, "your server administrator")),
		Support: p.Support,
	}
	if lost := p.lostLines(); len(lost) > 0 {
		s.Paragraphs = append(append(s.Paragraphs, "These sessions are affected:"), lost...)
	}
	return s.message(mail.KindRemoved, p.To, p.ToName, "You are no longer in "+p.Team.Name)
}

// TeamDeletedProps is what TeamDeleted needs.
type TeamDeletedProps struct {
	To      string
	ToName  string
	Team    TeamProps // its logo is gone with it
	By      string
	Support string
}

// TeamDeleted tells an Admin that the team he ran is gone.
func TeamDeleted(p TeamDeletedProps) mail.Message {
	return layout{
		Team:  p.Team,
		Title: p.Team.Name + " was deleted",
		Intro: orElse(p.By, "The Owner") + " deleted the team, with all that was in it. It took effect at once.",
		Paragraphs: []string{"Its members and guests no longer have access, and its invitations and links no longer work. " +
			"Your account and your other teams stay as they are."},
		Reason:  fmt.Sprintf("You get this letter because you were an Admin of %s. A question? Ask %s.", p.Team.Name, orElse(p.By, "your server administrator")),
		Support: p.Support,
	}.message(mail.KindTeamDeleted, p.To, p.ToName, p.Team.Name+" was deleted")
}

func orElse(name, otherwise string) string {
	if name == "" {
		return otherwise
	}
	return name
}
