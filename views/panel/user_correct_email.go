package panel

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/people"
	"usher/hooks/tools/errs"
	"usher/views/ui"
	"usher/views/web"
)

// correctAddress replaces the invitation to an undeliverable address with one to another address.
func correctAddress(e *core.RequestEvent) error {
	row, err := findRow(e)
	if err != nil {
		return err
	}
	typed := clean(e.Request.FormValue("email"))
	result, err := invitations.CorrectAddress(e.App, web.Actor(e), invitationID(e, row), typed)
	if faults, ok := web.FormErrorsOf(err); ok && faults["email"] != "" {
		return renderAddressInvalid(e, row, typed, err)
	}
	if err != nil {
		return renderRefused(e, row, err)
	}
	return renderCorrected(e, result)
}

// renderAddressInvalid shows the dialog again with the address as typed and its error.
func renderAddressInvalid(e *core.RequestEvent, row *people.Row, typed string, refusal error) error {
	props := newActionDialog(e, row, "correct")
	props.setCorrectAddress(row)
	props.Field.Value = typed
	_, _, props.Field.Error, _ = errs.Details(refusal)
	return renderActionDialog(e, web.StatusCode(refusal), row, props)
}

// renderCorrected shows the details of the new address, with the link if email isn't set up.
func renderCorrected(e *core.RequestEvent, result invitations.Result) error {
	row, err := people.FindRow(e.App, web.Actor(e).Team.Id, result.ID)
	if err != nil {
		return err
	}
	if result.Link != "" {
		return showDetails(e, http.StatusOK, row, listQuery(e), detailsExtras{link: result.Link})
	}
	return renderDone(e, row, web.Toast{Text: "Invitation sent to " + row.Email + "."})
}

// canCorrect reports whether the actor can correct the address of the row.
func canCorrect(app core.App, actor *actors.Actor, row *people.Row) (bool, error) {
	delivery, err := deliveryOf(app, row)
	return isCorrectable(row, delivery) && actor.CanManageInvitation(row.InvitedRoles(), row.Roles()), err
}

func (p *ActionDialogProps) setCorrectAddress(row *people.Row) {
	p.Title, p.ConfirmLabel = "Correct email address", "Send invitation"
	p.Field = &ui.FieldProps{ID: "email", Name: "email", Label: "Email address", Type: "email", Value: row.Email,
		Required: true, Autofocus: true, Autocomplete: "off"}
	p.Consequences = []string{"This address is invited as " + row.InvitedRoles().Label() + ". The new link is valid for " + invitationLifetime + "."}
	words := seatsText(row.InvitedRoles())
	switch {
	case row.Invited && words != "":
		p.Consequences = append(p.Consequences, "The invitation to "+row.Email+" is revoked and its link stops working. Its reservation moves to the new invitation: "+words+".")
	case row.Invited:
		p.Consequences = append(p.Consequences, "The invitation to "+row.Email+" is revoked and its link stops working.")
	case words != "":
		p.Consequences = append(p.Consequences, "Reserves "+words+" until they answer.")
	}
}
