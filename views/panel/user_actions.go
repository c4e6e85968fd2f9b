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
	"usher/hooks/paths"
	"usher/hooks/people"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// offerRole offers a role to a user of the team, or adds it to a pending invitation (R63).
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
		return errs.ErrNotFound
	}
	role, err := actors.ParseRoles([]string{e.Request.FormValue("role")})
	if err == nil {
		err = invitations.TakeRoles(e.App, web.Actor(e), role)
	}
	if err != nil {
		return renderRefused(e, row, err)
	}
	return renderDoneAgain(e, web.Toast{Text: "You're now an " + role.Label() + "."})
}

// reinvite sends a declined, revoked or expired invitation again.
func reinvite(e *core.RequestEvent) error {
	row, err := findRow(e)
	if err != nil {
		return err
	}
	return sendInvitation(e, row, row.InvitedRoles())
}

// rolesToOffer returns the role together with the roles that a pending invitation already offers.
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
	return renderInvited(e, "Invitation sent to "+text.Isolate(row.DisplayName())+".", result.Link)
}

// resendInvitation sends a new link, which replaces the previous one (R59).
func resendInvitation(e *core.RequestEvent) error {
	row, err := findRow(e)
	if err != nil {
		return err
	}
	_, link, err := invitations.Resend(e.App, web.Actor(e), invitationID(e, row))
	if err != nil {
		return renderRefused(e, row, err)
	}
	return renderInvited(e, "Invitation resent to "+text.Isolate(row.DisplayName())+". The previous link no longer works.", link)
}

// renderInvited responds with a toast, or shows the link if email isn't set up.
func renderInvited(e *core.RequestEvent, toast, link string) error {
	row, err := findRow(e)
	if err != nil {
		return err
	}
	if link != "" {
		return showDetails(e, http.StatusOK, row, listQuery(e), detailsExtras{link: link})
	}
	return renderDone(e, row, web.Toast{Text: toast})
}

// revokeInvitation revokes a pending invitation (R57).
func revokeInvitation(e *core.RequestEvent) error {
	row, err := findRow(e)
	if err != nil {
		return err
	}
	if _, err := invitations.Revoke(e.App, web.Actor(e), invitationID(e, row)); err != nil {
		return renderRefused(e, row, err)
	}
	return renderDoneAgain(e, web.Toast{Text: "The invitation to " + text.Isolate(row.DisplayName()) + " was revoked. Its link no longer works."})
}

// invitationID returns the invitation that the submitted page showed, or else the row's.
func invitationID(e *core.RequestEvent, row *people.Row) string {
	if id := e.Request.FormValue("invitation"); id != "" {
		return id
	}
	return row.Invitation
}

// revokeRole revokes one role (R58), or removes the user if that was selected too (D4).
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
	var before []members.BeforeFunc
	if role.Admin && e.Request.FormValue(layout.RevokeSentField) != "" {
		before = append(before, invitations.RevokeSent(web.Actor(e), row.User, &revoked))
	}
	ended, err := members.RevokeRoles(e.App, web.Actor(e), row.User, role, layout.HandoverTarget(e), before...)
	if err != nil {
		return confirmRevokeRole(e, row, err)
	}
	return renderRevokedRole(e, row, role, ended, revoked)
}

// renderRevokedRole responds after a role was revoked, with Undo unless the user gave it up. An Admin who gave up their own role goes to the App.
func renderRevokedRole(e *core.RequestEvent, row *people.Row, role actors.Roles, ended members.Removal, revoked int) error {
	if actor := web.Actor(e); row.User == actor.Account.Id && role.Admin {
		web.SetToast(e, "You gave up your Admin role in "+text.Isolate(actor.TeamName())+".")
		return web.Redirect(e, paths.App(e.Request.PathValue("team")))
	}
	toast := web.Toast{Text: fmt.Sprintf("%s is no longer an %s. Freed: %s.%s", text.Isolate(row.DisplayName()), role.Label(), seatsText(role),
		layout.HandoverSummary(ended.HandedOver, ended.Cancelled)+layout.RevokedText(revoked))}
	if row.User != web.Actor(e).Account.Id {
		toast.UndoPath, toast.UndoFields = userPath(e, row)+"/restore-role", []ui.HiddenField{{Name: "role", Value: e.Request.FormValue("role")}}
	}
	return renderDoneAgain(e, toast)
}

