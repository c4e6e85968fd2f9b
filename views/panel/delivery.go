package panel

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/record"
)

// letterOf is how far the newest letter about the row's invitation has come.
func letterOf(app core.App, row *members.Row) (mail.State, error) {
	states, err := mail.Delivery(app, []string{row.Invitation})
	return states[row.Invitation], err
}

// unanswered are the invitations of rows that nobody accepted: those whose letters matter.
func unanswered(rows []members.Row) []string {
	var ids []string
	for _, row := range rows {
		if row.Invitation != "" && row.Status != invitations.Declined {
			ids = append(ids, row.Invitation)
		}
	}
	return ids
}

// correctable reports whether another address is offered for the row's: its letter did not get through, nobody
// answered, and it is not the address of an account in the team.
func correctable(row *members.Row, letter mail.State) bool {
	unanswered := row.Asked || row.Status == invitations.Revoked || row.Status == invitations.Expired
	return unanswered && row.User == "" && letter.Missed()
}

// states are how far a letter has come, in icon, word and colour (R66).
var states = map[string]MailProps{
	mail.Queued:     {Word: "Queued", Icon: "clock", Waits: true},
	mail.Sending:    {Word: "Queued", Icon: "clock", Waits: true},
	mail.Sent:       {Word: "Sent", Icon: "send"},
	mail.Delayed:    {Word: "Delayed", Icon: "clock-alert", Waits: true},
	mail.Returned:   {Word: "Came back", Icon: "mail-warning", Waits: true},
	mail.Failed:     {Word: "Failed", Icon: "mail-x", Bad: true},
	mail.Delivered:  {Word: "Delivered", Icon: "mail-check", Good: true},
	mail.Bounced:    {Word: "Bounced", Icon: "mail-x", Bad: true},
	mail.Complained: {Word: "Marked as spam", Icon: "mail-x", Bad: true},
	mail.Dropped:    {Word: "Not sent", Icon: "mail"},
}

// mailProps says how far a letter has come.
func mailProps(app core.App, state mail.State, times record.Times) MailProps {
	props, known := states[state.Status]
	if !known {
		return MailProps{Word: "No letter is known", Icon: "mail"}
	}
	props.At, props.Times, props.Error = state.At, times, state.Error
	if state.Status == mail.Dropped {
		props.Word += ": " + mail.ReasonWords(state.Reason)
	}
	if state.Status == mail.Sent && !mail.Works(app) {
		props.Word, props.Icon = "Not mailed", "server"
		props.Error = "Mail is off: the letter was printed on the server's console."
	}
	return props
}
