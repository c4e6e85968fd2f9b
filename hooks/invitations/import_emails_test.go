package invitations_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/record"
)

// markEmails sets the state of n waiting emails, sent so long ago.
func (f *fixture) markEmails(n int, status string, ago time.Duration) {
	f.Helper()
	hookstest.Exec(f.T, f.app, "UPDATE outbox SET status = {:status}, sent = {:at} WHERE id IN (SELECT id FROM outbox WHERE status = 'queued' ORDER BY rowid LIMIT {:n})",
		dbx.Params{"status": status, "n": n, "at": record.FormatTime(time.Now().Add(-ago))})
}

func (f *fixture) emailProgress(i *invitations.Import) (counts string, left time.Duration) {
	f.Helper()
	p, err := invitations.FindEmailProgress(f.app, i)
	f.must(err)
	return fmt.Sprintf("%d sent, %d waiting, %d failed of %d", p.Sent(), p.Waiting(), p.Failed(), p.Total()), p.Left.Round(time.Second)
}

func (f *fixture) expectEmails(i *invitations.Import, want string, left time.Duration) {
	f.Helper()
	if counts, got := f.emailProgress(i); counts != want || got != left {
		f.Errorf("got %s with %s left, want %s with %s", counts, got, want, left)
	}
}

func TestFindEmailProgress_EstimatesFromTheMeasuredRate(t *testing.T) {
	f := newFixtureWith(t, configWithEmail())
	i := f.runImport(f.startImport("member", manyAddresses(100)...))
	f.expectEmails(i, "0 sent, 100 waiting, 0 failed of 100", time.Second) // as fast as Resend accepts them
	hookstest.Exec(t, f.app, "UPDATE imports SET created = {:at}", dbx.Params{"at": record.FormatTime(time.Now().Add(-time.Hour))})
	i = f.reload(i)

	f.markEmails(20, "sent", 10*time.Minute) // too long ago to count
	f.expectEmails(i, "20 sent, 80 waiting, 0 failed of 100", time.Second)
	f.markEmails(20, "sent", time.Second)
	f.markEmails(1, "bounced", time.Hour)
	f.markEmails(1, "dropped", time.Hour)
	f.expectEmails(i, "40 sent, 58 waiting, 1 failed of 99", 174*time.Second) // 20 a minute
	waiting, err := invitations.CountWaitingEmails(f.app, f.team.Id, []*invitations.Import{i})
	f.must(err)
	if waiting[i.Id] != 58 {
		t.Errorf("got %d waiting emails, want 58", waiting[i.Id])
	}
	f.markEmails(58, "delivered", time.Second)
	f.expectEmails(i, "98 sent, 0 waiting, 1 failed of 99", 0)
}

func TestFindEmailProgress_WithoutEmail_HasNoEstimate(t *testing.T) {
	f := newFixture(t)
	i := f.runImport(f.startImport("member", manyAddresses(20)...))
	f.expectEmails(i, "0 sent, 20 waiting, 0 failed of 20", 0)
}

// BenchmarkFindEmailProgress counts the emails of the longest import.
func BenchmarkFindEmailProgress(b *testing.B) {
	app := hookstest.NewApp(b)
	i := largestImport(b, app)
	for b.Loop() {
		if _, err := invitations.FindEmailProgress(app, i); err != nil {
			b.Fatal(err)
		}
	}
}

func largestImport(b *testing.B, app core.App) *invitations.Import {
	b.Helper()
	owner := hookstest.Account(b, app, "marta@halation.example")
	team := hookstest.Team(b, app, owner, "Halation Post", "unlimited")
	i, err := invitations.StartImport(app, hookstest.Actor(b, app, owner, team), invitations.Request{Lines: invitations.ParseLines(manyAddresses(invitations.MaxImport))}, "")
	if err != nil {
		b.Fatal(err)
	}
	importer := invitations.NewImporter(app)
	for worked := true; worked; {
		if worked, err = importer.Step(); err != nil {
			b.Fatal(err)
		}
	}
	return i
}
