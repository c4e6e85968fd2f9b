package panel

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/people"
	"usher/hooks/tools/text"
)

// deliveryOf is how far the newest letter about the row's invitation has come.
func deliveryOf(app core.App, row *people.Row) (mail.State, error) {
	states, err := mail.DeliveryStates(app, []string{row.Invitation})
	return states[row.Invitation], err
}

// unacceptedInvitations are the invitations of rows that nobody accepted: those whose letters matter.
func unacceptedInvitations(rows []people.Row) []string {
	var ids []string
	for _, row := range rows {
		if row.Invitation != "" && row.Status != invitations.Declined {
			ids = append(ids, row.Invitation)
		}
	}
	return ids
}

// isCorrectable reports whether another address is offered for the row's: its letter did not get through, nobody
// answered, and it is not the address of an account in the team.
func isCorrectable(row *people.Row, letter mail.State) bool {
	unanswered := row.Invited || row.Status == invitations.Revoked || row.Status == invitations.Expired
	return unanswered && row.User == "" && letter.Undelivered()
}

// deliveryStates are how far a letter has come, in icon, word and colour (R66).
var deliveryStates = map[string]DeliveryProps{
	mail.Queued:     {Label: "Queued", Icon: "clock", Pending: true},
	mail.Sending:    {Label: "Queued", Icon: "clock", Pending: true},
	mail.Sent:       {Label: "Sent", Icon: "send"},
	mail.Delayed:    {Label: "Delayed", Icon: "clock-alert", Pending: true},
	mail.Returned:   {Label: "Came back", Icon: "mail-warning", Pending: true},
	mail.Failed:     {Label: "Failed", Icon: "mail-x", Failed: true},
	mail.Delivered:  {Label: "Delivered", Icon: "mail-check", Succeeded: true},
	mail.Bounced:    {Label: "Bounced", Icon: "mail-x", Failed: true},
	mail.Complained: {Label: "Marked as spam", Icon: "mail-x", Failed: true},
	mail.Dropped:    {Label: "Not sent", Icon: "mail"},
}

// newDeliveryProps says how far a letter has come.
func newDeliveryProps(app core.App, state mail.State, times text.ReaderZone) DeliveryProps {
	props, known := deliveryStates[state.Status]
	if !known {
		return DeliveryProps{Label: "No letter is known", Icon: "mail"}
	}
	props.Since, props.Times, props.Error = state.At, times, state.Error
	if state.Status == mail.Dropped {
		props.Label += ": " + mail.ReasonText(state.Reason)
	}
	if state.Status == mail.Sent && !mail.Enabled(app) {
		props.Label, props.Icon = "Not mailed", "server"
		props.Error = "Mail is off: the letter was printed on the server's console."
	}
	return props
}
