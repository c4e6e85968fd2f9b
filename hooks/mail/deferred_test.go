package mail_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
	"usher/hooks/tools/errs"
)

// registerRenderer registers a renderer that counts its calls.
func registerRenderer(app core.App, refuse error) (times *int) {
	times = new(int)
	mail.RegisterRenderer(app, func(_ core.App, about, made string) (mail.Message, error) {
		*times++
		l := newMessage(lucia)
		l.Subject += " " + time.Now().Format(time.RFC3339Nano) + " " + made[len(made)-4:]
		l.About = about
		return l, refuse
	}, "cooked")
	return times
}

func queueDeferred(t testing.TB, app core.App) (id string) {
	t.Helper()
	if err := mail.QueueDeferred(app, mail.Deferred{Kind: "cooked", To: lucia, About: "about0000000001", Secret: inviteLink}); err != nil {
		t.Fatal(err)
	}
	if err := app.DB().NewQuery("SELECT id FROM outbox").Row(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestQueueDeferred_IsRenderedOnceForAllRetries(t *testing.T) {
	o := newFixture(t)
	times := registerRenderer(o, nil)
	id := queueDeferred(t, o)
	m := o.find(t, id)
	assertStatus(t, m, mail.Queued)
	if size := len(m.GetString("sealed")); size > 200 || *times != 0 {
		t.Errorf("%d bytes wait, written out %d times, want at most 200 and 0", size, *times)
	}
	for range 2 {
		o.resend.FailNext(resendtest.Status(500))
		o.deliver()
		assertStatus(t, o.find(t, id), mail.Queued)
		o.setClock(o.clock() + time.Minute)
	}
	o.deliver()
	m = o.find(t, id)
	assertStatus(t, m, mail.Sent)
	if delivered := o.resend.Emails(); *times != 1 || len(delivered) != 1 || delivered[0].Key != id || m.GetString("sealed") != "" {
		t.Errorf("rendered %d times, delivered %d times, content %q", *times, len(delivered), m.GetString("sealed"))
	}
}

func TestQueueDeferred_SecretIsNotOnDiskInClearText(t *testing.T) {
	o := newFixture(t)
	registerRenderer(o, nil)
	queueDeferred(t, o)
	seen := false
	for _, name := range []string{"data.db", "data.db-wal"} {
		content, err := os.ReadFile(filepath.Join(o.DataDir(), name))
		if err != nil {
			t.Fatal(err)
		}
		seen = seen || bytes.Contains(content, []byte(lucia))
		if bytes.Contains(content, []byte("usi_s3cr3t")) {
			t.Errorf("%s holds the secret", name)
		}
	}
	if !seen {
		t.Error("got no email on disk, so the test shows nothing")
	}
}

func TestQueueDeferred_RendererRefuses_IsDroppedWithoutBlockingOthers(t *testing.T) {
	o := newFixture(t)
	registerRenderer(o, errs.Invalid("base", "over", "The invitation had ended."))
	id := queueDeferred(t, o)
	other := queue(t, o, newMessage("pedro@halation.film"))
	o.deliver()
	assertStatus(t, o.find(t, other), mail.Sent)
	assertDropped(t, o.find(t, id), "over")
}

func TestQueueDeferred_UnknownKind_IsRefused(t *testing.T) {
	app := hookstest.NewApp(t)
	if err := mail.QueueDeferred(app, mail.Deferred{Kind: "unknown", To: lucia}); err == nil {
		t.Error("queued")
	}
}

func TestQueueDeferred_TransactionRolledBack_QueuesNothing(t *testing.T) {
	o := newFixture(t)
	registerRenderer(o, nil)
	_ = o.RunInTransaction(func(tx core.App) error {
		queueDeferred(t, tx)
		return os.ErrClosed
	})
	if n := hookstest.Count(t, o, "outbox"); n != 0 {
		t.Errorf("got %d emails, want 0", n)
	}
}
