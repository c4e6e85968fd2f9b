package billing_test

import (
	"context"
	"sync/atomic"
	"testing"

	"usher/hooks/billing"
	"usher/hooks/billing/stripetest"
	"usher/hooks/tools/settings"
)

// slowStripe holds up the first answer about subscriptions, which is outdated when it arrives.
type slowStripe struct {
	*stripetest.Stripe
	reads         atomic.Int32
	read, proceed chan struct{}
}

func (s *slowStripe) Subscriptions(ctx context.Context, customer string) ([]billing.Subscription, error) {
	all, err := s.Stripe.Subscriptions(ctx, customer)
	if s.reads.Add(1) == 1 {
		close(s.read)
		<-s.proceed
	}
	return all, err
}

// A report is slow, and a later one overtakes it: the state that the first one read doesn't come back.
func TestSync_OvertakenReading_IsReadAgain(t *testing.T) {
	f := newPaidFixture(t, "free")
	sub := f.subscribe(billing.Order{Plan: "business"})
	slow := &slowStripe{Stripe: f.stripe, read: make(chan struct{}), proceed: make(chan struct{})}
	billing.Setup(f.app, func(settings.Config) billing.Provider { return slow })

	late := make(chan error, 1)
	go func() { late <- billing.Sync(f.app, f.team.Id) }()
	<-slow.read
	f.stripe.Change(sub, func(s *billing.Subscription) { s.Items[0].Price = "price_pro" })
	f.report("customer.subscription.updated")
	f.assertHas("the later report", "pro 25")
	close(slow.proceed)
	if err := <-late; err != nil {
		t.Fatal(err)
	}
	f.assertHas("after the overtaken one", "pro 25")
}

// Reports in the reverse order, with the last state known to Stripe when the first of them arrives.
func TestSync_ReversedReports_SameResult(t *testing.T) {
	f := newPaidFixture(t, "free")
	f.order(billing.Order{Plan: "pro"}, billing.Unpaid)
	sub := f.stripe.PayCheckout()
	f.stripe.Change(sub, func(s *billing.Subscription) { s.Status = billing.SubscriptionCancelled })
	for _, kind := range []string{"customer.subscription.deleted", "customer.subscription.updated", "invoice.paid", "customer.subscription.created", "checkout.session.completed"} {
		f.report(kind)
		f.assertHas(kind, "free 3")
	}
}
