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
	"usher/hooks/people"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/views/layout"
	"usher/views/web"
)

// offerRole offers a role to somebody who is in the team, or adds one to an invitation that waits (R63).
func offerRole(e *core.RequestEvent) error {
	row, err := findRow(e)
	if err != nil {
		return err
	}
	role, err := actors.ParseRoles([]string{e.Request.FormValue("role")})
	if err != nil {
		return renderRefused(e, row, err)
	}
	return sendInvitation(e, row, rolesToOffer(row, role))
}

// takeRole gives the actor a role immediately (D1).
func takeRole(e *core.RequestEvent) error {
	row, err := findRow(e)
	if err != nil {
		return err
	}
	if row.User != web.Actor(e).Account.Id {
		return errs.NotFound
	}
	role, err := actors.ParseRoles([]string{e.Request.FormValue("role")})
	if err == nil {
		err = invitations.TakeRoles(e.App, web.Actor(e), role)
	}
	if err != nil {
		return renderRefused(e, row, err)
	}
	web.SetToast(e, "You are now an "+role.Label()+".")
	return web.Redirect(e, userPath(e, row))
}

// reinvite offers once more what was declined, revoked or has expired.
func reinvite(e *core.RequestEvent) error {
	row, err := findRow(e)
	if err != nil {
		return err
	}
	return sendInvitation(e, row, row.InvitedRoles())
}

// rolesToOffer is the roles that an invitation would offer: what is asked for, with what waits already.
func rolesToOffer(row *people.Row, role actors.Roles) actors.Roles {
	if row.Invited {
		return role.With(row.InvitedRoles())
	}
	return role
}

func sendInvitation(e *core.RequestEvent, row *people.Row, roles actors.Roles) error {
	results, err := invitations.Invite(e.App, web.Actor(e), invitations.Request{
		Lines: []invitations.Line{addresslist.NewEntry(row.Name, row.Email)}, Roles: roles})
	if err != nil {
		return renderRefused(e, row, err)
	}
	result := results[0]
	if result.Status == invitations.Refused {
		return renderRefused(e, row, errs.Invalid("base", result.Code, result.Message))
	}
	return renderInvited(e, row.DisplayName()+" was asked. An invitation is on its way.", result.Link)
}

// resendInvitation sends a new link; the old one is dead (R59).
func resendInvitation(e *core.RequestEvent) error {
	row, err := findRow(e)
	if err != nil {
		return err
	}
	_, link, err := invitations.Resend(e.App, web.Actor(e), invitationID(e, row))
	if err != nil {
		return renderRefused(e, row, err)
	}
	return renderInvited(e, "A new link is on its way to "+row.DisplayName()+". The old one is dead.", link)
}

// renderInvited answers when an invitation went out; with the link where no mail is sent.
func renderInvited(e *core.RequestEvent, sentence, link string) error {
	row, err := findRow(e)
	if err != nil {
		return err
	}
	if link != "" {
		return showDetails(e, http.StatusOK, row, people.Query{}, detailsExtras{link: link})
	}
	web.SetToast(e, sentence)
	return web.Redirect(e, userPath(e, row))
}

// revokeInvitation ends an invitation that waits (R57).
func revokeInvitation(e *core.RequestEvent) error {
	row, err := findRow(e)
	if err != nil {
		return err
	}
	if _, err := invitations.Revoke(e.App, web.Actor(e), invitationID(e, row)); err != nil {
		return renderRefused(e, row, err)
	}
	web.SetToast(e, "The invitation of "+row.DisplayName()+" was revoked. Its link is dead.")
	return web.Redirect(e, userPath(e, row))
}

// invitationID is the invitation that the person saw when pressing the button, or else the row's.
func invitationID(e *core.RequestEvent, row *people.Row) string {
	if id := e.Request.FormValue("invitation"); id != "" {
		return id
	}
	return row.Invitation
}

