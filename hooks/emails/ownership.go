package emails

import (
	"fmt"
	"time"

	"usher/hooks/mail"
	"usher/hooks/tools/text"
)

// OwnershipOfferProps are the properties of OwnershipOffer. A nil Zone is UTC.
type OwnershipOfferProps struct {
	To, ToName string
	Team       TeamProps
	Owner      string
	Link       string // the page to answer on
	Expires    time.Time
	Zone       *time.Location
	Support    string
}

// OwnershipOffer is the email to an Admin to whom the Owner offers the team (R29).
func OwnershipOffer(p OwnershipOfferProps) mail.Message {
	team, owner := text.Isolate(p.Team.Name), text.Isolate(p.Owner)
	return layout{
		Team:  p.Team,
		Title: fmt.Sprintf("%s wants you to own %s", owner, team),
		Intro: fmt.Sprintf("If you accept, you become the Owner and %s becomes an Admin.", owner),
		Paragraphs: []string{"The Owner can do everything in the team, including managing Admins and deleting it. Nothing changes until you accept.",
			"Sign in as " + p.To + " to respond."},
		Button:   "Review offer",
		Link:     p.Link,
		Expiry:   newTimeLine("This offer expires on", p.Expires, p.Zone),
		Footnote: contactHint(p.Owner),
		Reason:   fmt.Sprintf("You're receiving this email because you're an Admin of %s.", team),
		Support:  p.Support,
	}.message(mail.KindOwnershipOffer, p.To, p.ToName, fmt.Sprintf("%s wants you to own %s", p.Owner, p.Team.Name))
}

// OwnershipDeclinedProps are the properties of OwnershipDeclined.
type OwnershipDeclinedProps struct {
	To, ToName string
	Team       TeamProps
	Admin      string
	Link       string // to offer it to someone else
	Support    string
}

// OwnershipDeclined is the email to the Owner when an Admin declined to own the team.
func OwnershipDeclined(p OwnershipDeclinedProps) mail.Message {
	team := text.Isolate(p.Team.Name)
	return layout{
		Team:       p.Team,
		Title:      fmt.Sprintf("%s declined to own %s", text.Isolate(p.Admin), team),
		Intro:      "You're still the Owner, and nothing has changed.",
		Paragraphs: []string{"You can offer the team to another Admin."},
		Button:     "Transfer team",
		Link:       p.Link,
		Reason:     fmt.Sprintf("You're receiving this email because you're the Owner of %s.", team),
		Support:    p.Support,
	}.message(mail.KindOwnershipDeclined, p.To, p.ToName, fmt.Sprintf("%s declined to own %s", p.Admin, p.Team.Name))
}

// OwnerChangedProps are the properties of OwnerChanged.
type OwnerChangedProps struct {
	To, ToName string
	Team       TeamProps
	Owner      string   // name of the new Owner
	IsOwner    bool     // the recipient is the new Owner, else the previous one
	By         string   // who changed it; empty: the new Owner accepted an offer
	Remaining  []string // roles that the previous Owner has
	Link       string
	Support    string
}

// OwnerChanged is the email to the new and the previous Owner of a team.
func OwnerChanged(p OwnerChangedProps) mail.Message {
	team := text.Isolate(p.Team.Name)
	s := layout{
		Team:    p.Team,
		Title:   "You're now the Owner of " + team,
		Intro:   "You can do everything in the team, including managing Admins, transferring it and deleting it.",
		Button:  "Open team",
		Link:    p.Link,
		Reason:  fmt.Sprintf("You're receiving this email because you're in %s.", team),
		Support: p.Support,
	}
	subject := "You're now the Owner of " + p.Team.Name
	if !p.IsOwner {
		subject = p.Owner + " is now the Owner of " + p.Team.Name
		s.Title = text.Isolate(p.Owner) + " is now the Owner of " + team
		s.Intro = "You're still a member of the team."
		if len(p.Remaining) > 0 {
			s.Intro = "You have the " + withRole(p.Remaining) + " in the team."
		}
	}
	if p.By != "" {
		s.Paragraphs = []string{"The server administrator changed the Owner."}
		s.Footnote = "Questions? Contact your server administrator."
	}
	return s.message(mail.KindOwnerChanged, p.To, p.ToName, subject)
}
