package panel

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/bulk"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/people"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// confirmAction shows the confirmation dialog of an action on a user.
func confirmAction(e *core.RequestEvent) error {
	row, err := findRow(e)
	if err != nil {
		return err
	}
	if e.Request.PathValue("action") == "remove" && row.User != "" {
		return confirmRemoval(e, row, nil)
	}
	props, err := loadActionDialog(e, row, e.Request.PathValue("action"))
	if err != nil {
		return err
	}
	return renderActionDialog(e, http.StatusOK, row, props)
}

// confirmRevokeRole shows the confirmation dialog again, with the error of the submitted form.
func confirmRevokeRole(e *core.RequestEvent, row *people.Row, refusal error) error {
	faults, ok := web.FormErrorsOf(refusal)
	if !ok {
		return refusal
	}
	props, err := loadActionDialog(e, row, "revoke-role")
	if errors.Is(err, errs.ErrNotFound) {
		return renderRefused(e, row, refusal)
	}
	if err != nil {
		return err
	}
	if !props.Handover.SetError(faults) {
		return renderRefused(e, row, refusal)
	}
	return renderActionDialog(e, web.StatusCode(refusal), row, props)
}

// renderActionDialog sends the dialog. On a page of its own, closing it leads to the user's details.
func renderActionDialog(e *core.RequestEvent, status int, row *people.Row, props *ActionDialogProps) error {
	if !web.IsFragment(e) {
		props.CloseURL = queryHref(userPath(e, row), listQuery(e))
	}
	return renderConfirm(e, status, row, ActionDialog(props))
}

// renderConfirm sends the dialog alone to a fragment request, and over the user's details otherwise.
func renderConfirm(e *core.RequestEvent, status int, row *people.Row, dialog templ.Component) error {
	if web.IsFragment(e) {
		web.Retarget(e, "#dialog") // a refused form replaces its dialog
		return web.Render(e, status, dialog)
	}
	return showDetails(e, status, row, listQuery(e), detailsExtras{dialog: dialog})
}

// confirmRemoval shows the confirmation dialog of a removal, with a preview. refusal is the error of the submitted form,
// or nil.
func confirmRemoval(e *core.RequestEvent, row *people.Row, refusal error) error {
	faults, ok := web.FormErrorsOf(refusal)
	if refusal != nil && !ok {
		return refusal
	}
	preview, err := bulk.Preview(e.App, web.Actor(e), bulk.Action{Kind: bulk.Remove}, []string{row.User})
	if err != nil {
		return err
	}
	if preview.Done() == 0 && refusal != nil {
		return renderRefused(e, row, refusal)
	}
	if preview.Done() == 0 {
		return errs.ErrNotFound
	}
	props := BulkDialogProps{Action: userPath(e, row) + "/remove", ActionName: "remove"}
	if !web.IsFragment(e) {
		props.CloseURL = queryHref(userPath(e, row), listQuery(e))
	}
	props.setPreview(preview, mail.Enabled(e.App))
	props.Groups = nil
	if props.Handover, err = loadHandover(e, preview); err != nil {
		return err
	}
	if props.SentInvitations, err = loadSentInvitations(e, preview); err != nil {
		return err
	}
	if refusal == nil {
		return renderConfirm(e, http.StatusOK, row, BulkDialog(props))
	}
	if !props.Handover.SetError(faults) {
		return renderRefused(e, row, refusal)
	}
	return renderConfirm(e, web.StatusCode(refusal), row, BulkDialog(props))
}

// loadActionDialog returns the confirmation dialog of an action. It returns errs.ErrNotFound for an action that doesn't fit
// the user's state.
func loadActionDialog(e *core.RequestEvent, row *people.Row, action string) (*ActionDialogProps, error) {
	actor := web.Actor(e)
	props := newActionDialog(e, row, action)
	role, known := findRole(e.Request.FormValue("role"))
	self := row.User == actor.Account.Id
	switch {
	case action == "ask" && known:
		props.setOfferRole(role, mail.Enabled(e.App))
		return props, props.checkInvite(e.App, actor, row, rolesToOffer(row, singleRole(role.Key)))
	case action == "take" && known && self && actor.CanTakeRoles(singleRole(role.Key)):
		return props, props.setTakeRole(e.App, actor, role)
	case action == "again" && row.User == "" && !row.Invited:
		props.setReinvite(row)
		return props, props.checkInvite(e.App, actor, row, row.InvitedRoles())
	case action == "correct":
		may, err := canCorrect(e.App, actor, row)
		if err != nil || !may {
			return nil, errors.Join(err, errs.ErrNotFound)
		}
		props.setCorrectAddress(row)
	case action == "tags":
		return props, props.setTags(e, row)
	case action == "revoke" && row.Invited:
		props.setRevokeInvitation(row)
	case action == "revoke-role" && known && singleRole(role.Key).Without(row.Roles()).None():
		props.setRevokeRole(role, self, actor.CanTakeRoles(singleRole(role.Key)), mail.Enabled(e.App))
		props.AlsoRemove = actor.CanRemove(row.HeldAndInvitedRoles(), self)
		var err error
		if props.Handover, err = loadRoleHandover(e, row.User, singleRole(role.Key)); err != nil {
			return nil, err
		}
		if role.Key != "admin" && !props.AlsoRemove {
			return props, nil
		}
		if props.SentInvitations, err = layout.NewSentInvitations(e, row.User); props.SentInvitations != nil {
			props.SentInvitations.OnRemoval = role.Key != "admin"
		}
		return props, err
	default:
		return nil, errs.ErrNotFound
	}
	return props, nil
}

