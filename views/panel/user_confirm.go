package panel

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/bulk"
	"usher/hooks/invitations"
	"usher/hooks/people"
	"usher/hooks/tools/errs"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// confirmAction asks before a deed, and says what it will do.
func confirmAction(e *core.RequestEvent) error {
	row, err := findRow(e)
	if err != nil {
		return err
	}
	if e.Request.PathValue("deed") == "remove" && row.User != "" {
		return confirmRemoval(e, row, nil)
	}
	props, err := loadActionDialog(e, row, e.Request.PathValue("deed"))
	if err != nil {
		return err
	}
	if !web.IsFragmentFor(e, "dialog") {
		props.CloseURL = userPath(e, row)
	}
	return renderConfirm(e, http.StatusOK, row, ActionDialog(props))
}

// confirmRevokeRole asks again before a role is revoked, with what was wrong with the answer.
func confirmRevokeRole(e *core.RequestEvent, row *people.Row, refusal error) error {
	faults, ok := web.FormErrorsOf(refusal)
	if !ok {
		return refusal
	}
	props, err := loadActionDialog(e, row, "revoke-role")
	if errors.Is(err, errs.NotFound) {
		return renderRefused(e, row, refusal)
	}
	if err != nil {
		return err
	}
	if !props.Handover.SetError(faults) {
		return renderRefused(e, row, refusal)
	}
	props.CloseURL = userPath(e, row)
	return renderConfirm(e, web.StatusCode(refusal), row, ActionDialog(props))
}

// renderConfirm shows a question over the details that are there, or with them under it.
func renderConfirm(e *core.RequestEvent, status int, row *people.Row, question templ.Component) error {
	if web.IsFragmentFor(e, "dialog") {
		return web.Render(e, status, question)
	}
	return showDetails(e, status, row, people.Query{}, detailsExtras{dialog: question})
}

