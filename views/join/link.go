package join

import (
	"cmp"
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/invitations"
	"usher/hooks/paths"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/web"
)

// invitationLink is the invitation behind the link of a request, as it is now.
type invitationLink struct {
	e          *core.RequestEvent
	state      string // of the invitation, or Replaced; empty: unknown link
	invitation *invitations.Invitation
	account    *core.Record // of the invited address; nil if it has none
	view       layout.InvitationView
	declining  bool // the page asks once more before it's declined
}

// loadLink finds the invitation of the request's link.
func loadLink(e *core.RequestEvent) (*invitationLink, error) {
	l := &invitationLink{e: e}
	row, replaced, err := invitations.FindByToken(e.App, e.Request.PathValue("token"))
	if errors.Is(err, errs.ErrNotFound) {
		return l, nil
	}
	if err != nil {
		return nil, err
	}
	l.invitation, l.state = row, row.Status()
	if replaced {
		l.state = invitations.Replaced
	}
	l.account, err = accounts.Find(e.App, row.Address())
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return nil, err
	}
	l.view, err = layout.NewInvitationView(e.App, row, l.account, l.isInvitedAccount())
	l.view.Times = accounts.ReaderZone(e.Auth, l.view.Times.Zone) // a signed-in reader sees their own zone
	return l, err
}

// hasAccount reports whether the invited address has a verified account.
func (l *invitationLink) hasAccount() bool { return l.account != nil && l.account.Verified() }

// isInvitedAccount reports whether the invited account is signed in.
func (l *invitationLink) isInvitedAccount() bool {
	return l.e.Auth != nil && l.account != nil && l.e.Auth.Id == l.account.Id
}

// page returns the page of the link and its status code, with the errors of a refused answer if there are any. Requests
// for unknown links are rate limited.
func (l *invitationLink) page(faults web.FormErrors) (templ.Component, int, error) {
	switch {
	case l.state == "":
		if err := invitations.LimitUnknownLinks(l.e.App, l.e.RealIP()); err != nil {
			return nil, 0, err
		}
		return unknownView(unknownInvitation(l.e)), http.StatusNotFound, nil
	case l.state != invitations.Pending:
		props, err := l.ended()
		props.Error = faults["base"]
		return endedView(props), http.StatusGone, err
	case l.e.Auth != nil && !l.isInvitedAccount():
		return wrongAccountView(l.wrongAccountProps()), http.StatusOK, nil
	case l.invitation.LinkShown() && l.account != nil && !l.hasAccount():
		return unconfirmedView(unconfirmedProps(l.e, "The account for this address hasn't been confirmed yet, and this server doesn't send email. "+
			"Ask your server administrator to confirm the address, then open this link again.")), http.StatusOK, nil
	}
	return invitationView(l.invitationProps(faults)), http.StatusOK, nil
}

func (l *invitationLink) invitationProps(faults web.FormErrors) invitationProps {
	props := invitationProps{
		Page: layout.PublicPage(l.e, l.title()), Title: l.title(), Invitation: l.view, Token: l.e.Request.PathValue("token"), Errors: faults,
		Address: l.invitation.Address(), SignedIn: l.isInvitedAccount(), HasAccount: l.hasAccount(), InviteeName: l.inviteeName(),
		Name: cmp.Or(l.e.Request.FormValue("name"), l.invitation.Name()), Timezone: l.e.Request.FormValue("timezone"),
		Providers: settings.Of(l.e.App).Providers,
	}
	if l.declining {
		confirm := l.view.DeclineDialog(props.responsePath("decline"), paths.Invitation(props.Token))
		props.DeclineDialog = &confirm
	}
	return props
}

// title says who invited the reader to what.
func (l *invitationLink) title() string {
	if l.view.IsMember && len(l.view.Roles) > 0 {
		return text.Isolate(l.view.Inviter.Name) + " invited you to a new role in " + text.Isolate(l.view.Team)
	}
	return text.Isolate(l.view.Inviter.Name) + " invited you to join " + text.Isolate(l.view.Team)
}

// inviteeName returns the name of the invitee, else the address.
func (l *invitationLink) inviteeName() string {
	name := l.invitation.Name()
	if l.account != nil && l.hasAccount() {
		name = accounts.StoredName(l.account)
	}
	return cmp.Or(name, l.invitation.Address())
}

func (l *invitationLink) wrongAccountProps() wrongAccountProps {
	return wrongAccountProps{
		Page: layout.PublicPage(l.e, "This invitation is for another address"), Invitation: l.view, Token: l.e.Request.PathValue("token"),
		MaskedEmail: accounts.MaskEmail(l.invitation.Address()), SignedInAs: l.e.Auth.Email(), Help: layout.SupportContact(l.e.App),
	}
}
