package join

import (
	"errors"
	"net/url"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/invitations"
	"usher/hooks/record"
	"usher/views/frame"
	"usher/views/web"
)

// reader is who opens an invitation that can no longer be answered, as far as the page differs by it.
type reader int

const (
	unknownReader reader = iota // nobody is signed in
	invitedReader               // signed in with the invited account, which is in the team
	otherReader                 // signed in with another account
	nobodyLeft                  // the account that accepted is gone, or has left the team
)

// action is the one thing to do on a page.
type action int

const (
	askInviter action = iota
	goToTeam
	signInToTeam
	signOutFirst
	answerHere
)

// afterwards says what to do about an invitation that can no longer be answered: one instruction for each situation (R54).
// The page's title has said what happened.
func afterwards(state string, who reader, by, team string) (text string, do action) {
	switch state {
	case invitations.Accepted:
		switch who {
		case invitedReader:
			return "You're in " + team + " already.", goToTeam
		case otherReader:
			return "It was for another address than the one you're signed in with. Sign out to continue with the invited address.", signOutFirst
		case nobodyLeft:
			return "The account that accepted it is no longer in " + team + ". To join again, ask " + by + " for a new invitation.", askInviter
		}
		return "If you accepted it, sign in to go to " + team + ".", signInToTeam
	case invitations.Declined:
		return "If you want to join " + team + " after all, ask " + by + " for a new invitation.", askInviter
	case invitations.Revoked:
		return "If you think this is a mistake, ask " + by + ".", askInviter
	case invitations.Expired:
		return "To join " + team + ", ask " + by + " for a new invitation.", askInviter
	}
	switch who {
	case invitedReader:
		return "The invitation is still open. You can answer it here.", answerHere
	case otherReader:
		return "The invitation is for another address than the one you're signed in with. Sign out, then open the link in the newest email.", signOutFirst
	}
	return "This link no longer works. If you can't find the newest email, ask " + by + " to send another one.", askInviter
}

var endedTitles = map[string]string{
	invitations.Accepted: "This invitation was already accepted",
	invitations.Declined: "This invitation was declined",
	invitations.Revoked:  "This invitation was revoked",
	invitations.Expired:  "This invitation has expired",
	invitations.Replaced: "We sent you a newer link",
}

// ended is an invitation that can no longer be answered: what happened, and the one thing to do (R54).
func (l *link) ended() (endedProps, error) {
	p := endedProps{Offer: l.offer, Help: frame.Support(l.e.App), At: l.row.GetDateTime("answered").Time(), Title: endedTitles[l.state]}
	switch l.state {
	case invitations.Expired:
		p.At = l.offer.Expires
	case invitations.Replaced:
		p.At = time.Time{}
	}
	p.Page = frame.Public(l.e, p.Title)
	who, home, err := l.reader()
	if err != nil {
		return p, err
	}
	var do action
	p.Text, do = afterwards(l.state, who, l.offer.By.Name, l.offer.Team)
	switch do {
	case askInviter:
		if l.offer.By.Link != "" { // the address is for the invited account alone
			p.Action, p.Href = "Ask "+l.offer.By.Name, mailTo(l.offer)
		}
	case goToTeam:
		p.Action, p.Href = "Go to "+l.offer.Team, home
	case signInToTeam:
		p.Action, p.Href = "Sign in", web.SignInTo(home)
	case signOutFirst:
		p.Action, p.SignOut = "Sign out and continue", "/invite/"+l.e.Request.PathValue("token")
	case answerHere:
		p.Action, p.Href = "Answer the invitation", frame.Chooser
	}
	return p, nil
}

// reader is who opens the link, and the page of the team where the invited account belongs.
func (l *link) reader() (who reader, home string, err error) {
	switch {
	case l.mine():
		who = invitedReader
	case l.e.Auth != nil:
		who = otherReader
	}
	if l.state != invitations.Accepted {
		return who, "", nil
	}
	if l.account == nil {
		return nobodyLeft, "", nil
	}
	team, actor, err := standing(l.e.App, l.account, l.row)
	if errors.Is(err, record.ErrNotFound) {
		return nobodyLeft, "", nil
	}
	if err != nil {
		return who, "", err
	}
	return who, frame.Home(team, actor.Roles), nil
}

func mailTo(offer frame.Offer) string {
	return offer.By.Link + "?subject=" + url.PathEscape("Invitation to "+offer.Team)
}

func unknownProps(e *core.RequestEvent) endedProps {
	p := endedProps{
		Page: frame.Public(e, "We don't know this link"), Title: "We don't know this link", Help: frame.Support(e.App),
		Text:   "Check that you copied the whole link, or ask the person who invited you for a new invitation.",
		Action: "Sign in", Href: "/signin",
	}
	if e.Auth != nil {
		p.Action, p.Href = "Go to your teams", frame.Chooser
	}
	return p
}

func unconfirmedProps(e *core.RequestEvent, sentence string) endedProps {
	return endedProps{
		Page: frame.Public(e, "One more step"), Title: "One more step: confirm your address", Text: sentence, Help: frame.Support(e.App),
		Action: "Open the invitation again", Href: "/invite/" + e.Request.PathValue("token"),
	}
}