// newActionDialog returns the props that all action dialogs share.
func newActionDialog(e *core.RequestEvent, row *people.Row, action string) *ActionDialogProps {
	return &ActionDialogProps{Name: row.DisplayName(), Action: userPath(e, row) + "/" + action, PlanURL: billingPath(e),
		Fields: []ui.HiddenField{{Name: "role", Value: e.Request.FormValue("role")}, {Name: "invitation", Value: row.Invitation}}}
}

// checkInvite sets RefusedReason if the invitation would be refused now.
func (p *ActionDialogProps) checkInvite(app core.App, actor *actors.Actor, row *people.Row, roles actors.Roles) error {
	preview, err := invitations.PreviewInvite(app, actor, invitations.Request{
		Lines: invitations.ParseLines([]string{row.Email}), Roles: roles})
	if err != nil {
		return err
	}
	if line := preview.Lines[0]; line.Status == invitations.Refused {
		p.RefusedReason, p.NoSeat = line.Message, isFull(line.Code)
	}
	return nil
}

func (p *ActionDialogProps) setOfferRole(role actors.Role, emails bool) {
	p.Title, p.ConfirmLabel = "Invite "+text.Isolate(p.Name)+" to be an "+role.Label+"?", "Send invitation"
	p.Consequences = []string{role.Description,
		"1 " + role.Label + " seat is reserved until they answer, for up to " + invitationLifetime + ".",
		"They get an email and see the invitation when they sign in. Nothing changes until they accept."}
	if !emails {
		p.Consequences[2] = "You get a link to share with them. They also see the invitation when they sign in. Nothing changes until they accept."
	}
}

// setTakeRole fills the dialog in which the actor takes a role, and sets RefusedReason if that would be refused now.
func (p *ActionDialogProps) setTakeRole(app core.App, actor *actors.Actor, role actors.Role) error {
	p.Title, p.ConfirmLabel = "Make yourself an "+role.Label+"?", "Become an "+role.Label
	p.Consequences = []string{role.Description, "You get the role immediately. It uses 1 " + role.Label + " seat."}
	err := invitations.PreviewTakeRoles(app, actor, singleRole(role.Key))
	_, code, sentence, ok := errs.Details(err)
	if !ok {
		return err
	}
	p.RefusedReason, p.NoSeat = sentence, isFull(code)
	return nil
}

func (p *ActionDialogProps) setReinvite(row *people.Row) {
	p.Title, p.ConfirmLabel = "Invite "+text.Isolate(p.Name)+" again?", "Send invitation"
	p.Consequences = []string{"They're invited as " + row.InvitedRoles().Label() + ", as before.",
		newLinkText("They get")}
	if words := seatsText(row.InvitedRoles()); words != "" {
		p.Consequences = append(p.Consequences, "Reserves "+words+" until they answer.")
	}
}

func (p *ActionDialogProps) setRevokeInvitation(row *people.Row) {
	p.Title, p.ConfirmLabel, p.Danger = "Revoke the invitation to "+text.Isolate(p.Name)+"?", "Revoke invitation", true
	p.Consequences = []string{"The invitation link stops working immediately, including on open pages."}
	if words := seatsText(row.InvitedRoles()); words != "" {
		p.Consequences = append(p.Consequences, "Frees "+words+".")
	}
	if row.User != "" {
		p.Consequences = append(p.Consequences, "They stay in the team with their current roles.")
	}
}

func (p *ActionDialogProps) setRevokeRole(role actors.Role, self, canRetake, emails bool) {
	p.Title, p.ConfirmLabel, p.Danger = "Revoke the "+role.Label+" role from "+text.Isolate(p.Name)+"?", "Revoke role", true
	p.Consequences = []string{"They lose the role immediately, including on open pages. This frees 1 " + role.Label + " seat.",
		"They stay in the team and get an email. To get the role back, they have to accept a new invitation."}
	if !emails {
		p.Consequences[1] = "They stay in the team. To get the role back, they have to accept a new invitation."
	}
	if !self {
		return
	}
	p.Title = "Give up your " + role.Label + " role?"
	p.Consequences = []string{"You lose the role immediately, which frees 1 " + role.Label + " seat. You stay in the team.",
		"To get it back, you need a new invitation."}
	if canRetake {
		p.Consequences[1] = "You can take it again as long as a seat is free."
	}
	if role.Key == "admin" {
		p.Consequences = append(p.Consequences, "You leave the Admin Panel and return to the App.")
	}
}
