package mail_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
)

// fakeCondition lets emails of the kind be sent while over is "", and counts how often that was judged.
type fakeCondition struct {
	reason string
	calls  int
}

func newFakeCondition(app core.App, kind string) *fakeCondition {
	j := &fakeCondition{}
	mail.RegisterCondition(app, func(core.App, *mail.Email) (string, error) {
		j.calls++
		return j.reason, nil
	}, kind)
	return j
}

func assertDropped(t *testing.T, m *mail.Email, reason string) {
	t.Helper()
	assertStatus(t, m, mail.Dropped)
	if m.Reason() != reason || m.GetString("sealed") != "" || m.LastError() != "" {
		t.Errorf("dropped for %q with %d bytes left and the error %q, want %q", m.Reason(), len(m.GetString("sealed")), m.LastError(), reason)
	}
	if state := m.State(); state.Undelivered() || state.Reason != reason {
		t.Errorf("state %+v", state)
	}
}

func TestDeliver_ObsoleteAtFirstAttempt_IsDropped(t *testing.T) {
	o := newFixture(t)
	j := newFakeCondition(o, mail.KindInvitation)
	j.reason = mail.ReasonInvitationRevoked
	id := queue(t, o, newMessage(lucia))
	o.deliver()
	assertDropped(t, o.find(t, id), mail.ReasonInvitationRevoked)
	if n := o.resend.Requests(); n != 0 {
		t.Errorf("%d requests, want 0", n)
	}
}

func TestDeliver_ObsoleteAfterFailure_IsDropped(t *testing.T) {
	for name, recipe := range map[string]bool{"frozen at once": false, "from a recipe": true} {
		t.Run(name, func(t *testing.T) {
			o := newFixture(t)
			registerRenderer(o, nil)
			kind, add := mail.KindInvitation, func() string { return queue(t, o, newMessage(lucia)) }
			if recipe {
				kind, add = "cooked", func() string { return queueDeferred(t, o) }
			}
			j := newFakeCondition(o, kind)
			o.resend.FailNext(resendtest.Status(500))
			id := add()
			o.deliver()
			assertStatus(t, o.find(t, id), mail.Queued)
			j.reason = mail.ReasonInvitationRevoked
			o.setClock(time.Hour)
			o.deliver()
			assertDropped(t, o.find(t, id), mail.ReasonInvitationRevoked)
			if len(o.resend.Emails()) != 0 || o.resend.Requests() != 1 || j.calls != 2 {
				t.Errorf("%d requests, judged %d times, want 0, 1 and 2", o.resend.Requests(), j.calls)
			}
		})
	}
}

func TestDeliver_LeftInSendingByCrash_ChecksConditionAgain(t *testing.T) {
	o := newFixture(t)
	j := newFakeCondition(o, mail.KindInvitation)
	id := queue(t, o, newMessage(lucia))
	hookstest.Exec(t, o, "UPDATE outbox SET status = 'sending', attempts = 1, tried = due", nil)
	j.reason = mail.ReasonInvitationRevoked
	o.Worker = o.newWorker() // as after a restart
	o.deliver()
	assertDropped(t, o.find(t, id), mail.ReasonInvitationRevoked)
	if n := o.resend.Requests(); n != 0 {
		t.Errorf("%d requests, want 0", n)
	}
}

func TestDeliver_ObsoleteAfterRestore_IsDroppedNotFailed(t *testing.T) {
	o := newFixture(t)
	j := newFakeCondition(o, mail.KindInvitation)
	id := queue(t, o, newMessage(lucia))
	if err := os.Remove(filepath.Join(o.DataDir(), "usher.key")); err != nil {
		t.Fatal(err)
	}
	o.Store().Remove("usher.mail.key")
	j.reason = mail.ReasonInvitationRevoked
	o.deliver()
	assertDropped(t, o.find(t, id), mail.ReasonInvitationRevoked)
}

func TestQueue_NewerOfTopic_ReplacesWaiting(t *testing.T) {
	o := newFixture(t)
	topic := func(to, topic string) mail.Message {
		l := newMessage(to)
		l.Topic = topic
		return l
	}
	first := queue(t, o, topic(lucia, "reset:1"))
	others := []string{queue(t, o, topic("pedro@halation.film", "reset:1")), queue(t, o, topic(lucia, "reset:2")), queue(t, o, newMessage(lucia))}
	second := queue(t, o, topic(lucia, "reset:1"))
	assertDropped(t, o.find(t, first), mail.ReasonReplaced)
	o.deliver()
	for _, id := range append(others, second) {
		assertStatus(t, o.find(t, id), mail.Sent)
	}
	third := queue(t, o, topic(lucia, "reset:1"))
	assertStatus(t, o.find(t, second), mail.Sent)
	assertStatus(t, o.find(t, third), mail.Queued)
}

