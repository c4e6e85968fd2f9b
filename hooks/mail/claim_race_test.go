package mail_test

import (
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
)

// claimFixture is an office with the rules of every domain, where the email of an invitation waits.
type claimFixture struct {
	*fixture
	actor         *actors.Actor
	invitation    string
	email         string
	reading, gone chan struct{}
}

func newClaimFixture(t *testing.T) *claimFixture {
	t.Helper()
	post := resendtest.New(t)
	config := hookstest.Config()
	config.ResendKey, config.ResendURL = post.Key, post.URL
	o := &fixture{BaseApp: hookstest.NewAppWith(t, config), resend: post}
	o.Worker = o.newWorker()
	owner := hookstest.Account(t, o, "marta@halation.film")
	team := hookstest.Team(t, o, owner, "Halation Post", "pro")
	c := &claimFixture{fixture: o, actor: hookstest.Actor(t, o, owner, team), reading: make(chan struct{}), gone: make(chan struct{})}
	c.invitation = hookstest.Invite(t, o, owner, team, lucia, "organizer").ID
	c.email = c.latestEmailID(t, lucia)
	hookstest.Exec(t, o, "UPDATE outbox SET created = '2026-01-01 00:00:00.000Z'", nil) // it may be resent
	return c
}

// pauseInClaim closes reading, and waits for gone, or for a time in which an action that needn't wait for the claim commits.
func (c *claimFixture) pauseInClaim() {
	close(c.reading)
	select {
	case <-c.gone:
	case <-time.After(200 * time.Millisecond):
	}
}

// deliverSlowly delivers, and waits in the claim of the email after the check of its condition.
func (c *claimFixture) deliverSlowly() {
	condition, first := mail.RegisteredCondition(c, mail.KindInvitation), true
	mail.RegisterCondition(c, func(tx core.App, m *mail.Email) (string, error) {
		reason, err := condition(tx, m)
		if m.Id == c.email && first {
			first = false
			c.pauseInClaim()
		}
		return reason, err
	}, mail.KindInvitation)
	c.deliver()
}

// latestEmailID is the newest email to the address.
func (c *claimFixture) latestEmailID(t *testing.T, to string) (id string) {
	t.Helper()
	err := c.DB().NewQuery("SELECT id FROM outbox WHERE recipient = {:to} ORDER BY rowid DESC LIMIT 1").Bind(dbx.Params{"to": to}).Row(&id)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// An action that ends or replaces an invitation while its email is claimed for sending either commits first, and the email
// doesn't leave, or finds it claimed: then it leaves before whatever takes its place. Without the transaction of the claim
// what was ended leaves all the same.
func TestClaim_ConcurrentWithInvitationChange_NeverSendsObsolete(t *testing.T) {
	const right = "lucia@halation.example"
	actions := map[string]struct {
		do     func(c *claimFixture) error
		newest string // the address of the email that takes its place; empty: none
	}{
		"revoked": {do: func(c *claimFixture) error { _, err := invitations.Revoke(c, c.actor, c.invitation); return err }},
		"corrected": {newest: right, do: func(c *claimFixture) error {
			_, err := invitations.CorrectAddress(c, c.actor, c.invitation, right)
			return err
		}},
		"resent": {newest: lucia, do: func(c *claimFixture) error { _, _, err := invitations.Resend(c, c.actor, c.invitation); return err }},
	}
	for name, action := range actions {
		for claim, loose := range map[string]bool{"in one transaction": false, "without its transaction": true} {
			t.Run(name+" "+claim, func(t *testing.T) {
				c := newClaimFixture(t)
				before := "" // the state of the email just before the action commits
				c.OnRecordUpdateExecute("invitations").BindFunc(func(e *core.RecordEvent) error {
					m, err := mail.FindEmail(e.App, c.email)
					if err == nil && before == "" {
						before = m.Status()
					}
					return e.Next()
				})
				done := make(chan error)
				go func() {
					<-c.reading
					err := action.do(c)
					close(c.gone)
					done <- err
				}()
				if loose {
					if err := c.ClaimBySQL(c.email, c.pauseInClaim); err != nil {
						t.Fatal(err)
					}
				} else {
					c.deliverSlowly()
				}
				if err := <-done; err != nil {
					t.Fatal(err)
				}
				if loose {
					if m := c.find(t, c.email); m.Status() != mail.Sending {
						t.Errorf("got %s (%s before the action), want an ended email that is sent: the race shows nothing", m.Status(), before)
					}
					return
				}
				c.deliver()
				m := c.find(t, c.email)
				if before == mail.Queued && m.Status() != mail.Dropped || before != mail.Queued && m.Status() != mail.Sent {
					t.Errorf("got %s, want dropped where the action came first and sent where the claim did (%s before the action)", m.Status(), before)
				}
				want := map[bool][]string{true: {c.email}, false: nil}[m.Status() == mail.Sent]
				if action.newest != "" {
					want = append(want, c.latestEmailID(t, action.newest))
				}
				var got []string
				for _, email := range c.resend.Emails() {
					got = append(got, email.Key)
				}
				if len(got) != len(want) || len(got) > 0 && got[len(got)-1] != want[len(want)-1] || len(got) > 1 && got[0] != want[0] {
					t.Errorf("got the emails %v in this order, want %v", got, want)
				}
			})
		}
	}
}

// A newer email of a topic never arrives before the one that it replaces, whatever becomes of the attempts of the first.
func TestDeliver_NewerOfTopic_ArrivesAfterReplaced(t *testing.T) {
	for name, fault := range map[string]resendtest.Fault{"refused for now": resendtest.Status(500), "accepted and cut": resendtest.AcceptAndCut, "too many": resendtest.Status(429, 60)} {
		t.Run(name, func(t *testing.T) {
			o := newFixture(t)
			l := newMessage(lucia)
			l.Topic = "invitation:1"
			o.resend.FailNext(fault)
			first := queue(t, o, l)
			o.deliver()
			second := queue(t, o, l)
			for _, ahead := range []time.Duration{0, time.Minute * 2, time.Hour, 2 * time.Hour} {
				o.setClock(ahead)
				o.deliver()
			}
			emails := o.resend.Emails()
			if len(emails) == 0 || emails[len(emails)-1].Key != second {
				t.Fatalf("got %d emails, want the newer one as the last", len(emails))
			}
			for n, email := range emails {
				if email.Key == first && n > 0 {
					t.Errorf("got the first as email %d, after the one that replaces it", n+1)
				}
			}
			assertStatus(t, o.find(t, second), mail.Sent)
		})
	}
}
