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

// correctAddress invites another address in place of one that letters do not reach.
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

// renderAddressInvalid answers a refused address with the dialog as it was filled in, and why beside the field.
func renderAddressInvalid(e *core.RequestEvent, row *people.Row, typed string, fault error) error {
	props := newActionDialog(e, row, "correct")
	props.setCorrectAddress(row)
	props.CloseURL = userPath(e, row)
	props.Field.Value = typed
	_, _, props.Field.Error, _ = errs.Details(fault)
	return showDetails(e, web.StatusCode(fault), row, people.Query{}, detailsExtras{dialog: ActionDialog(props)})
}

// renderCorrected leads to the details of the right address; with the link where no mail is sent.
func renderCorrected(e *core.RequestEvent, result invitations.Result) error {
	row, err := people.FindRow(e.App, web.Actor(e).Team.Id, result.ID)
	if err != nil {
		return err
	}
	if result.Link != "" {
		return showDetails(e, http.StatusOK, row, people.Query{}, detailsExtras{link: result.Link})
	}
	web.SetToast(e, row.Email+" was asked instead. An invitation is on its way.")
	return web.Redirect(e, userPath(e, row))
}

// canCorrect reports whether correcting is offered to the actor.
func canCorrect(app core.App, actor *actors.Actor, row *people.Row) (bool, error) {
	letter, err := deliveryOf(app, row)
	return isCorrectable(row, letter) && actor.CanManageInvitation(row.InvitedRoles(), row.Roles()), err
}

func (p *ActionDialogProps) setCorrectAddress(row *people.Row) {
	p.Title, p.ConfirmLabel = "Correct the address and send again", "Send the invitation"
	p.Field = &ui.FieldProps{ID: "email", Name: "email", Label: "The right address", Type: "email", Value: row.Email,
		Required: true, Autofocus: true, Autocomplete: "off"}
	p.Consequences = []string{"The same is offered: " + row.InvitedRoles().Label() + ". A new link is mailed, good for 7 days."}
	words := seatsText(row.InvitedRoles())
	switch {
	case row.Invited && words != "":
		p.Consequences = append(p.Consequences, "The invitation to "+row.Email+" ends, its link dies, and what it reserved goes over: "+words+".")
	case row.Invited:
		p.Consequences = append(p.Consequences, "The invitation to "+row.Email+" ends, and its link dies.")
	case words != "":
		p.Consequences = append(p.Consequences, "Reserved until the answer: "+words+".")
	}
}