func TestDeliver_ReplacedWhileSending_IsNotRetried(t *testing.T) {
	o := newFixture(t)
	l := newMessage(lucia)
	l.Topic = "reset:1"
	first := queue(t, o, l)
	hookstest.Exec(t, o, "UPDATE outbox SET status = 'sending', attempts = 1, tried = due", nil)
	second := queue(t, o, l)
	o.Worker = o.newWorker()
	o.deliver()
	assertDropped(t, o.find(t, first), mail.ReasonReplaced)
	assertStatus(t, o.find(t, second), mail.Sent)
	if delivered := o.resend.Emails(); len(delivered) != 1 || delivered[0].Key != second {
		t.Errorf("%d emails, want 1 and %v", len(delivered), second)
	}
}

func TestDropObsolete_ErasesContentImmediately(t *testing.T) {
	o := newFixture(t)
	j := newFakeCondition(o, mail.KindInvitation)
	id := queue(t, o, newMessage(lucia))
	if err := mail.DropObsolete(o, "about0000000001"); err != nil {
		t.Fatal(err)
	}
	assertStatus(t, o.find(t, id), mail.Queued)
	j.reason = mail.ReasonInvitationRevoked
	if err := mail.DropObsolete(o, "about0000000001"); err != nil {
		t.Fatal(err)
	}
	assertDropped(t, o.find(t, id), mail.ReasonInvitationRevoked)
}

func TestDrop_IsFinal(t *testing.T) {
	o := newFixture(t)
	id := queue(t, o, newMessage(lucia))
	if err := o.find(t, id).Drop(o, mail.ReasonReplaced); err != nil {
		t.Fatal(err)
	}
	for _, status := range []string{mail.Queued, mail.Sending, mail.Sent, mail.Failed} {
		m := o.find(t, id)
		m.Set("status", status)
		m.Set("sealed", "x")
		hookstest.AssertCode(t, status, o.Save(m), "bad_letter")
	}
}

func TestDeliver_DeferredWithAPIKeyRejected_IsRenderedAgain(t *testing.T) {
	o := newFixture(t)
	times := registerRenderer(o, nil)
	id := queueDeferred(t, o)
	o.resend.FailNext(resendtest.Status(401))
	o.deliver()
	m := o.find(t, id)
	if assertStatus(t, m, mail.Queued); !m.FirstTriedAt().IsZero() {
		t.Fatal("a refused key counts as an attempt")
	}
	o.setClock(time.Hour)
	o.deliver()
	assertStatus(t, o.find(t, id), mail.Sent)
	if *times != 2 {
		t.Errorf("written %d times; what waited an hour says what held before, want 2", *times)
	}
}

// What ends an email's reason either commits before the email is claimed, and then it is dropped, or finds it claimed.
func TestClaim_ConcurrentWithChangeOfCondition_OneWins(t *testing.T) {
	for name, s := range map[string]struct {
		claim func(o *fixture, id string)
		sent  bool // although the reason was gone
	}{
		"in one transaction":  {claim: func(o *fixture, _ string) { o.deliver() }},
		"without transaction": {claim: func(o *fixture, id string) { _ = o.ClaimWithoutTx(id) }, sent: true},
	} {
		t.Run(name, func(t *testing.T) {
			o := newFixture(t)
			account := hookstest.Account(t, o, "ada@x.example")
			reading, gone, first := make(chan struct{}), make(chan struct{}), true
			mail.RegisterCondition(o, func(tx core.App, m *mail.Email) (string, error) {
				n, err := tx.CountRecords("users")
				if first {
					first = false
					close(reading)
					select { // long enough for an action that doesn't have to wait
					case <-gone:
					case <-time.After(200 * time.Millisecond):
					}
				}
				if err != nil || n > 0 {
					return "", err
				}
				return mail.ReasonAccountDeleted, nil
			}, mail.KindInvitation)
			id := queue(t, o, newMessage(lucia))
			waited := false
			done := make(chan error)
			go func() {
				<-reading
				err := o.RunInTransaction(func(tx core.App) error {
					m, err := mail.FindEmail(tx, id)
					if err != nil {
						return err
					}
					waited = m.Status() == mail.Queued
					return tx.Delete(account)
				})
				close(gone)
				done <- err
			}()
			s.claim(o, id)
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			if sent := waited && o.find(t, id).Status() != mail.Dropped; sent != s.sent {
				t.Errorf("the reason went while the email waited: %v; it is %s, want %v", waited, o.find(t, id).Status(), s.sent)
			}
		})
	}
}
