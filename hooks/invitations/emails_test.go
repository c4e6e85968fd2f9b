package invitations_test

import (
	"context"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
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
