package panel

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/views/ui"
	"usher/views/web"
)

// correct invites another address in place of one that letters do not reach.
func correct(e *core.RequestEvent) error {
	row, err := rowOf(e)
	if err != nil {
		return err
	}
	typed := clean(e.Request.FormValue("email"))
	result, err := invitations.Correct(e.App, web.Actor(e), invitationOf(e, row), typed)
	if faults, ok := web.FaultsOf(err); ok && faults["email"] != "" {
		return correctAgain(e, row, typed, err)
	}
	if err != nil {
		return refused(e, row, err)
	}
	return corrected(e, result)
}

// correctAgain answers a refused address with the dialog as it was filled in, and why beside the field.
func correctAgain(e *core.RequestEvent, row *members.Row, typed string, fault error) error {
	props := questionOf(e, row, "correct")
	props.correct(row)
	props.Close = personPath(e, row)
	props.Field.Value = typed
	_, _, props.Field.Error, _ = record.Refusal(fault)
	return showDetails(e, web.Status(fault), row, members.Query{}, shown{dialog: Deed(props)})
}

// corrected leads to the details of the right address; with the link where no mail is sent.
func corrected(e *core.RequestEvent, result invitations.Result) error {
	row, err := members.FindRow(e.App, web.Actor(e).Team.Id, result.ID)
	if err != nil {
		return err
	}
	if result.Link != "" {
		return showDetails(e, http.StatusOK, row, members.Query{}, shown{link: result.Link})
	}
	web.Toast(e, row.Email+" was asked instead. An invitation is on its way.")
	return web.Go(e, personPath(e, row))
}

// mayCorrect reports whether correcting is offered to the actor.
func mayCorrect(app core.App, actor *actors.Actor, row *members.Row) (bool, error) {
	letter, err := letterOf(app, row)
	return correctable(row, letter) && actor.CanAnswerFor(row.Offered(), row.Roles()), err
}

func (p *DeedProps) correct(row *members.Row) {
	p.Title, p.Yes = "Correct the address and send again", "Send the invitation"
	p.Field = &ui.FieldProps{ID: "email", Name: "email", Label: "The right address", Type: "email", Value: row.Email,
		Required: true, Autofocus: true, Autocomplete: "off"}
	p.What = []string{"The same is offered: " + row.Offered().Words() + ". A new link is mailed, good for 7 days."}
	words := seatWords(row.Offered())
	switch {
	case row.Asked && words != "":
		p.What = append(p.What, "The invitation to "+row.Email+" ends, its link dies, and what it reserved goes over: "+words+".")
	case row.Asked:
		p.What = append(p.What, "The invitation to "+row.Email+" ends, and its link dies.")
	case words != "":
		p.What = append(p.What, "Reserved until the answer: "+words+".")
	}
}
