package panel

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/addresslist"
	"usher/hooks/bulk"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/views/frame"
	"usher/views/web"
)

// ask offers a role to somebody who is in the team, or adds one to an invitation that waits (R63).
func ask(e *core.RequestEvent) error {
	row, err := rowOf(e)
	if err != nil {
		return err
	}
	role, err := actors.ParseRoles([]string{e.Request.FormValue("role")})
	if err != nil {
		return refused(e, row, err)
	}
	return invite(e, row, asked(row, role))
}

// take gives the actor a role immediately (D1).
func take(e *core.RequestEvent) error {
	row, err := rowOf(e)
	if err != nil {
		return err
	}
	if row.User != web.Actor(e).Account.Id {
		return record.ErrNotFound
	}
	role, err := actors.ParseRoles([]string{e.Request.FormValue("role")})
	if err == nil {
		err = invitations.TakeRoles(e.App, web.Actor(e), role)
	}
	if err != nil {
		return refused(e, row, err)
	}
	web.Toast(e, "You are now an "+role.Words()+".")
	return web.Go(e, personPath(e, row))
}

// again offers once more what was declined, revoked or has expired.
func again(e *core.RequestEvent) error {
	row, err := rowOf(e)
	if err != nil {
		return err
	}
	return invite(e, row, row.Offered())
}

// asked is the roles that an invitation would offer: what is asked for, with what waits already.
func asked(row *members.Row, role actors.Roles) actors.Roles {
	if row.Asked {
		return role.With(row.Offered())
	}
	return role
}

func invite(e *core.RequestEvent, row *members.Row, roles actors.Roles) error {
	results, err := invitations.Invite(e.App, web.Actor(e), invitations.Offer{
		Lines: []invitations.Line{addresslist.Of(row.Name, row.Email)}, Roles: roles})
	if err != nil {
		return refused(e, row, err)
	}
	result := results[0]
	if result.Status == invitations.Refused {
		return refused(e, row, record.Refuse("base", result.Code, result.Message))
	}
	return invited(e, row.Called()+" was asked. An invitation is on its way.", result.Link)
}

// resend sends a new link; the old one is dead (R59).
func resend(e *core.RequestEvent) error {
	row, err := rowOf(e)
	if err != nil {
		return err
	}
	_, link, err := invitations.Resend(e.App, web.Actor(e), invitationOf(e, row))
	if err != nil {
		return refused(e, row, err)
	}
	return invited(e, "A new link is on its way to "+row.Called()+". The old one is dead.", link)
}

// invited answers when an invitation went out; with the link where no mail is sent.
func invited(e *core.RequestEvent, sentence, link string) error {
	row, err := rowOf(e)
	if err != nil {
		return err
	}
	if link != "" {
		return showDetails(e, http.StatusOK, row, members.Query{}, shown{link: link})
	}
	web.Toast(e, sentence)
	return web.Go(e, personPath(e, row))
}

// revoke ends an invitation that waits (R57).
func revoke(e *core.RequestEvent) error {
	row, err := rowOf(e)
	if err != nil {
		return err
	}
	if _, err := invitations.Revoke(e.App, web.Actor(e), invitationOf(e, row)); err != nil {
		return refused(e, row, err)
	}
	web.Toast(e, "The invitation of "+row.Called()+" was revoked. Its link is dead.")
	return web.Go(e, personPath(e, row))
}

// invitationOf is the invitation that the person saw when pressing the button, or else the row's.
func invitationOf(e *core.RequestEvent, row *members.Row) string {
	if id := e.Request.FormValue("invitation"); id != "" {
		return id
	}
	return row.Invitation
}

// revokeRole takes one role at once (R58); the person stays in the team unless that was chosen, too (D4).
func revokeRole(e *core.RequestEvent) error {
	row, err := rowOf(e)
	if err != nil {
		return err
	}
	if e.Request.FormValue("also") == "remove" {
		return remove(e)
	}
	role, err := actors.ParseRoles([]string{e.Request.FormValue("role")})
	if err != nil {
		return refused(e, row, err)
	}
	revoked := 0
	var also []members.First
	if role.Admin && e.Request.FormValue(frame.SentField) != "" {
		also = append(also, invitations.RevokeSent(web.Actor(e), row.User, &revoked))
	}
	parted, err := sessions.RevokeRoles(e.App, web.Actor(e), row.User, role, frame.HandOver(e), also...)
	if err != nil {
		return confirmRevokeRole(e, row, err)
	}
	return revokedRole(e, row, role, parted, revoked)
}

// revokedRole leads on after a role has ended: who gave up the right to be here lands in the App.
func revokedRole(e *core.RequestEvent, row *members.Row, role actors.Roles, parted sessions.Parted, revoked int) error {
	if actor := web.Actor(e); row.User == actor.Account.Id && role.Admin {
		web.Toast(e, "You gave up your Admin role in "+actor.Team.GetString("name")+".")
		return web.Go(e, "/app/"+e.Request.PathValue("team"))
	}
	web.Toast(e, fmt.Sprintf("%s is no longer %s. Freed: %s.%s", row.Called(), role.Words(), seatWords(role),
		frame.PartedWords(parted.HandedOver, parted.Cancelled)+frame.SentWords(revoked)))
	return web.Go(e, personPath(e, row))
}

// remove ends a person's access to the team, or the invitation of who never accepted. Who is gone already was
// removed by somebody else meanwhile, or is of another team: both read alike.
func remove(e *core.RequestEvent) error {
	row, err := rowOf(e)
	if errors.Is(err, record.ErrNotFound) {
		return gone(e)
	}
	if err != nil {
		return err
	}
	if row.User == "" {
		return revoke(e)
	}
	receipt, err := bulk.Do(e.App, web.Actor(e), bulk.Deed{Kind: bulk.Remove, HandOver: frame.HandOver(e),
		RevokeSent: e.Request.FormValue(frame.SentField) != ""}, []string{row.User})
	if err != nil {
		return confirmRemoval(e, row, err)
	}
	switch line := receipt.Lines[0]; {
	case line.Code == bulk.CodeGone:
		return gone(e)
	case line.Status == bulk.Skipped:
		return refused(e, row, record.Refuse("base", line.Code, line.Message))
	}
	return withReceipt(e, receipt, members.Query{})
}

// orGone shows the list where the deed came too late: its person is not in the team any more.
func orGone(deed func(e *core.RequestEvent) error) func(e *core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		err := deed(e)
		if !errors.Is(err, record.ErrNotFound) {
			return err
		}
		if _, missing := rowOf(e); !errors.Is(missing, record.ErrNotFound) {
			return err
		}
		return gone(e)
	}
}

// gone shows the list, and that there was nobody to do it to.
func gone(e *core.RequestEvent) error {
	page, err := usersProps(e, members.Query{}, "")
	if err != nil {
		return err
	}
	page.Receipt = &ReceiptProps{Text: "Nothing was changed: this person is not in the team, or not any more.", Close: usersPath(e)}
	return web.Render(e, http.StatusNotFound, Users(page))
}

// refused answers a deed that was not done with the details as they are now, and why. What is no refusal,
// and what the actor may never do, are pages of their own.
func refused(e *core.RequestEvent, row *members.Row, err error) error {
	if _, ok := web.FaultsOf(err); !ok {
		return err
	}
	now, missing := rowOf(e)
	if errors.Is(missing, record.ErrNotFound) {
		now = row
	} else if missing != nil {
		return missing
	}
	web.SetWait(e, err)
	return showDetails(e, web.Status(err), now, members.Query{}, shown{fault: err})
}
