package invitations_test

import (
	"context"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
	"usher/hooks/tools/errs"
)

func TestEmail_IsRenderedWhenSentAndDroppedWhenObsolete(t *testing.T) {
	resend := resendtest.New(t)
	config := hookstest.Config()
	config.ResendKey, config.ResendURL = resend.Key, resend.URL
	f := newFixtureWith(t, config)
	result := f.invite(luciaEmail, "organizer")
	f.team.Set("name", "Halation & Co")
	f.must(f.app.Save(f.team))
	gone := f.invite("gone@x.example")
	_, err := invitations.Revoke(f.app, f.actor(f.owner), gone.ID)
	f.must(err)
	replaced := f.invite("twice@x.example")
	f.invite("twice@x.example", "organizer")

	worker := mail.NewWorker(f.app)
	worker.MinInterval = 0
	worker.Deliver(context.Background())
	message := resend.WaitFor(t, luciaEmail)
	if message.Subject != "Marta invited you to join Halation & Co" || resend.FindLink(message, "/invite/") == "" {
		t.Errorf("%q with the link %q, want %q and it set", message.Subject, resend.FindLink(message, "/invite/"), "Marta invited you to join Halation & Co")
	}
	if n := len(resend.Emails()); n != 2 {
		t.Errorf("got %d emails, want the 2 with valid links", n)
	}
	states, err := mail.DeliveryStates(f.app, []string{result.ID, gone.ID, replaced.ID})
	f.must(err)
	if states[result.ID].Status != mail.Sent || states[gone.ID].Status != mail.Dropped || states[gone.ID].Reason != mail.ReasonInvitationRevoked || states[replaced.ID].Status != mail.Sent {
		t.Errorf("%+v", states)
	}
	if got := hookstest.Count(t, f.app, "outbox"); got != 4 {
		t.Errorf("got %d emails in the list, want 4", got)
	}
}

func TestQueueEmail_ManyInvitations_AreBulk(t *testing.T) {
	f := newFixture(t)
	f.runImport(f.startImport("member", manyAddresses(12)...))
	single := f.invite("single@x.example")
	f.runImport(f.startImport("member", "short@x.example", "list@x.example"))
	_, _, err := invitations.ResendMany(f.app, f.actor(f.owner), f.invite("resent@x.example").ID, 40)
	hookstest.AssertCode(t, "resent at once", err, errs.CodeTooMany)
	f.ageEmails(single.ID, "-1 hour")
	_, _, err = invitations.ResendMany(f.app, f.actor(f.owner), single.ID, 40)
	f.must(err)
	for where, want := range map[string]int{"bulk": 13, "NOT bulk": 3 + 1} {
		if n := hookstest.Count(t, f.app, "outbox", dbx.NewExp(where)); n != want {
			t.Errorf("%s: got %d emails, want %d", where, n, want)
		}
	}
}
