package join

import (
	"errors"
	"net/url"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/invitations"
	"usher/hooks/paths"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/web"
)

// reader says who opens an invitation that can no longer be answered.
type reader int

const (
	unknownReader reader = iota // not signed in
	invitedReader               // signed in with the invited account
	otherReader                 // signed in with another account
	formerReader                // the account that accepted was deleted or has left the team
)

// action is the primary action of a page.
type action int

const (
	askInviter action = iota
	goToTeam
	signInToTeam
	signOutFirst
	respondHere
)

// nextStep returns what to do about an invitation that can no longer be answered: one instruction per situation (R54).
// The title of the page says what happened.
func nextStep(state string, who reader, by, team string) (text string, do action) {
	switch state {
	case invitations.Accepted:
		switch who {
		case invitedReader:
			return "You're already in " + team + ".", goToTeam
		case otherReader:
			return "It was sent to a different address from the one you're signed in with. Sign out to continue with the invited address.", signOutFirst
		case formerReader:
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
		return "The invitation is still open, and you can respond to it here.", respondHere
	case otherReader:
		return "The invitation was sent to a different address from the one you're signed in with. Sign out, then open the link in the latest email.", signOutFirst
	}
	return "This link no longer works. If you can't find the latest email, ask " + by + " to send the invitation again.", askInviter
}

var endedTitles = map[string]string{
	invitations.Accepted: "This invitation was already accepted",
	invitations.Declined: "This invitation was declined",
	invitations.Revoked:  "This invitation was revoked",
	invitations.Expired:  "This invitation has expired",
	invitations.Replaced: "We sent you a newer link",
}

// ended returns the page of an invitation that can no longer be answered: what happened and what to do next (R54).
func (l *invitationLink) ended() (statusPageProps, error) {
	p := statusPageProps{Invitation: l.view, Help: layout.SupportContact(l.e.App), EndedAt: l.invitation.Answered(), Title: endedTitles[l.state]}
	switch l.state {
	case invitations.Expired:
		p.EndedAt = l.view.ExpiresAt
	case invitations.Replaced:
		p.EndedAt = time.Time{}
	}
	p.Page = layout.PublicPage(l.e, p.Title)
	who, home, err := l.reader()
	if err != nil {
		return p, err
	}
	if l.state == invitations.Declined && invitations.CanUndoDecline(l.e.App, l.invitation) == nil {
		p.UndoPath = invitationPath(l.e) + "/undo-decline"
		p.Text = "You can undo this for " + text.Duration(invitations.UndoWindow) + ". After that, you need a new invitation to join " + l.view.Team + "."
		return p, nil
	}
	var do action
	p.Text, do = nextStep(l.state, who, l.view.Inviter.Name, l.view.Team)
	switch do {
	case askInviter:
		if l.view.Inviter.Link != "" { // only the invited account sees the inviter's address
			p.Action, p.Href = "Ask "+l.view.Inviter.Name, mailtoURL(l.view)
		}
	case goToTeam:
		p.Action, p.Href = "Go to "+text.Isolate(l.view.Team), home
	case signInToTeam:
		p.Action, p.Href = "Sign in", web.SignInURL(home)
	case signOutFirst:
		p.Action, p.SignOutNext = "Sign out and continue", invitationPath(l.e)
	case respondHere:
		p.Action, p.Href = "View invitation", paths.Teams
	}
	return p, nil
}

// reader returns who opened the link and, for an accepted invitation, the home page of the team.
func (l *invitationLink) reader() (who reader, home string, err error) {
	switch {
	case l.isInvitedAccount():
		who = invitedReader
	case l.e.Auth != nil:
		who = otherReader
	}
	if l.state != invitations.Accepted {
		return who, "", nil
	}
	if l.account == nil {
		return formerReader, "", nil
	}
	team, actor, err := findTeamActor(l.e.App, l.account, l.invitation)
	if errors.Is(err, errs.ErrNotFound) {
		return formerReader, "", nil
	}
	if err != nil {
		return who, "", err
	}
	return who, layout.TeamHome(team, actor.Roles), nil
}

func mailtoURL(invitation layout.InvitationView) string {
	return invitation.Inviter.Link + "?subject=" + url.PathEscape("Invitation to "+invitation.Team)
}

func unknownInvitation(e *core.RequestEvent) statusPageProps {
	p := statusPageProps{
		Page: layout.PublicPage(e, "We don't know this link"), Title: "We don't know this link", Help: layout.SupportContact(e.App),
		Text:   "Check that you copied the whole link, or ask the person who invited you for a new invitation.",
		Action: "Sign in", Href: paths.SignIn,
	}
	if e.Auth != nil {
		p.Action, p.Href = "Go to your teams", paths.Teams
	}
	return p
}

func unconfirmedProps(e *core.RequestEvent, sentence string) statusPageProps {
	return statusPageProps{
		Page: layout.PublicPage(e, "Confirm your email address"), Title: "Confirm your email address", Text: sentence, Help: layout.SupportContact(e.App),
		Action: "Open invitation", Href: invitationPath(e),
	}
}
