package stripe_test

import (
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/billing"
	"usher/hooks/billing/stripe"
	"usher/hooks/billing/stripetest"
	"usher/hooks/hookstest"
	"usher/hooks/teams"
	"usher/hooks/tools/settings"
)

// flow is a team that pays through the fake, by Stripe's library.
type flow struct {
	t      *testing.T
	app    *core.BaseApp
	owner  *core.Record
	team   *teams.Team
	stripe *stripetest.Stripe
}

func newFlow(t *testing.T) *flow {
	t.Helper()
	fake := stripetest.New()
	config := hookstest.Config()
	config.Billing, config.StripeKey, config.StripeSecret, config.StripeURL, config.GraceDays = settings.BillingStripe, stripetest.Key, stripetest.Secret, fake.Serve(t), 14
	app := hookstest.NewAppWith(t, config)
	billing.Setup(app, stripe.New)
	for key, price := range map[string]string{"pro": "price_pro", "business": "price_business"} {
		plan, err := app.FindFirstRecordByData("plans", "key", key)
		if err != nil {
			t.Fatal(err)
		}
		plan.Set("stripe_price", price)
		if err := app.Save(plan); err != nil {
			t.Fatal(err)
		}
		fake.Prices[price] = 4900
	}
	owner := hookstest.Account(t, app, "owner@x.example")
	return &flow{t, app, owner, hookstest.Team(t, app, owner, "Halation", "free"), fake}
}

// order submits an order, and checks its status.
func (f *flow) order(plan, status string) *billing.Change {
	f.t.Helper()
	change, err := billing.Submit(f.app, hookstest.Actor(f.t, f.app, f.owner, f.team), billing.Order{Plan: plan})
	if err != nil || change.Status() != status {
		f.t.Fatalf("order %s: got %v, %v, want it %s", plan, change, err, status)
	}
	return change
}

// report delivers a webhook, and checks the plan of the team.
func (f *flow) report(id, kind, plan string) {
	f.t.Helper()
	header, body := f.stripe.Event(id, kind, f.stripe.Customers()[0])
	if err := billing.HandleWebhook(f.app, header, body); err != nil {
		f.t.Fatal(err)
	}
	f.assertPlan(kind, plan)
}

func (f *flow) assertPlan(when, key string) {
	f.t.Helper()
	plan, err := f.app.FindRecordById("plans", hookstest.FindRecord(f.t, f.app, "teams", f.team.Id).GetString("plan"))
	if err != nil || plan.GetString("key") != key {
		f.t.Errorf("%s: the plan is %v, want %s", when, plan.GetString("key"), key)
	}
}

func TestFlow_SubscribeUpgradeDowngradeCancel(t *testing.T) {
	f := newFlow(t)
	f.order("pro", billing.Unpaid)
	sub := f.stripe.PayCheckout()
	f.report("evt_1", "checkout.session.completed", "pro")

	f.order("business", billing.Applied)
	f.assertPlan("upgraded", "business")
	f.stripe.Card = stripetest.CardAuthenticate
	down := f.order("pro", billing.Scheduled)
	f.report("evt_2", "customer.subscription.updated", "business")
	if err := billing.Withdraw(f.app, hookstest.Actor(t, f.app, f.owner, f.team), down.Id); err != nil {
		t.Fatal(err)
	}
	if got := f.stripe.Find(sub).Items[0].Price; got != "price_business" {
		t.Errorf("after the withdrawal, the subscription has %s, want price_business", got)
	}
	f.order("free", billing.Scheduled)
	if f.stripe.Find(sub).Cancels.IsZero() {
		t.Error("the subscription doesn't end with its period")
	}
	f.stripe.EndPeriod(sub)
	f.report("evt_3", "customer.subscription.deleted", "free")
	if page, err := billing.OpenPortal(f.app, hookstest.Actor(t, f.app, f.owner, f.team)); err != nil || page == "" {
		t.Errorf("portal: got %q, %v, want a page", page, err)
	}
}

func TestFlow_PaymentThatNeedsTheCustomer(t *testing.T) {
	f := newFlow(t)
	f.order("pro", billing.Unpaid)
	sub := f.stripe.PayCheckout()
	f.report("evt_1", "checkout.session.completed", "pro")
	f.stripe.Card = stripetest.CardAuthenticate
	if change := f.order("business", billing.Unpaid); change.PayPage() == "" || change.PayBy().IsZero() {
		t.Error("got no page to pay on")
	}
	f.report("evt_2", "customer.subscription.updated", "pro")
	f.stripe.PayInvoices(sub)
	f.report("evt_3", "invoice.paid", "business")
}

func TestFlow_StripeDown_LeavesTheOrder(t *testing.T) {
	f := newFlow(t)
	f.stripe.Down = true
	f.order("pro", billing.Unpaid)
	f.stripe.Down = false
	f.assertPlan("down", "free")
}
