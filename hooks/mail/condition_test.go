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

// judged lets emails of the kind be sent while over is "", and counts how often that was judged.
type judged struct {
	over  string
	times int
}

func judge(app core.App, kind string) *judged {
	j := &judged{}
	mail.SendWhile(app, func(core.App, *mail.Outbox) (string, error) {
		j.times++
		return j.over, nil
	}, kind)
	return j
}

func dropped(t *testing.T, m *mail.Outbox, reason string) {
	t.Helper()
	status(t, m, mail.Dropped)
	if m.Reason() != reason || m.GetString("sealed") != "" || m.Error() != "" {
		t.Errorf("dropped for %q with %d bytes left and the error %q, want %q", m.Reason(), len(m.GetString("sealed")), m.Error(), reason)
	}
	if state := m.State(); state.Missed() || state.Reason != reason {
		t.Errorf("state %+v", state)
	}
}

func TestDeliver_ObsoleteAtTheFirstAttempt_IsDropped(t *testing.T) {
	o := newOffice(t)
	j := judge(o, mail.KindInvitation)
	j.over = mail.ReasonInvitationRevoked
	id := queue(t, o, letter(lucia))
	o.deliver()
	dropped(t, o.find(t, id), mail.ReasonInvitationRevoked)
	if n := o.resend.Requests(); n != 0 {
		t.Errorf("%d requests", n)
	}
}

func TestDeliver_ObsoleteAfterAFailure_IsDropped(t *testing.T) {
	for name, recipe := range map[string]bool{"frozen at once": false, "from a recipe": true} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			cook(o, nil)
			kind, add := mail.KindInvitation, func() string { return queue(t, o, letter(lucia)) }
			if recipe {
				kind, add = "cooked", func() string { return queueRecipe(t, o) }
			}
			j := judge(o, kind)
			o.resend.Fail(resendtest.Status(500))
			id := add()
			o.deliver()
			status(t, o.find(t, id), mail.Queued)
			j.over = mail.ReasonInvitationRevoked
			o.ahead = time.Hour
			o.deliver()
			dropped(t, o.find(t, id), mail.ReasonInvitationRevoked)
			if len(o.resend.Letters()) != 0 || o.resend.Requests() != 1 || j.times != 2 {
				t.Errorf("%d requests, judged %d times", o.resend.Requests(), j.times)
			}
		})
	}
}

func TestDeliver_LeftInSendingByACrash_IsJudgedAgain(t *testing.T) {
	o := newOffice(t)
	j := judge(o, mail.KindInvitation)
	id := queue(t, o, letter(lucia))
	hookstest.Exec(t, o, "UPDATE outbox SET status = 'sending', attempts = 1, tried = due", nil)
	j.over = mail.ReasonInvitationRevoked
	o.Worker = o.worker() // as after a restart
	o.deliver()
	dropped(t, o.find(t, id), mail.ReasonInvitationRevoked)
	if n := o.resend.Requests(); n != 0 {
		t.Errorf("%d requests", n)
	}
}

func TestDeliver_ObsoleteAfterARestore_IsDroppedAndNotFailed(t *testing.T) {
	o := newOffice(t)
	j := judge(o, mail.KindInvitation)
	id := queue(t, o, letter(lucia))
	if err := os.Remove(filepath.Join(o.DataDir(), "usher.key")); err != nil {
		t.Fatal(err)
	}
	o.Store().Remove("usher.mail.key")
	j.over = mail.ReasonInvitationRevoked
	o.deliver()
	dropped(t, o.find(t, id), mail.ReasonInvitationRevoked)
}

func TestQueue_NewerOfATopic_ReplacesWhatWaits(t *testing.T) {
	o := newOffice(t)
	topic := func(to, topic string) mail.Letter {
		l := letter(to)
		l.Topic = topic
		return l
	}
	first := queue(t, o, topic(lucia, "reset:1"))
	others := []string{queue(t, o, topic("pedro@halation.film", "reset:1")), queue(t, o, topic(lucia, "reset:2")), queue(t, o, letter(lucia))}
	second := queue(t, o, topic(lucia, "reset:1"))
	dropped(t, o.find(t, first), mail.ReasonReplaced)
	o.deliver()
	for _, id := range append(others, second) {
		status(t, o.find(t, id), mail.Sent)
	}
	third := queue(t, o, topic(lucia, "reset:1"))
	status(t, o.find(t, second), mail.Sent)
	status(t, o.find(t, third), mail.Queued)
}

