package billing_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/actors"
	"usher/hooks/billing"
	"usher/hooks/billing/stripetest"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/seats"
	"usher/hooks/sessions"
	"usher/hooks/tools/settings"
)

// failRenewal renews a subscription with a card that doesn't work.
func (f *paidFixture) failRenewal(sub string) {
	f.t.Helper()
	f.stripe.Card = stripetest.CardDeclined
	f.stripe.EndPeriod(sub)
	f.report("invoice.payment_failed")
}

func (f *paidFixture) work(now time.Time) {
	f.t.Helper()
	if err := billing.Work(f.app, now); err != nil {
		f.t.Fatal(err)
	}
}

func (f *paidFixture) countEmails(kind string) int {
	f.t.Helper()
	return hookstest.Count(f.t, f.app, "outbox", dbx.HashExp{"kind": kind})
}

func TestFailedPayment_GraceThenFree_NothingIsDeleted(t *testing.T) {
	f := newPaidFixture(t, "free")
	sub := f.subscribe(billing.Order{Plan: "pro"})
	for n := range 5 {
		hookstest.Member(t, f.app, f.team, fmt.Sprintf("o%d@x.example", n), "organizer")
	}
	hookstest.Member(t, f.app, f.team, "admin@x.example", "admin")
	before := time.Now()
	f.failRenewal(sub)
	f.report("customer.subscription.updated") // counts once
	account := f.account()
	if days := account.GraceEnds().Sub(before).Hours() / 24; !account.Failing() || days < 13.9 || days > 14.1 {
		t.Errorf("failing %v, grace ends after %.1f days, want 14", account.Failing(), days)
	}
	if n := f.countEmails("payment_failed"); n != 2 {
		t.Errorf("got %d emails, want one to the Owner and one to the Admin", n)
	}
	f.work(account.GraceEnds().Add(-time.Minute))
	f.assertHas("within the grace period", "pro 25")
	_, err := f.submit(billing.Order{Addons: map[string]int{"organizer-seat": 1}})
	hookstest.AssertCode(t, "an order that costs more", err, billing.CodeFailed)

	f.work(account.GraceEnds())
	f.assertHas("after the grace period", "free 3")
	if got := f.stripe.Find(sub).Status; got != billing.SubscriptionCancelled {
		t.Errorf("the subscription is %q, want %q: nothing more is charged", got, billing.SubscriptionCancelled)
	}
	if n := hookstest.Count(t, f.app, "memberships", dbx.HashExp{"team": f.team.Id, "organizer": true}); n != 6 {
		t.Errorf("got %d Organizers, want 6: nothing is deleted", n)
	}
	overview, err := billing.Overview(f.app, f.actor(f.owner))
	if err != nil {
		t.Fatal(err)
	}
	if over := strings.Join(overview.Exceeded(), " "); over != "6 Organizer seats are in use or reserved. The plan has 3." {
		t.Errorf("got what exceeds the plan: %q", over)
	}
	if f.account().Failing() || f.countEmails("plan_ended") != 2 {
		t.Errorf("failing %v, %d emails about the end, want false and 2", f.account().Failing(), f.countEmails("plan_ended"))
	}
	f.work(account.GraceEnds().Add(time.Hour))
	f.report("invoice.voided")
	if f.account().Failing() || f.countEmails("payment_failed") != 2 {
		t.Error("a later report started another grace period")
	}
}

