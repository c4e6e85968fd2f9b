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
	w := newFixtureWith(t, config)
	result := w.invite(luciaEmail, "organizer")
	w.team.Set("name", "Halation & Co")
	w.must(w.app.Save(w.team))
	gone := w.invite("gone@x.example")
	_, err := invitations.Revoke(w.app, w.actor(w.owner), gone.ID)
	w.must(err)
	replaced := w.invite("twice@x.example")
	w.invite("twice@x.example", "organizer")

	worker := mail.NewWorker(w.app)
	worker.MinInterval = 0
	worker.Deliver(context.Background())
	letter := resend.WaitFor(t, luciaEmail)
	if letter.Subject != "Marta invited you to join Halation & Co" || resend.FindLink(letter, "/invite/") == "" {
		t.Errorf("%q with the link %q", letter.Subject, resend.FindLink(letter, "/invite/"))
	}
	if n := len(resend.Emails()); n != 2 {
		t.Errorf("%d letters arrived, of two that are good", n)
	}
	states, err := mail.DeliveryStates(w.app, []string{result.ID, gone.ID, replaced.ID})
	w.must(err)
	if states[result.ID].Status != mail.Sent || states[gone.ID].Status != mail.Dropped || states[gone.ID].Reason != mail.ReasonInvitationRevoked || states[replaced.ID].Status != mail.Sent {
		t.Errorf("%+v", states)
	}
	if got := hookstest.Count(t, w.app, "outbox"); got != 4 {
		t.Errorf("%d letters are listed", got)
	}
}