func TestDeliver_ReplacedWhileBeingSent_IsNotTriedAgain(t *testing.T) {
	o := newOffice(t)
	l := letter(lucia)
	l.Topic = "reset:1"
	first := queue(t, o, l)
	hookstest.Exec(t, o, "UPDATE outbox SET status = 'sending', attempts = 1, tried = due", nil)
	second := queue(t, o, l)
	o.Worker = o.worker()
	o.deliver()
	dropped(t, o.find(t, first), mail.ReasonReplaced)
	status(t, o.find(t, second), mail.Sent)
	if letters := o.resend.Letters(); len(letters) != 1 || letters[0].Key != second {
		t.Errorf("%d emails", len(letters))
	}
}

func TestDropObsolete_ErasesWithoutWaitingForTheNextAttempt(t *testing.T) {
	o := newOffice(t)
	j := judge(o, mail.KindInvitation)
	id := queue(t, o, letter(lucia))
	if err := mail.DropObsolete(o, "about0000000001"); err != nil {
		t.Fatal(err)
	}
	status(t, o.find(t, id), mail.Queued)
	j.over = mail.ReasonInvitationRevoked
	if err := mail.DropObsolete(o, "about0000000001"); err != nil {
		t.Fatal(err)
	}
	dropped(t, o.find(t, id), mail.ReasonInvitationRevoked)
}

func TestDropped_IsFinal(t *testing.T) {
	o := newOffice(t)
	id := queue(t, o, letter(lucia))
	if err := o.find(t, id).Drop(o, mail.ReasonReplaced); err != nil {
		t.Fatal(err)
	}
	for _, status := range []string{mail.Queued, mail.Sending, mail.Sent, mail.Failed} {
		m := o.find(t, id)
		m.Set("status", status)
		m.Set("sealed", "x")
		hookstest.Refused(t, status, o.Save(m), "bad_letter")
	}
}

func TestDeliver_RecipeRefusedByTheKey_IsWrittenAnew(t *testing.T) {
	o := newOffice(t)
	times := cook(o, nil)
	id := queueRecipe(t, o)
	o.resend.Fail(resendtest.Status(401))
	o.deliver()
	m := o.find(t, id)
	if status(t, m, mail.Queued); !m.Tried().IsZero() {
		t.Fatal("a refused key counts as an attempt")
	}
	o.ahead = time.Hour
	o.deliver()
	status(t, o.find(t, id), mail.Sent)
	if *times != 2 {
		t.Errorf("written %d times; what waited an hour says what held before", *times)
	}
}

// What ends an email's reason either commits before the email is claimed, and then it is dropped, or finds it claimed.
func TestTake_ConcurrentWithItsReason_OneWins(t *testing.T) {
	for name, s := range map[string]struct {
		claim func(o *office, id string)
		sent  bool // although the reason was gone
	}{
		"in one transaction":  {claim: func(o *office, _ string) { o.deliver() }},
		"without transaction": {claim: func(o *office, id string) { _ = o.ClaimLoosely(id) }, sent: true},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			account := hookstest.Person(t, o, "ada@x.example")
			reading, gone, first := make(chan struct{}), make(chan struct{}), true
			mail.SendWhile(o, func(tx core.App, m *mail.Outbox) (string, error) {
				n, err := tx.CountRecords("users")
				if first {
					first = false
					close(reading)
					select { // long enough for a deed that does not have to wait for us
					case <-gone:
					case <-time.After(200 * time.Millisecond):
					}
				}
				if err != nil || n > 0 {
					return "", err
				}
				return mail.ReasonAccountGone, nil
			}, mail.KindInvitation)
			id := queue(t, o, letter(lucia))
			waited := false
			done := make(chan error)
			go func() {
				<-reading
				err := o.RunInTransaction(func(tx core.App) error {
					m, err := mail.FindOutbox(tx, id)
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
				t.Errorf("the reason went while the email waited: %v; it is %s", waited, o.find(t, id).Status())
			}
		})
	}
}
