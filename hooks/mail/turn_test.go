package mail_test

import (
	"fmt"
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

const bigTeam, smallTeam = "bigteam00000001", "smallteam000001"

// queueMany queues deferred emails of a team. Their recipients are prefix1@x.example, prefix2@x.example and so on.
func queueMany(t testing.TB, app core.App, team, prefix string, n int, bulk bool) {
	t.Helper()
	err := app.RunInTransaction(func(tx core.App) error {
		for i := range n {
			to := fmt.Sprintf("%s%d@x.example", prefix, i+1)
			if err := mail.QueueDeferred(tx, mail.Deferred{Kind: "cooked", To: to, Team: team, About: "about0000000001", Secret: to, Bulk: bulk}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// renderTo registers a renderer of emails to the address in their secret.
func renderTo(app core.App) {
	mail.RegisterRenderer(app, func(_ core.App, about, to string) (mail.Message, error) {
		m := newMessage(to)
		m.About = about
		return m, nil
	}, "cooked")
}

// newTurnFixture is a fixture whose worker sends emails one by one.
func newTurnFixture(t testing.TB) *fixture {
	t.Helper()
	o := newFixture(t)
	renderTo(o)
	o.BatchSize = 1
	return o
}

// deliverSome sends the next n emails, and returns the names of all recipients so far, oldest first.
func (o *fixture) deliverSome(t testing.TB, n int) string {
	t.Helper()
	for range n {
		if err := o.DeliverOne(); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	for _, email := range o.resend.Emails() {
		name, _, _ := strings.Cut(email.To, "@")
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

func TestDeliver_ManyEmailsOfOneTeam_DoNotDelayOthers(t *testing.T) {
	o := newTurnFixture(t)
	queueMany(t, o, bigTeam, "big", 3000, true)
	if got, want := o.deliverSome(t, 3), "big1 big2 big3"; got != want {
		t.Fatalf("sent %q, want %q", got, want)
	}
	queueMany(t, o, smallTeam, "other", 1, false)
	queueMany(t, o, bigTeam, "single", 2, false)
	queue(t, o, emails.ResetPassword(emails.ResetPasswordProps{To: "account@x.example", Link: "http://usher.test/reset/x"}))
	if got, want := o.deliverSome(t, 6), "big1 big2 big3 account big4 other1 single1 big5 single2"; got != want {
		t.Errorf("sent %q, want %q: an email of an account first, then one of each queue", got, want)
	}
}

func TestDeliver_SmallAndBigTeams_TakeTurns(t *testing.T) {
	o := newTurnFixture(t)
	queueMany(t, o, bigTeam, "big", 1000, true)
	o.deliverSome(t, 200)
	for n := range 20 { // a team that always has one email waiting
		queueMany(t, o, smallTeam, fmt.Sprintf("small%d-", n), 2, false)
		o.deliverSome(t, 3)
	}
	names := strings.Fields(o.deliverSome(t, 0))[200:]
	small := 0
	for _, name := range names {
		if strings.HasPrefix(name, "small") {
			small++
		}
	}
	if small < 25 || small > 35 {
		t.Errorf("%d of %d emails are of the small team, want half: %v", small, len(names), names)
	}
}

func TestDeliver_RetryWithEarlierTurn_DoesNotLetANewTeamOvertake(t *testing.T) {
	o := newTurnFixture(t)
	queueMany(t, o, bigTeam, "big", 60, true)
	o.resend.FailNext(resendtest.Status(500))
	o.deliverSome(t, 41) // the first one waits for its retry
	queueMany(t, o, smallTeam, "other", 10, false)
	names := strings.Fields(o.deliverSome(t, 10))[40:]
	if got, want := strings.Join(names, " "), "big42 other1 big43 other2 big44 other3 big45 other4 big46 other5"; got != want {
		t.Errorf("sent %q, want %q", got, want)
	}
	o.setClock(time.Minute)
	if names = strings.Fields(o.deliverSome(t, 1)); names[len(names)-1] != "big1" {
		t.Errorf("sent %s, want the retry big1", names[len(names)-1])
	}
}

func TestDeliver_SameQueue_KeepsItsOrder(t *testing.T) {
	o := newTurnFixture(t)
	queueMany(t, o, bigTeam, "a", 5, true)
	o.deliverSome(t, 2)
	queueMany(t, o, bigTeam, "b", 3, true)
	if got, want := o.deliverSome(t, 6), "a1 a2 a3 a4 a5 b1 b2 b3"; got != want {
		t.Errorf("sent %q, want %q", got, want)
	}
}

// BenchmarkNext finds the next of 50,000 waiting emails, of which 5,000 wait for a retry, and queues another.
func BenchmarkNext(b *testing.B) {
	o := newTurnFixture(b)
	queueMany(b, o, bigTeam, "big", 49_000, true)
	queueMany(b, o, smallTeam, "small", 1000, false)
	hookstest.Exec(b, o, "UPDATE outbox SET attempts = 1, due = {:due} WHERE rowid <= 5000", dbx.Params{"due": "2099-01-01 00:00:00.000Z"})
	b.Run("find", func(b *testing.B) {
		for b.Loop() {
			if _, err := mail.FindNext(o, o.now()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("queue", func(b *testing.B) {
		for b.Loop() {
			queueMany(b, o, smallTeam, "new", 1, false)
		}
	})
}
