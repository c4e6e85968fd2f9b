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
	"usher/hooks/record"
)

// cook lets letters of a kind be written out by the test, which counts how often that happens.
func cook(app core.App, refuse error) (times *int) {
	times = new(int)
	mail.Writes(app, func(_ core.App, about, made string) (mail.Letter, error) {
		*times++
		l := letter(lucia)
		l.Subject += " " + time.Now().Format(time.RFC3339Nano) + " " + made[len(made)-4:]
		l.About = about
		return l, refuse
	}, "cooked")
	return times
}

func queueRecipe(t testing.TB, app core.App) (id string) {
	t.Helper()
	if err := mail.QueueRecipe(app, mail.Recipe{Kind: "cooked", To: lucia, About: "about0000000001", Secret: secret}); err != nil {
		t.Fatal(err)
	}
	if err := app.DB().NewQuery("SELECT id FROM outbox").Row(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestARecipeIsWrittenOutOnceAndRetriedAsItIs(t *testing.T) {
	o := newOffice(t)
	times := cook(o, nil)
	id := queueRecipe(t, o)
	m := o.find(t, id)
	status(t, m, mail.Queued)
	if size := len(m.GetString("sealed")); size > 200 || *times != 0 {
		t.Errorf("%d bytes wait, written out %d times", size, *times)
	}
	for range 2 {
		o.resend.Fail(resendtest.Status(500))
		o.deliver()
		status(t, o.find(t, id), mail.Queued)
		o.ahead += time.Minute
	}
	o.deliver()
	m = o.find(t, id)
	status(t, m, mail.Sent)
	if letters := o.resend.Letters(); *times != 1 || len(letters) != 1 || letters[0].Key != id || m.GetString("sealed") != "" {
		t.Errorf("written out %d times, arrived %d times, left is %q", *times, len(letters), m.GetString("sealed"))
	}
}

func TestTheSecretOfARecipeIsNowhereOnDisk(t *testing.T) {
	o := newOffice(t)
	cook(o, nil)
	queueRecipe(t, o)
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
		t.Error("the letter is not on disk at all: this shows nothing")
	}
}

func TestARecipeThatIsNotWorthSendingIsDroppedAndHoldsUpNoOther(t *testing.T) {
	o := newOffice(t)
	cook(o, record.Refuse("base", "over", "The invitation had ended."))
	id := queueRecipe(t, o)
	other := queue(t, o, letter("pedro@halation.film"))
	o.deliver()
	status(t, o.find(t, other), mail.Sent)
	dropped(t, o.find(t, id), "over")
}

func TestARecipeThatNobodyWritesIsNotQueued(t *testing.T) {
	app := hookstest.New(t)
	if err := mail.QueueRecipe(app, mail.Recipe{Kind: "unknown", To: lucia}); err == nil {
		t.Error("queued")
	}
}

func TestARecipeOfARolledBackDeedIsGone(t *testing.T) {
	o := newOffice(t)
	cook(o, nil)
	_ = o.RunInTransaction(func(tx core.App) error {
		queueRecipe(t, tx)
		return os.ErrClosed
	})
	if n := hookstest.Count(t, o, "outbox"); n != 0 {
		t.Errorf("%d letters", n)
	}
}
