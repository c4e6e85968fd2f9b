package mail_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/emails"
	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
)

func newBatchFixture(t testing.TB, n int) *fixture {
	t.Helper()
	o := newFixture(t)
	renderTo(o)
	queueMany(t, o, bigTeam, "big", n, true)
	return o
}

// emailTo returns the newest email to an address.
func (o *fixture) emailTo(t testing.TB, to string) *mail.Email {
	t.Helper()
	rows := hookstest.QueryRows(t, o, "SELECT id FROM outbox WHERE recipient = '"+to+"' ORDER BY rowid DESC")
	if len(rows) == 0 {
		t.Fatalf("no email to %s", to)
	}
	return o.find(t, rows[0])
}

// assertDelivered expects n requests in all, and want emails, each to another address.
func (o *fixture) assertDelivered(t testing.TB, requests, want int) {
	t.Helper()
	to := map[string]bool{}
	for _, email := range o.resend.Emails() {
		to[email.To] = true
	}
	if got, n := len(o.resend.Emails()), o.resend.Requests(); got != want || len(to) != want || n != requests {
		t.Errorf("got %d emails to %d addresses in %d requests, want %d in %d", got, len(to), n, want, requests)
	}
}

func (o *fixture) countStatus(t testing.TB, status string) int {
	t.Helper()
	return hookstest.Count(t, o, "outbox", dbx.HashExp{"status": status})
}

func TestDeliver_BulkEmails_AreSentInBatches(t *testing.T) {
	o := newBatchFixture(t, 120)
	o.MinInterval = mail.NewWorker(o).MinInterval
	waits := 0
	o.Sleep = func(_ context.Context, d time.Duration) {
		waits++
		o.setClock(o.clock() + d)
	}
	queueMany(t, o, smallTeam, "single", 2, false)
	queue(t, o, emails.ResetPassword(emails.ResetPasswordProps{To: "account@x.example", Link: "http://usher.test/reset/x"}))
	o.deliver()
	o.assertDelivered(t, 6, 123)
	if waits != 5 {
		t.Errorf("waited %d times between 6 requests, want 5", waits)
	}
	for _, email := range o.resend.Emails() {
		m := o.emailTo(t, email.To)
		assertStatus(t, m, mail.Sent)
		if m.ProviderID() != email.ID || m.GetString("sealed")+m.GetString("batch") != "" || email.Headers["Auto-Submitted"] != "auto-generated" {
			t.Errorf("%s: got %v of email %+v", email.To, m.PublicExport(), email)
		}
	}
	if got := o.resend.Emails()[0]; got.To != "account@x.example" {
		t.Errorf("first is %s, want the email of an account", got.To)
	}
}

func TestDeliver_BatchWithBadAddress_SendsTheOthers(t *testing.T) {
	o := newBatchFixture(t, 1)
	queueMany(t, o, bigTeam, "bad", 1, true)
	queueMany(t, o, bigTeam, "more", 3, true)
	o.resend.RefuseRecipient("bad1@x.example")
	o.deliver()
	o.assertDelivered(t, 1, 4)
	bad := o.emailTo(t, "bad1@x.example")
	assertStatus(t, bad, mail.Failed)
	if !bad.Unreachable() || !strings.Contains(bad.LastError(), "Invalid `to` field") {
		t.Errorf("got error %q, unreachable %v", bad.LastError(), bad.Unreachable())
	}
	for _, email := range o.resend.Emails() {
		if m := o.emailTo(t, email.To); m.ProviderID() != email.ID {
			t.Errorf("%s has the provider's id %q, want %q", email.To, m.ProviderID(), email.ID)
		}
	}
}

func TestDeliver_BatchRefused_SendsOneByOne(t *testing.T) {
	for name, fault := range map[string]resendtest.Fault{
		"invalid": resendtest.Status(422), "unknown endpoint": resendtest.Status(404), "too large": resendtest.Reject(413, "too_large", "Too large"),
	} {
		t.Run(name, func(t *testing.T) {
			o := newBatchFixture(t, 3)
			o.resend.FailNext(fault)
			o.deliver()
			o.assertDelivered(t, 4, 3)
			if n := o.countStatus(t, mail.Sent); n != 3 {
				t.Errorf("%d are sent, want 3", n)
			}
		})
	}
}

