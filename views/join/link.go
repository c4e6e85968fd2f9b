package join

import (
	"cmp"
	"errors"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/invitations"
	"usher/hooks/limits"
	"usher/hooks/record"
	"usher/views/frame"
	"usher/views/web"
)

// link is what the link of a request leads to at this moment, and for whom.
type link struct {
	e       *core.RequestEvent
	state   string // of the invitation, or Replaced; empty: unknown
	row     *invitations.Invitation
	account *core.Record // of the invited address; nil: there is none
	offer   frame.Offer
}

// follow reads the link.
func follow(e *core.RequestEvent) (*link, error) {
	l := &link{e: e}
	row, replaced, err := invitations.FindByToken(e.App, e.Request.PathValue("token"))
	if errors.Is(err, record.ErrNotFound) {
		return l, nil
	}
	if err != nil {
		return nil, err
	}
	l.row, l.state = row, row.Status()
	if replaced {
		l.state = invitations.Replaced
	}
	l.account, err = accounts.Find(e.App, row.Address())
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return nil, err
	}
	l.offer, err = frame.OfferOf(e.App, row, l.account, l.mine())
	l.offer.Times = accounts.Times(e.Auth, l.offer.Times.Zone) // whoever is signed in reads in their own zone
	return l, err
}

// known reports whether the invited address has an account that can sign in.
func (l *link) known() bool { return l.account != nil && l.account.Verified() }

// mine reports whether the invited account is the one that is signed in.
func (l *link) mine() bool { return l.e.Auth != nil && l.account != nil && l.e.Auth.Id == l.account.Id }

// page is the one render of the link, whether it was opened or an answer was refused. Who tries unknown ones
// is slowed down.
func (l *link) page(faults web.Faults) (templ.Component, int, error) {
	switch {
	case l.state == "":
		if wait, ok := limits.For(l.e.App, "unknown-invite", 20, time.Minute).Take(limits.Network(l.e.RealIP())); !ok {
			return nil, 0, record.TooMany(wait, "Too many links from your network that are not known here. Wait a minute.")
		}
		return unknown(unknownProps(l.e)), http.StatusNotFound, nil
	case l.state != invitations.Pending:
		props, err := l.ended()
		return ended(props), http.StatusGone, err
	case l.e.Auth != nil && !l.mine():
		return wrongAccount(l.versus()), http.StatusOK, nil
	case l.row.GetBool("shown") && l.account != nil && !l.known():
		return unconfirmed(unconfirmedProps(l.e, "There is an account for this address, and nobody has confirmed it yet. "+
			"This server sends no mail, so ask whoever runs it to confirm the address; then open this link again.")), http.StatusOK, nil
	}
	return letter(l.letter(faults)), http.StatusOK, nil
}

func (l *link) letter(faults web.Faults) letterProps {
	return letterProps{
		Page: frame.Public(l.e, l.title()), Title: l.title(), Offer: l.offer, Token: l.e.Request.PathValue("token"), Faults: faults,
		Address: l.row.Address(), SignedIn: l.mine(), Known: l.known(), Initials: l.called(),
		Name: cmp.Or(l.e.Request.FormValue("name"), l.row.GetString("name")), Timezone: l.e.Request.FormValue("timezone"),
	}
}

// title says who asks whom for what.
func (l *link) title() string {
	if l.offer.Member && len(l.offer.Roles) > 0 {
		return l.offer.By.Name + " offers you a role in " + l.offer.Team
	}
	return l.offer.By.Name + " asks you to join " + l.offer.Team
}

// called is who is asked, as the seats show it.
func (l *link) called() string {
	name := l.row.GetString("name")
	if l.account != nil && l.known() {
		name = l.account.GetString("name")
	}
	return cmp.Or(name, l.row.Address())
}

func (l *link) versus() versusProps {
	return versusProps{
		Page: frame.Public(l.e, "This invitation is for another address"), Offer: l.offer, Token: l.e.Request.PathValue("token"),
		Invited: accounts.Masked(l.row.Address()), SignedInAs: l.e.Auth.Email(), Help: frame.Support(l.e.App),
	}
}
