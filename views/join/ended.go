package join

import (
	"errors"
	"net/url"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/invitations"
	"usher/hooks/record"
	"usher/views/frame"
)

// ended is an invitation that cannot be answered any more: what happened, and the one thing to do (R54). Its
// first sentence is the one that the panel quotes. It names who sent the invitation; the address is for the invited
// account alone.
func (l *link) ended() (endedProps, error) {
	by := l.offer.By.Name
	p := endedProps{Offer: l.offer, Help: frame.Support(l.e.App), At: l.row.GetDateTime("answered").Time()}
	if p.Action, p.Href = "Go to the start page", "/"; l.offer.By.Link != "" {
		p.Action, p.Href = "Ask "+by, mailTo(l.offer)
	}
	var then string
	var err error
	switch l.state {
	case invitations.Accepted:
		p.Title = "This invitation was accepted"
		then, err = l.accepted(&p)
	case invitations.Declined:
		p.Title, then = "This invitation was declined", "Ask "+by+" for a new one."
	case invitations.Revoked:
		p.Title, then = "This invitation was revoked", "Ask "+by+" if you think it's a mistake."
	case invitations.Expired:
		p.Title, p.At, then = "This invitation has expired", l.offer.Expires, "Ask "+by+" for a new one."
	case invitations.Replaced:
		p.Title, p.At, then = "A newer link was sent", time.Time{}, "Can't find it? Ask "+by+"."
		if l.mine() {
			then, p.Action, p.Href = "Or answer here: the invitation itself still waits.", "Answer it now", frame.Chooser
		}
	}
	p.Page, p.Text = frame.Public(l.e, p.Title), invitations.Sentence(l.state)+" "+then
	return p, err
}

// accepted tells who accepted where to go, and everybody else how to become that person.
func (l *link) accepted(p *endedProps) (then string, err error) {
	if l.account == nil {
		p.Action, p.Href = "Go to the start", "/"
		return "The link opens nothing more.", nil
	}
	team, actor, err := standing(l.e.App, l.account, l.row)
	switch {
	case errors.Is(err, record.ErrNotFound):
		return "The person who accepted is not in the team any more: ask " + l.offer.By.Name + " for a new invitation.", nil
	case err != nil:
		return "", err
	case l.mine():
		p.Action, p.Href = "Go to "+team.Name(), frame.Home(team, actor.Roles)
		return "You are in the team already.", nil
	case l.e.Auth != nil:
		p.Action, p.SignOut = "Sign out and continue", "/invite/"+l.e.Request.PathValue("token")
		return "It was for another address than yours: sign out, and sign in with that one.", nil
	}
	p.Action, p.Href = "Sign in", "/signin?next="+url.QueryEscape(frame.Home(team, actor.Roles))
	return "Sign in to get there.", nil
}

func mailTo(offer frame.Offer) string {
	return offer.By.Link + "?subject=" + url.PathEscape("Invitation to "+offer.Team)
}

func unknownProps(e *core.RequestEvent) endedProps {
	p := endedProps{
		Page: frame.Public(e, "This link is not known here"), Title: "This link is not known here", Help: frame.Support(e.App),
		Text:   invitations.Sentence("") + " The letter names who invited you; that person can send one.",
		Action: "Sign in", Href: "/signin",
	}
	if e.Auth != nil {
		p.Action, p.Href = "Go to your teams", frame.Chooser
	}
	return p
}

func unconfirmedProps(e *core.RequestEvent, sentence string) endedProps {
	return endedProps{
		Page: frame.Public(e, "One step is left"), Title: "One step is left: your address", Text: sentence, Help: frame.Support(e.App),
		Action: "Open the invitation again", Href: "/invite/" + e.Request.PathValue("token"),
	}
}
