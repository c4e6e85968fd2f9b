package browsertest

import (
	"fmt"
	"testing"

	"usher/hooks/events"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
)

// The page of an import follows the event stream: an email that bounces appears while the page is open.
func TestImport_EmailThatBounces_AppearsOnTheOpenPage(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	list := make([]string, 3)
	for n := range list {
		list[n] = fmt.Sprintf("row%d@halation.example", n)
	}
	started, err := invitations.StartImport(h.App, hookstest.Actor(t, h.App, h.Owner, h.Team), invitations.Request{Lines: invitations.ParseLines(list)}, "people.csv")
	if err != nil {
		t.Fatal(err)
	}
	steps(t, 10, invitations.NewImporter(h.App).Step)
	b := h.signIn(t, h.Owner.Email())
	b.resize(390, 844)
	b.visit("/admin/" + h.Team.Slug() + "/users/import/" + started.Id)
	b.waitForText("Invitation emails")
	hookstest.Exec(t, h.App, "UPDATE outbox SET status = 'bounced', error = 'The mailbox is full.', sealed = '' WHERE recipient = 'row2@halation.example'", nil)
	events.Publish(h.App, h.Team.Id, events.Users)
	b.waitForText("The mailbox is full.")
	b.waitForText("Resend")
}