// revokeRole takes one role at once (R58); the person stays in the team unless that was chosen, too (D4).
func revokeRole(e *core.RequestEvent) error {
	row, err := findRow(e)
	if err != nil {
		return err
	}
	if e.Request.FormValue("also") == "remove" {
		return removeUser(e)
	}
	role, err := actors.ParseRoles([]string{e.Request.FormValue("role")})
	if err != nil {
		return renderRefused(e, row, err)
	}
	revoked := 0
	var also []members.BeforeFunc
	if role.Admin && e.Request.FormValue(layout.RevokeSentField) != "" {
		also = append(also, invitations.RevokeSent(web.Actor(e), row.User, &revoked))
	}
	parted, err := sessions.RevokeRoles(e.App, web.Actor(e), row.User, role, layout.HandoverTarget(e), also...)
	if err != nil {
		return confirmRevokeRole(e, row, err)
	}
	return renderRevokedRole(e, row, role, parted, revoked)
}

// renderRevokedRole leads on after a role has ended: who gave up the right to be here lands in the App.
func renderRevokedRole(e *core.RequestEvent, row *people.Row, role actors.Roles, parted sessions.HandoverResult, revoked int) error {
	if actor := web.Actor(e); row.User == actor.Account.Id && role.Admin {
		web.SetToast(e, "You gave up your Admin role in "+actor.Team.GetString("name")+".")
		return web.Redirect(e, "/app/"+e.Request.PathValue("team"))
	}
	web.SetToast(e, fmt.Sprintf("%s is no longer %s. Freed: %s.%s", row.DisplayName(), role.Label(), seatsText(role),
		layout.HandoverSummary(parted.HandedOver, parted.Cancelled)+layout.RevokedText(revoked)))
	return web.Redirect(e, userPath(e, row))
}

// removeUser ends a person's access to the team, or the invitation of who never accepted. Who is gone already was
// removed by somebody else meanwhile, or is of another team: both read alike.
func removeUser(e *core.RequestEvent) error {
	row, err := findRow(e)
	if errors.Is(err, errs.NotFound) {
		return renderGone(e)
	}
	if err != nil {
		return err
	}
	if row.User == "" {
		return revokeInvitation(e)
	}
	receipt, err := bulk.Do(e.App, web.Actor(e), bulk.Action{Kind: bulk.Remove, HandOver: layout.HandoverTarget(e),
		RevokeSent: e.Request.FormValue(layout.RevokeSentField) != ""}, []string{row.User})
	if err != nil {
		return confirmRemoval(e, row, err)
	}
	switch line := receipt.Rows[0]; {
	case line.Code == bulk.CodeNotFound:
		return renderGone(e)
	case line.Status == bulk.Skipped:
		return renderRefused(e, row, errs.Invalid("base", line.Code, line.Message))
	}
	return redirectWithResult(e, receipt, people.Query{})
}

// renderIfGone shows the list where the deed came too late: its person is not in the team any more.
func renderIfGone(deed func(e *core.RequestEvent) error) func(e *core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		err := deed(e)
		if !errors.Is(err, errs.NotFound) {
			return err
		}
		if _, missing := findRow(e); !errors.Is(missing, errs.NotFound) {
			return err
		}
		return renderGone(e)
	}
}

// renderGone shows the list, and that there was nobody to do it to.
func renderGone(e *core.RequestEvent) error {
	page, err := loadUsersPage(e, people.Query{}, "")
	if err != nil {
		return err
	}
	page.Result = &BulkResultProps{Text: "Nothing was changed: this person is not in the team, or not any more.", CloseURL: usersPath(e)}
	return web.Render(e, http.StatusNotFound, Users(page))
}

// renderRefused answers a deed that was not done with the details as they are now, and why. What is no refusal,
// and what the actor may never do, are pages of their own.
func renderRefused(e *core.RequestEvent, row *people.Row, err error) error {
	if _, ok := web.FormErrorsOf(err); !ok {
		return err
	}
	now, missing := findRow(e)
	if errors.Is(missing, errs.NotFound) {
		now = row
	} else if missing != nil {
		return missing
	}
	web.SetRetryAfter(e, err)
	return showDetails(e, web.StatusCode(err), now, people.Query{}, detailsExtras{err: err})
}