// restoreRole undoes revokeRole.
func restoreRole(e *core.RequestEvent) error {
	row, err := findRow(e)
	if err != nil {
		return err
	}
	role, err := actors.ParseRoles([]string{e.Request.FormValue("role")})
	if err == nil {
		err = members.RestoreRoles(e.App, web.Actor(e), row.User, role)
	}
	if err != nil {
		return renderRefused(e, row, err)
	}
	return renderDoneAgain(e, web.Toast{Text: text.Isolate(row.DisplayName()) + " is an " + role.Label() + " again."})
}

// renderDoneAgain is renderDone with the current row of the request's user.
func renderDoneAgain(e *core.RequestEvent, toast web.Toast) error {
	row, err := findRow(e)
	if err != nil {
		return err
	}
	return renderDone(e, row, toast)
}

// removeUser removes a user from the team, or revokes the invitation of an invitee who never accepted. A user who was
// removed meanwhile and one of another team get the same response.
func removeUser(e *core.RequestEvent) error {
	row, err := findRow(e)
	if errors.Is(err, errs.ErrNotFound) {
		return renderGone(e)
	}
	if err != nil {
		return err
	}
	if row.User == "" {
		return revokeInvitation(e)
	}
	result, err := bulk.Do(e.App, web.Actor(e), bulk.Action{Kind: bulk.Remove, HandOver: layout.HandoverTarget(e),
		RevokeSent: e.Request.FormValue(layout.RevokeSentField) != ""}, []string{row.User})
	if err != nil {
		return confirmRemoval(e, row, err)
	}
	switch line := result.Rows[0]; {
	case line.Code == bulk.CodeNotFound:
		return renderGone(e)
	case line.Status == bulk.Skipped:
		return renderRefused(e, row, errs.Invalid("base", line.Code, line.Message))
	}
	return redirectWithResult(e, result, listQuery(e))
}

// renderIfGone wraps an action so that it shows the list if its user is no longer in the team.
func renderIfGone(action func(e *core.RequestEvent) error) func(e *core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		err := action(e)
		if !errors.Is(err, errs.ErrNotFound) {
			return err
		}
		if _, missing := findRow(e); !errors.Is(missing, errs.ErrNotFound) {
			return err
		}
		return renderGone(e)
	}
}

// renderGone shows the list with a notice that the user isn't in the team.
func renderGone(e *core.RequestEvent) error {
	query := listQuery(e)
	page, err := loadUsersPage(e, query, "")
	if err != nil {
		return err
	}
	page.Result = &BulkResultProps{Text: "No changes were made. This user isn't in the team.", CloseURL: queryHref(usersPath(e), query)}
	if web.IsFragment(e) {
		web.Retarget(e, "body")
	}
	return web.Render(e, http.StatusNotFound, Users(page))
}

// renderRefused shows the user's current details with the reason why an action was refused. Other errors, and actions
// that the actor is never allowed to do, are returned for the error page.
func renderRefused(e *core.RequestEvent, row *people.Row, err error) error {
	if _, ok := web.FormErrorsOf(err); !ok {
		return err
	}
	now, missing := findRow(e)
	if errors.Is(missing, errs.ErrNotFound) {
		now = row
	} else if missing != nil {
		return missing
	}
	web.SetRetryAfter(e, err)
	return showDetails(e, web.StatusCode(err), now, listQuery(e), detailsExtras{err: err})
}