// What exceeds the plan can't grow, through the rules that hold for every team.
func TestFailedPayment_AfterGrace_LimitsRefuseMore(t *testing.T) {
	f := newPaidFixture(t, "free")
	sub := f.subscribe(billing.Order{Plan: "pro"})
	for n := range 5 {
		hookstest.Member(t, f.app, f.team, fmt.Sprintf("o%d@x.example", n), "organizer")
	}
	f.failRenewal(sub)
	f.work(f.account().GraceEnds())
	hookstest.AssertCode(t, "one more Organizer", seats.Require(f.app, f.team.Id, 0, 1), seats.CodeFull)
	if err := seats.Require(f.app, f.team.Id, 1, 0); err != nil {
		t.Errorf("an Admin seat that is free: %v", err)
	}
	results, err := invitations.Invite(f.app, f.actor(f.owner), invitations.Request{Lines: []invitations.Line{{Address: "new@x.example"}}, Roles: actors.Roles{Organizer: true}})
	if err == nil && (len(results) != 1 || results[0].Code != seats.CodeFull) {
		t.Errorf("an invitation of an Organizer: got %+v, want it refused", results)
	}
	_, err = sessions.Schedule(f.app, f.actor(f.owner), hookstest.DefaultSessionForm(sessions.Form{Minutes: 180}))
	hookstest.AssertCode(t, "a session that is longer than the plan allows", err, sessions.CodeBadLength)
	if _, err := sessions.Schedule(f.app, f.actor(f.owner), hookstest.DefaultSessionForm(sessions.Form{Minutes: 120})); err != nil {
		t.Errorf("a session that the plan allows: %v", err)
	}
	membership, err := f.app.FindFirstRecordByFilter("memberships", "organizer = true && owner = false && team = {:t}", dbx.Params{"t": f.team.Id})
	if err != nil {
		t.Fatal(err)
	}
	membership.Set("organizer", false)
	if err := f.app.Save(membership); err != nil {
		t.Errorf("one Organizer less: %v", err)
	}
}

func TestFailedPayment_Paid_EndsGrace(t *testing.T) {
	f := newPaidFixture(t, "free")
	sub := f.subscribe(billing.Order{Plan: "pro"})
	f.failRenewal(sub)
	until := f.account().GraceEnds()
	f.stripe.Card = stripetest.CardWorks
	f.stripe.PayInvoices(sub)
	f.work(until) // the report got lost
	f.assertHas("paid", "pro 25")
	if f.account().Failing() || f.stripe.Find(sub).Status != billing.SubscriptionActive {
		t.Errorf("failing %v, subscription %q, want it paid", f.account().Failing(), f.stripe.Find(sub).Status)
	}
	f.report("invoice.payment_failed") // a late one
	if f.account().Failing() || f.countEmails("payment_failed") != 1 {
		t.Error("a late report started another grace period")
	}
	f.failRenewal(sub)
	if !f.account().Failing() || f.account().GraceEnds().Before(until) {
		t.Error("the next failure starts no grace period")
	}
}

// Stripe gives up before the grace period ends: the team keeps its plan until then, and can subscribe again.
func TestFailedPayment_CancelledByStripe_KeepsGrace(t *testing.T) {
	f := newPaidFixture(t, "free")
	sub := f.subscribe(billing.Order{Plan: "pro"})
	f.failRenewal(sub)
	f.stripe.Change(sub, func(s *billing.Subscription) { s.Status, s.PaymentFailed = billing.SubscriptionCancelled, true })
	f.report("customer.subscription.deleted")
	f.assertHas("cancelled by Stripe", "pro 25")
	f.stripe.Card = stripetest.CardWorks
	f.subscribe(billing.Order{}) // for what it has
	f.assertHas("subscribed again", "pro 25")
	if f.account().Failing() {
		t.Error("it is still failing")
	}

	other := newPaidFixture(t, "free")
	sub = other.subscribe(billing.Order{Plan: "pro"})
	other.failRenewal(sub)
	other.stripe.Change(sub, func(s *billing.Subscription) { s.Status, s.PaymentFailed = billing.SubscriptionCancelled, true })
	other.report("customer.subscription.deleted")
	other.work(other.account().GraceEnds().Add(time.Second))
	hookstest.Exec(t, other.app, "UPDATE billing_accounts SET grace_ends = '2020-01-01 00:00:00.000Z'", nil)
	other.work(time.Now())
	other.assertHas("after the grace period", "free 3")
}

func TestFailedPayment_NoGrace(t *testing.T) {
	f := newPaidFixture(t, "free")
	settings.Of(f.app).GraceDays = 0
	f.failRenewal(f.subscribe(billing.Order{Plan: "pro"}))
	f.work(time.Now().Add(time.Second))
	f.assertHas("without a grace period", "free 3")
}
