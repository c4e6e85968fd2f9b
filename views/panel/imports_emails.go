package panel

import (
	"strconv"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/people"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// emailsShown is the page size of an import's emails.
const emailsShown = 50

// importEmails returns one page of an import's invited rows with the delivery status of their emails.
func importEmails(e *core.RequestEvent, one *invitations.Import, counts map[string]int) (ImportEmailsProps, error) {
	props := ImportEmailsProps{Total: one.Count(invitations.Invited) + one.Count(invitations.Updated)}
	page, _ := strconv.Atoi(e.Request.URL.Query().Get("page"))
	page = min(max(page, 1), max(1, (props.Total+emailsShown-1)/emailsShown))
	rows, err := invitations.InvitedRows(e.App, one, (page-1)*emailsShown, emailsShown)
	if err != nil || len(rows) == 0 {
		return props, err
	}
	addresses := make([]string, len(rows))
	for n, row := range rows {
		addresses[n] = row.Address
	}
	known, err := people.ByAddress(e.App, web.Actor(e).Team.Id, addresses)
	if err != nil {
		return props, err
	}
	times := layout.TimesFor(web.Actor(e))
	for _, row := range rows {
		shown := ImportEmailProps{N: row.Number(), Address: row.Address, Name: row.Name, Email: newDeliveryProps(e.App, row.Email, times)}
		if user, found := known[row.Address]; found {
			shown.Href = usersPath(e) + "/" + user.ID
			shown.Resend = user.Invited && user.Invitation == row.Invitation && (row.Email.Undelivered() || row.Email.Status == mail.Dropped)
		}
		props.Rows = append(props.Rows, shown)
	}
	props.From, props.Counts = (page-1)*emailsShown+1, emailCounts(counts, mail.Enabled(e.App))
	at := importPath(e) + "/" + one.Id + "?page="
	if page > 1 {
		props.Previous = at + strconv.Itoa(page-1)
	}
	if page*emailsShown < props.Total {
		props.Next = at + strconv.Itoa(page+1)
	}
	return props, nil
}

// emailCounts lists the number of emails in each state, best state first: "210 delivered".
func emailCounts(counts map[string]int, enabled bool) (all []string) {
	waiting := counts[mail.Queued] + counts[mail.Sending]
	for _, one := range []struct {
		n    int
		word string
	}{
		{counts[mail.Delivered], "delivered"}, {counts[mail.Sent], "sent"}, {waiting, "queued"}, {counts[mail.Delayed], "delayed"},
		{counts[mail.Returned], "returned"}, {counts[mail.Bounced], "bounced"}, {counts[mail.Complained], "marked as spam"},
		{counts[mail.Failed], "failed"}, {counts[mail.Dropped], "not sent"},
	} {
		if one.word == "sent" && !enabled {
			one.word = "not emailed"
		}
		if one.n > 0 {
			all = append(all, ui.Number(one.n)+" "+one.word)
		}
	}
	return all
}