// confirmRemoval asks as for many, by the judgement that the removal itself will make. refusal is why an earlier answer
// was refused; nil if there was none.
func confirmRemoval(e *core.RequestEvent, row *people.Row, refusal error) error {
	faults, ok := web.FormErrorsOf(refusal)
	if refusal != nil && !ok {
		return refusal
	}
	foreseen, err := bulk.Preview(e.App, web.Actor(e), bulk.Action{Kind: bulk.Remove}, []string{row.User})
	if err != nil {
		return err
	}
	if foreseen.Done() == 0 && refusal != nil {
		return renderRefused(e, row, refusal)
	}
	if foreseen.Done() == 0 {
		return errs.NotFound
	}
	props := BulkDialogProps{Action: userPath(e, row) + "/remove", ActionName: "remove"}
	if !web.IsFragmentFor(e, "dialog") {
		props.CloseURL = userPath(e, row)
	}
	props.setPreview(foreseen)
	props.Groups = nil
	if props.Handover, err = loadHandover(e, foreseen); err != nil {
		return err
	}
	if props.SentInvitations, err = loadSentInvitations(e, foreseen); err != nil {
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

// loadActionDialog is the question before an action. What does not fit the person's state is not found.
func loadActionDialog(e *core.RequestEvent, row *people.Row, deed string) (*ActionDialogProps, error) {
	actor := web.Actor(e)
	props := newActionDialog(e, row, deed)
	role, known := findRole(e.Request.FormValue("role"))
	self := row.User == actor.Account.Id
	switch {
	case deed == "ask" && known:
		props.setOfferRole(role)
		return props, props.checkInvite(e.App, actor, row, rolesToOffer(row, singleRole(role.Key)))
	case deed == "take" && known && self && actor.CanTakeRoles(singleRole(role.Key)):
		return props, props.setTakeRole(e.App, actor, role)
	case deed == "again" && row.User == "" && !row.Invited:
		props.setReinvite(row)
		return props, props.checkInvite(e.App, actor, row, row.InvitedRoles())
	case deed == "correct":
		may, err := canCorrect(e.App, actor, row)
		if err != nil || !may {
			return nil, errors.Join(err, errs.NotFound)
		}
		props.setCorrectAddress(row)
	case deed == "revoke" && row.Invited:
		props.setRevokeInvitation(row)
	case deed == "revoke-role" && known && singleRole(role.Key).Without(row.Roles()).None():
		props.setRevokeRole(role, self, actor.CanTakeRoles(singleRole(role.Key)))
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
		return nil, errs.NotFound
	}
	return props, nil
}

// newActionDialog is what every question has: whom it is about, and where its answer goes.
func newActionDialog(e *core.RequestEvent, row *people.Row, deed string) *ActionDialogProps {
	return &ActionDialogProps{Name: row.DisplayName(), Action: userPath(e, row) + "/" + deed, PlanURL: settingsPath(e) + "#plan",
		Fields: []ui.HiddenField{{Name: "role", Value: e.Request.FormValue("role")}, {Name: "invitation", Value: row.Invitation}}}
}

// checkInvite says why an invitation would be refused now, if it would.
func (p *ActionDialogProps) checkInvite(app core.App, actor *actors.Actor, row *people.Row, roles actors.Roles) error {
	forecast, err := invitations.PreviewInvite(app, actor, invitations.Request{
		Lines: invitations.ParseLines([]string{row.Email}), Roles: roles})
	if err != nil {
		return err
	}
	if fate := forecast.Lines[0]; fate.Status == invitations.Refused {
		p.RefusedReason, p.NoSeat = fate.Message, isFull(fate.Code)
	}
	return nil
}

func (p *ActionDialogProps) setOfferRole(role actors.Role) {
	p.Title, p.ConfirmLabel = "Ask "+p.Name+" to be "+role.Label+"?", "Send the invitation"
	p.Consequences = []string{role.Description,
		"1 " + role.Label + " seat is reserved until the answer, for 7 days.",
		"A mail and a prompt after signing in ask. Nothing changes before the person accepts."}
}

// setTakeRole asks before the actor takes a role, or says why that would be refused now.
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
	p.Title, p.ConfirmLabel = "Invite "+p.Name+" again?", "Send the invitation"
	p.Consequences = []string{"The same is offered: " + row.InvitedRoles().Label() + ".",
		"A new link is mailed, good for 7 days. The old one stays dead."}
	if words := seatsText(row.InvitedRoles()); words != "" {
		p.Consequences = append(p.Consequences, "Reserved until the answer: "+words+".")
	}
}

func (p *ActionDialogProps) setRevokeInvitation(row *people.Row) {
	p.Title, p.ConfirmLabel, p.Danger = "Revoke the invitation of "+p.Name+"?", "Revoke invitation", true
	p.Consequences = []string{"The link in the mail dies at once. On a page that is open it can no longer be accepted."}
	if words := seatsText(row.InvitedRoles()); words != "" {
		p.Consequences = append(p.Consequences, "Free again: "+words+".")
	}
	if row.User != "" {
		p.Consequences = append(p.Consequences, "What the person has in the team stays.")
	}
}

func (p *ActionDialogProps) setRevokeRole(role actors.Role, self, retakes bool) {
	p.Title, p.ConfirmLabel, p.Danger = "Revoke the role "+role.Label+" of "+p.Name+"?", "Revoke role", true
	p.Consequences = []string{"It ends at once, on open pages too. 1 " + role.Label + " seat is free again.",
		"The person stays in the team, and gets a mail. To get the role back they have to be asked and to accept."}
	if !self {
		return
	}
	p.Title = "Give up your role " + role.Label + "?"
	p.Consequences = []string{"It ends immediately and frees 1 " + role.Label + " seat. You stay in the team.",
		"To get it back, you need a new invitation."}
	if retakes {
		p.Consequences[1] = "You can take it again as long as a seat is free."
	}
	if role.Key == "admin" {
		p.Consequences = append(p.Consequences, "This page closes, and you land in the App.")
	}
}