func TestDeliver_BatchNotAnswered_IsSentOnce(t *testing.T) {
	for name, fault := range map[string]resendtest.Fault{
		"500": resendtest.Status(500), "accepted and cut": resendtest.AcceptAndCut, "in progress": resendtest.Reject(409, "concurrent_idempotent_requests", "in progress"),
	} {
		t.Run(name, func(t *testing.T) {
			o := newBatchFixture(t, 3)
			o.resend.FailNext(fault)
			o.deliver()
			if n := o.countStatus(t, mail.Queued); n != 3 {
				t.Fatalf("%d are queued, want 3", n)
			}
			o.Worker = o.newWorker() // as after a restart
			queueMany(t, o, bigTeam, "later", 2, true)
			o.setClock(time.Minute)
			o.deliver()
			o.assertDelivered(t, 3, 5)
			if n := o.countStatus(t, mail.Sent); n != 5 {
				t.Errorf("%d are sent, want 5", n)
			}
		})
	}
}

// An email that becomes obsolete between two attempts of its batch isn't sent by the second one, and the others are sent once.
func TestDeliver_ObsoleteInRepeatedBatch_IsLeftOut(t *testing.T) {
	for name, test := range map[string]struct {
		fault resendtest.Fault
		want  int
	}{"not accepted": {resendtest.Status(503), 2}, "accepted": {resendtest.AcceptAndCut, 3}} {
		t.Run(name, func(t *testing.T) {
			o := newBatchFixture(t, 3)
			o.resend.FailNext(test.fault)
			o.deliver()
			mail.RegisterCondition(o, func(_ core.App, m *mail.Email) (string, error) {
				if m.Recipient() == "big2@x.example" {
					return mail.ReasonInvitationRevoked, nil
				}
				return "", nil
			}, "cooked")
			o.setClock(time.Minute)
			o.deliver()
			o.assertDelivered(t, 2, test.want)
			assertDropped(t, o.emailTo(t, "big2@x.example"), mail.ReasonInvitationRevoked)
			if n := o.countStatus(t, mail.Sent); n != 2 {
				t.Errorf("%d are sent, want 2", n)
			}
		})
	}
}

func TestDeliver_BatchLimitedOrBlocked_WaitsAndIsRenderedAgain(t *testing.T) {
	for name, fault := range map[string]resendtest.Fault{"too many": resendtest.Status(429, 40), "key rejected": resendtest.Status(401)} {
		t.Run(name, func(t *testing.T) {
			o := newBatchFixture(t, 3)
			o.resend.FailNext(fault)
			o.deliver()
			o.deliver()
			o.assertDelivered(t, 1, 0)
			m := o.emailTo(t, "big1@x.example")
			if m.Attempts() != 0 || !m.FirstTriedAt().IsZero() || m.GetString("batch") != "" || len(m.GetString("sealed")) > 200 {
				t.Errorf("got %d attempts, tried %s, %d bytes, want it as before", m.Attempts(), m.FirstTriedAt(), len(m.GetString("sealed")))
			}
			o.setClock(10 * time.Minute)
			o.deliver()
			o.assertDelivered(t, 2, 3)
		})
	}
}

func TestDeliver_BatchLeftInSendingByCrash_IsSentOnce(t *testing.T) {
	o := newBatchFixture(t, 3)
	hookstest.Exec(t, o, "CREATE TRIGGER full BEFORE UPDATE ON outbox WHEN NEW.status = 'sent' BEGIN SELECT RAISE(ABORT, 'disk full'); END", nil)
	if _, err := o.deliver(); err == nil {
		t.Fatal("got no error, want one: the status can't be stored")
	}
	hookstest.Exec(t, o, "DROP TRIGGER full", nil)
	o.Worker = o.newWorker() // the outcome is lost
	o.deliver()
	o.assertDelivered(t, 2, 3)
	if n := o.countStatus(t, mail.Sent); n != 3 {
		t.Errorf("%d are sent, want 3", n)
	}
}
