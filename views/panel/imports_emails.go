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

// emailsShown is how many rows a page of an import's emails lists.
const emailsShown = 50

// importEmails are the rows of an import that were invited, with how far their emails have come.
func importEmails(e *core.RequestEvent, one *invitations.Import) (ImportEmailsProps, error) {
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
	counts, err := invitations.EmailCounts(e.App, one)
	if err != nil {
		return props, err
	}
	times := layout.TimesFor(web.Actor(e))
	for _, row := range rows {
		shown := ImportEmailProps{N: row.Number(), Address: row.Address, Name: row.Name, Email: newDeliveryProps(e.App, row.Email, times)}
		if who, there := known[row.Address]; there {
			shown.Href = usersPath(e) + "/" + who.ID
			shown.Resend = who.Invited && who.Invitation == row.Invitation && (row.Email.Undelivered() || row.Email.Status == mail.Dropped)
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

// emailCounts puts how many emails are in which state in words, the best state first.
func emailCounts(counts map[string]int, works bool) (all []string) {
	waits := counts[mail.Queued] + counts[mail.Sending]
	for _, one := range []struct {
		n    int
		word string
	}{
		{counts[mail.Delivered], "delivered"}, {counts[mail.Sent], "sent"}, {waits, "queued"}, {counts[mail.Delayed], "delayed"},
		{counts[mail.Returned], "came back"}, {counts[mail.Bounced], "bounced"}, {counts[mail.Complained], "marked as spam"},
		{counts[mail.Failed], "failed"}, {counts[mail.Dropped], "not sent"},
	} {
		if one.word == "sent" && !works {
			one.word = "not mailed"
		}
		if one.n > 0 {
			all = append(all, ui.Number(one.n)+" "+one.word)
		}
	}
	return all
}
