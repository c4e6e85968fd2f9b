package panel

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/people"
	"usher/hooks/tools/text"
)

// deliveryOf returns the state of the latest email about the row's invitation.
func deliveryOf(app core.App, row *people.Row) (mail.State, error) {
	states, err := mail.DeliveryStates(app, []string{row.Invitation})
	return states[row.Invitation], err
}

// unacceptedInvitations returns the invitations of rows whose email delivery is shown: those neither accepted nor declined.
func unacceptedInvitations(rows []people.Row) []string {
	var ids []string
	for _, row := range rows {
		if row.Invitation != "" && row.Status != invitations.Declined {
			ids = append(ids, row.Invitation)
		}
	}
	return ids
}

// isCorrectable reports whether the address can be corrected: its email was not delivered, the invitation was not
// answered, and the address does not belong to a user of the team.
func isCorrectable(row *people.Row, delivery mail.State) bool {
	unanswered := row.Invited || row.Status == invitations.Revoked || row.Status == invitations.Expired
	return unanswered && row.User == "" && delivery.Undelivered()
}

// deliveryStates maps email states to their label, icon and colour (R66).
var deliveryStates = map[string]DeliveryProps{
	mail.Queued:     {Label: "Queued", Icon: "clock", Pending: true},
	mail.Sending:    {Label: "Queued", Icon: "clock", Pending: true},
	mail.Sent:       {Label: "Sent", Icon: "send"},
	mail.Delayed:    {Label: "Delayed", Icon: "clock-alert", Pending: true},
	mail.Returned:   {Label: "Returned", Icon: "mail-warning", Pending: true},
	mail.Failed:     {Label: "Failed", Icon: "mail-x", Failed: true},
	mail.Delivered:  {Label: "Delivered", Icon: "mail-check", Succeeded: true},
	mail.Bounced:    {Label: "Bounced", Icon: "mail-x", Failed: true},
	mail.Complained: {Label: "Marked as spam", Icon: "mail-x", Failed: true},
	mail.Dropped:    {Label: "Not sent", Icon: "mail"},
}

// newDeliveryProps describes the delivery of an email.
func newDeliveryProps(app core.App, state mail.State, times text.ReaderZone) DeliveryProps {
	props, known := deliveryStates[state.Status]
	if !known {
		return DeliveryProps{Label: "No email", Icon: "mail"}
	}
	props.Since, props.Times, props.Error = state.At, times, state.Error
	if state.Status == mail.Dropped {
		props.Label += ": " + mail.ReasonText(state.Reason)
	}
	if state.Status == mail.Sent && !mail.Enabled(app) {
		props.Label, props.Icon = "Not emailed", "server"
		props.Error = "Email isn't set up. The message was printed to the server console."
	}
	return props
}
