package join

import (
	"errors"
	"net/url"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/invitations"
	"usher/hooks/record"
	"usher/views/frame"
)

// ended is an invitation that cannot be answered any more: what happened, and the one thing to do (R54).
func (l *link) ended() (endedProps, error) {
	p := endedProps{Offer: l.offer, Help: frame.Support(l.e.App)}
	team, by := l.offer.Team, l.offer.By.Name
	askAgain := func() { p.Action, p.Href = "Ask "+by, mailTo(l.offer) }
	switch l.state {
	case invitations.Accepted:
		p.Title, p.Text = "This invitation was accepted", "It has done its work, and the link opens nothing more."
		p.At = l.row.GetDateTime("answered").Time()
		if err := l.accepted(&p); err != nil {
			return p, err
		}
	case invitations.Declined:
		p.Title, p.Text = "This invitation was declined", "That was final for this offer. If you want to come after all, ask "+by+" for a new invitation."
		p.At = l.row.GetDateTime("answered").Time()
		askAgain()
	case invitations.Revoked:
		p.Title, p.Text = "This invitation was revoked", team+" took it back before it was answered. If that surprises you, ask "+by+"."
		p.At = l.row.GetDateTime("answered").Time()
		askAgain()
	case invitations.Expired:
		p.Title, p.Text = "This invitation has expired", "Nobody answered it in time, and its seats were given free. Ask "+by+" to send it again."
		if len(l.offer.Roles) == 0 {
			p.Text = "Nobody answered it in time. Ask " + by + " to send it again."
		}
		p.At = l.offer.Expires
		askAgain()
	case invitations.Replaced:
		p.Title, p.Text = "A newer link was sent", "This one ended when it was. The newest letter from "+team+" has the link that is good."
		askAgain()
		if l.mine() {
			p.Text, p.Action, p.Href = "This one ended when it was. The invitation itself still waits for your answer.", "Answer it now", frame.Chooser
		}
	}
	p.Page = frame.Public(l.e, p.Title)
	return p, nil
}

// accepted tells who accepted where to go, and everybody else how to become that person.
func (l *link) accepted(p *endedProps) error {
	if l.account == nil {
		p.Action, p.Href = "Go to the start", "/"
		return nil
	}
	team, actor, err := standing(l.e.App, l.account, l.row)
	switch {
	case errors.Is(err, record.ErrNotFound):
		p.Text = "The person who accepted is not in the team any more. Ask " + l.offer.By.Name + " for a new invitation."
		p.Action, p.Href = "Ask "+l.offer.By.Name, mailTo(l.offer)
	case err != nil:
		return err
	case l.mine():
		p.Text, p.Action, p.Href = "You are in the team already.", "Go to "+team.Name(), frame.Home(team, actor.Roles)
	case l.e.Auth != nil:
		p.Text = "It was for another address than yours. Sign out, and sign in with that one."
		p.Action, p.SignOut = "Sign out and come back here", "/invite/"+l.e.Request.PathValue("token")
	default:
		p.Text = "Sign in to go to the team."
		p.Action, p.Href = "Sign in", "/signin?next="+url.QueryEscape(frame.Home(team, actor.Roles))
	}
	return nil
}

func mailTo(offer frame.Offer) string {
	return offer.By.Link + "?subject=" + url.PathEscape("Invitation to "+offer.Team)
}

func unknownProps(e *core.RequestEvent) endedProps {
	p := endedProps{
		Page: frame.Public(e, "This link is not known here"), Title: "This link is not known here", Help: frame.Support(e.App),
		Text:   "Perhaps it was cut when it was copied: open it from the letter once more, or copy it whole. The letter names who invited you; that person can send a new one.",
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
