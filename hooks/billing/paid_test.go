package billing_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/billing"
	"usher/hooks/billing/stripetest"
	"usher/hooks/hookstest"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// paidFixture is a fixture whose plans and add-ons are sold through a fake of Stripe.
type paidFixture struct {
	*fixture
	stripe *stripetest.Stripe
	events int
}

func newPaidFixture(t *testing.T, plan string) *paidFixture {
	t.Helper()
	f := &paidFixture{fixture: newFixture(t, settings.BillingStripe, plan), stripe: stripetest.New()}
	settings.Of(f.app).GraceDays = 14
	billing.Setup(f.app, func(settings.Config) billing.Provider { return f.stripe })
	f.sell("plans", "pro", "price_pro", 4900)
	f.sell("plans", "business", "price_business", 19900)
	f.sell("addons", "organizer-seat", "price_seat", 700)
	f.sell("addons", "licence", "price_licence", 1500)
	return f
}

// sell gives a plan or an add-on a price.
func (f *paidFixture) sell(collection, key, price string, cents int64) {
	f.t.Helper()
	r, err := f.app.FindFirstRecordByData(collection, "key", key)
	if err != nil {
		f.t.Fatal(err)
	}
	r.Load(map[string]any{"stripe_price": price, "price": cents, "currency": "EUR"})
	if err := f.app.Save(r); err != nil {
		f.t.Fatal(err)
	}
	f.stripe.Prices[price] = cents
}

func (f *paidFixture) account() *billing.Account {
	f.t.Helper()
	account, err := billing.FindAccount(f.app, f.team.Id)
	if err != nil {
		f.t.Fatal(err)
	}
	return account
}

func (f *paidFixture) subscription() billing.Subscription {
	f.t.Helper()
	return f.stripe.Find(f.account().GetString("subscription"))
}

// order submits an order that must be accepted with the status.
func (f *paidFixture) order(order billing.Order, status string) *billing.Change {
	f.t.Helper()
	change, err := f.submit(order)
	if err != nil {
		f.t.Fatal(err)
	}
	if change.Status() != status {
		f.t.Fatalf("the order has the status %q, want %q (%s)", change.Status(), status, change.Reason())
	}
	return change
}

// report delivers a webhook about the team.
func (f *paidFixture) report(kind string) {
	f.t.Helper()
	f.events++
	header, body := f.stripe.Event(fmt.Sprintf("evt_%d", f.events), kind, f.account().Customer())
	if err := billing.HandleWebhook(f.app, header, body); err != nil {
		f.t.Fatal(err)
	}
}

// subscribe orders and pays for a first subscription.
func (f *paidFixture) subscribe(order billing.Order) (subscription string) {
	f.t.Helper()
	f.order(order, billing.Unpaid)
	id := f.stripe.PayCheckout()
	f.report("checkout.session.completed")
	return id
}

func (f *paidFixture) assertStatus(when, id, want string) {
	f.t.Helper()
	if got := f.status(id); got != want {
		f.t.Errorf("%s: the change is %q, want %q", when, got, want)
	}
}

// items returns the items of the subscription, such as "price_pro 1".
func (f *paidFixture) items() []string {
	var all []string
	for _, item := range f.subscription().Items {
		all = append(all, fmt.Sprint(item.Price, " ", item.Quantity))
	}
	slices.Sort(all)
	return all
}

func (f *paidFixture) assertItems(when string, want ...string) {
	f.t.Helper()
	if got := f.items(); !slices.Equal(got, want) {
		f.t.Errorf("%s: the subscription has %q, want %q", when, got, want)
	}
}

// makeDue makes the scheduled change due now.
func (f *paidFixture) makeDue() {
	f.t.Helper()
	hookstest.Exec(f.t, f.app, "UPDATE plan_changes SET starts = {:now} WHERE status = 'scheduled'", dbx.Params{"now": "2020-01-01 00:00:00.000Z"})
}

func TestPaid_FirstOrder_StartsWhenPaid(t *testing.T) {
	f := newPaidFixture(t, "free")
	change := f.order(billing.Order{Plan: "pro", Addons: map[string]int{"organizer-seat": 3}}, billing.Unpaid)
	if change.PayPage() == "" || change.PayBy().Before(time.Now()) {
		t.Errorf("got the page %q until %s, want a page that can be used", change.PayPage(), change.PayBy())
	}
	f.assertHas("before the payment", "free 3")
	f.report("customer.subscription.updated") // about something else
	f.assertHas("an event before the payment", "free 3")
	_, err := f.submit(billing.Order{Plan: "business"})
	hookstest.AssertCode(t, "a second order", err, billing.CodeWaiting)

	f.stripe.PayCheckout()
	f.report("checkout.session.completed")
	f.assertHas("paid", "pro 28")
	f.assertStatus("paid", change.Id, billing.Applied)
	f.assertItems("paid", "price_pro 1", "price_seat 3")
	if account := f.account(); !account.Live() || account.PeriodEnds().Before(time.Now()) {
		t.Errorf("got the status %q until %s, want an active subscription", account.Status(), account.PeriodEnds())
	}
	invoices, err := billing.Invoices(f.app, f.actor(f.owner), 10)
	if err != nil || len(invoices) != 1 || invoices[0].Total.Amount != 4900+3*700 || invoices[0].Status != "paid" || invoices[0].Page == "" {
		t.Errorf("got the invoices %+v, %v, want one of 70.00", invoices, err)
	}
	if n := hookstest.Count(t, f.app, "audit", dbx.HashExp{"action": "team.plan", "result": "ok", "actor": f.owner.Id}); n != 1 {
		t.Errorf("got %d entries about the change by the Owner, want 1", n)
	}
}

func TestPaid_Checkout_ExpiredOrWithdrawn_ChangesNothing(t *testing.T) {
	f := newPaidFixture(t, "free")
	expired := f.order(billing.Order{Plan: "pro"}, billing.Unpaid)
	f.stripe.ExpireCheckouts()
	f.report("checkout.session.expired")
	f.assertStatus("expired", expired.Id, billing.Withdrawn)

	withdrawn := f.order(billing.Order{Plan: "pro"}, billing.Unpaid)
	if err := billing.Withdraw(f.app, f.actor(f.owner), withdrawn.Id); err != nil {
		t.Fatal(err)
	}
	f.assertStatus("withdrawn", withdrawn.Id, billing.Withdrawn)
	if id := f.stripe.PayCheckout(); id != "" {
		t.Errorf("a withdrawn order could be paid")
	}

	paid := f.order(billing.Order{Plan: "pro"}, billing.Unpaid)
	f.stripe.PayCheckout() // the report about it didn't arrive yet
	hookstest.AssertCode(t, "withdrawn when paid", billing.Withdraw(f.app, f.actor(f.owner), paid.Id), billing.CodeEnded)
	f.assertStatus("paid", paid.Id, billing.Applied)
	f.assertHas("paid", "pro 25")
}

func TestPaid_Upgrade_IsImmediate(t *testing.T) {
	f := newPaidFixture(t, "free")
	f.subscribe(billing.Order{Plan: "pro"})
	f.order(billing.Order{Addons: map[string]int{"organizer-seat": 2}}, billing.Applied)
	f.assertHas("more seats", "pro 27")
	f.assertItems("more seats", "price_pro 1", "price_seat 2")
	f.order(billing.Order{Plan: "business"}, billing.Applied)
	f.assertHas("another plan", "business 102")
	f.assertItems("another plan", "price_business 1", "price_seat 2")
}

func TestPaid_Upgrade_CardNeedsTheCustomer_WaitsForPayment(t *testing.T) {
	f := newPaidFixture(t, "free")
	sub := f.subscribe(billing.Order{Plan: "pro"})
	f.stripe.Card = stripetest.CardAuthenticate
	change := f.order(billing.Order{Plan: "business"}, billing.Unpaid)
	if change.PayPage() == "" {
		t.Error("got no page to pay on")
	}
	f.assertHas("unpaid", "pro 25")
	f.stripe.PayInvoices(sub)
	f.report("invoice.paid")
	f.assertHas("paid", "business 100")
	f.assertStatus("paid", change.Id, billing.Applied)

	change = f.order(billing.Order{Addons: map[string]int{"licence": 1}}, billing.Unpaid)
	if err := billing.Withdraw(f.app, f.actor(f.owner), change.Id); err != nil {
		t.Fatal(err)
	}
	f.assertItems("withdrawn", "price_business 1")
	f.assertStatus("withdrawn", change.Id, billing.Withdrawn)
}

func TestPaid_Downgrade_AtTheEndOfThePeriod_AndReversible(t *testing.T) {
	f := newPaidFixture(t, "free")
	sub := f.subscribe(billing.Order{Plan: "business", Addons: map[string]int{"organizer-seat": 1}})
	change := f.order(billing.Order{Plan: "pro", Addons: map[string]int{"organizer-seat": 0}}, billing.Scheduled)
	if !change.Starts().Equal(f.subscription().PeriodEnds) {
		t.Errorf("it starts at %s, want the end of the period at %s", change.Starts(), f.subscription().PeriodEnds)
	}
	f.assertItems("scheduled", "price_pro 1")
	f.report("customer.subscription.updated")
	f.assertHas("scheduled", "business 101")

	if err := billing.Withdraw(f.app, f.actor(f.owner), change.Id); err != nil {
		t.Fatal(err)
	}
	f.report("customer.subscription.updated")
	f.assertHas("withdrawn", "business 101")
	f.assertItems("withdrawn", "price_business 1", "price_seat 1")
	f.assertStatus("withdrawn", change.Id, billing.Withdrawn)

	change = f.order(billing.Order{Plan: "pro"}, billing.Scheduled)
	f.makeDue()
	f.stripe.EndPeriod(sub)
	f.report("invoice.paid")
	f.assertHas("the next period", "pro 26")
	f.assertStatus("the next period", change.Id, billing.Applied)
}

func TestPaid_Cancellation(t *testing.T) {
	f := newPaidFixture(t, "free")
	sub := f.subscribe(billing.Order{Plan: "pro", Addons: map[string]int{"organizer-seat": 1}})
	free := billing.Order{Plan: "free", Addons: map[string]int{"organizer-seat": 0}}
	change := f.order(free, billing.Scheduled)
	if f.subscription().Cancels.IsZero() {
		t.Fatal("the subscription isn't going to end")
	}
	if err := billing.Withdraw(f.app, f.actor(f.owner), change.Id); err != nil {
		t.Fatal(err)
	}
	if !f.subscription().Cancels.IsZero() {
		t.Fatal("the subscription is still going to end after the change was withdrawn")
	}
	change = f.order(free, billing.Scheduled)
	for n := range 3 { // more than Free has
		hookstest.Member(t, f.app, f.team, fmt.Sprintf("o%d@x.example", n), "organizer")
	}
	f.makeDue()
	if err := billing.ApplyDue(f.app, time.Now()); err != nil { // Stripe says that the period isn't over
		t.Fatal(err)
	}
	f.assertHas("before Stripe ended it", "pro 26")
	f.stripe.EndPeriod(sub)
	f.report("customer.subscription.deleted")
	f.assertHas("ended", "free 3")
	f.assertStatus("ended", change.Id, billing.Applied)
	if n := hookstest.Count(t, f.app, "memberships", dbx.HashExp{"team": f.team.Id, "organizer": true}); n != 4 {
		t.Errorf("got %d Organizers, want 4: nothing is taken away", n)
	}
	if n := hookstest.Count(t, f.app, "outbox", dbx.HashExp{"kind": "plan_ended"}); n != 1 {
		t.Errorf("got %d emails about the end of the plan, want 1", n)
	}
	f.subscribe(billing.Order{Plan: "pro"}) // again
	f.assertHas("subscribed again", "pro 25")
}

// What people do in the Customer Portal or in Stripe's dashboard counts.
func TestPaid_ChangedInStripe_IsFollowed(t *testing.T) {
	f := newPaidFixture(t, "free")
	sub := f.subscribe(billing.Order{Plan: "pro"})
	f.stripe.Change(sub, func(s *billing.Subscription) { s.Cancels = s.PeriodEnds })
	f.report("customer.subscription.updated")
	waiting, err := billing.FindWaiting(f.app, f.team.Id)
	if err != nil || waiting.Status() != billing.Scheduled || !waiting.Starts().Equal(f.subscription().PeriodEnds) {
		t.Fatalf("cancelled in Stripe: got %v, %v, want a scheduled change", waiting, err)
	}
	f.stripe.Change(sub, func(s *billing.Subscription) { s.Cancels = time.Time{} })
	f.report("customer.subscription.updated")
	f.assertStatus("resumed in Stripe", waiting.Id, billing.Withdrawn)

	f.stripe.Change(sub, func(s *billing.Subscription) { s.Items[0].Price = "price_business" })
	f.report("customer.subscription.updated")
	f.assertHas("switched in Stripe", "business 100")
	f.stripe.Change(sub, func(s *billing.Subscription) {
		s.Items = append(s.Items, billing.Item{ID: "si_other", Price: "price_consulting", Quantity: 1})
	})
	f.report("customer.subscription.updated")
	f.assertHas("with an item that isn't ours", "business 100")
}

func TestPaid_RetiredOrRepricedPlan_StaysWithItsTeams(t *testing.T) {
	f := newPaidFixture(t, "free")
	f.subscribe(billing.Order{Plan: "pro"})
	f.sell("plans", "pro", "price_pro_2027", 5900)
	pro, _ := f.app.FindFirstRecordByData("plans", "key", "pro")
	pro.Set("retired", true)
	if err := f.app.Save(pro); err != nil {
		t.Fatal(err)
	}
	f.report("invoice.paid")
	f.assertHas("retired and repriced", "pro 25")
	f.order(billing.Order{Addons: map[string]int{"organizer-seat": 1}}, billing.Applied)
	f.assertItems("with a seat more", "price_pro 1", "price_seat 1")
	f.assertHas("with a seat more", "pro 26")

	business, _ := f.app.FindFirstRecordByData("plans", "key", "business")
	business.Set("stripe_price", "price_pro")
	hookstest.AssertCode(t, "a former price for another plan", f.app.Save(business), "price_taken")
}

func TestPaid_WithoutPrice_IsNotSold(t *testing.T) {
	f := newPaidFixture(t, "free")
	for what, order := range map[string]billing.Order{
		"a plan":    {Plan: "unlimited"},
		"an add-on": {Addons: map[string]int{"storage": 1}},
	} {
		_, err := f.submit(order)
		hookstest.AssertCode(t, what, err, billing.CodeNotSold)
	}
	f.assertHas("nothing was sold", "free 3")
}

// A team that has a plan without paying, because the server administrator gave it one, can leave it and can add to it.
func TestPaid_PlanGivenByTheAdministrator(t *testing.T) {
	f := newPaidFixture(t, "unlimited")
	f.subscribe(billing.Order{Addons: map[string]int{"licence": 1}})
	f.assertHas("with a paid add-on", "unlimited -1")
	f.assertItems("with a paid add-on", "price_licence 1")
	f = newPaidFixture(t, "unlimited")
	f.order(billing.Order{Plan: "free"}, billing.Applied)
	f.assertHas("left", "free 3")
}

func TestPaid_ProviderDown_OrderIsFinishedLater(t *testing.T) {
	for _, when := range []string{"no answer", "answer lost"} {
		t.Run(when, func(t *testing.T) {
			f := newPaidFixture(t, "free")
			fail := func(fails bool) {
				f.stripe.Down, f.stripe.Lose = fails && when == "no answer", fails && when == "answer lost"
			}
			later := func() {
				t.Helper()
				fail(false)
				if err := billing.Work(f.app, time.Now().Add(2*time.Minute)); err != nil {
					t.Fatal(err)
				}
			}
			fail(true)
			change := f.order(billing.Order{Plan: "pro"}, billing.Unpaid)
			later()
			f.stripe.PayCheckout()
			f.report("checkout.session.completed")
			f.assertStatus("subscribed", change.Id, billing.Applied)

			fail(true)
			change = f.order(billing.Order{Plan: "business"}, billing.Unpaid)
			later()
			f.assertStatus("upgraded", change.Id, billing.Applied)
			f.assertHas("upgraded", "business 100")

			fail(true)
			f.order(billing.Order{Plan: "pro"}, billing.Scheduled)
			later()
			f.assertItems("a downgrade", "price_pro 1")
			f.assertHas("a downgrade", "business 100")
			for call, most := range map[string]int{"create customer": 1, "open checkout": 1, "update subscription": 2} {
				if n := f.stripe.Counted(call); n != most {
					t.Errorf("%s: done %d times, want %d", call, n, most)
				}
			}
		})
	}
}

func TestPaid_ProviderRefuses_OrderIsWithdrawn(t *testing.T) {
	f := newPaidFixture(t, "free")
	delete(f.stripe.Prices, "price_pro")
	_, err := f.submit(billing.Order{Plan: "pro"})
	hookstest.AssertCode(t, "a price that Stripe doesn't know", err, billing.CodeRefused)
	if n := hookstest.Count(t, f.app, "plan_changes", dbx.HashExp{"status": billing.Withdrawn}, dbx.NewExp("reason != ''")); n != 1 {
		t.Errorf("got %d withdrawn changes with a reason, want 1", n)
	}
	f.stripe.Prices["price_pro"] = 4900
	f.subscribe(billing.Order{Plan: "business"})
	delete(f.stripe.Prices, "price_pro")
	_, err = f.submit(billing.Order{Plan: "pro"})
	hookstest.AssertCode(t, "a downgrade to it", err, billing.CodeRefused)
	f.assertHas("refused", "business 100")
}

func TestPaid_TwoSubscriptions_OneCounts(t *testing.T) {
	f := newPaidFixture(t, "free")
	first := f.subscribe(billing.Order{Plan: "pro"})
	second := f.stripe.Subscribe(f.account().Customer(), billing.Item{Price: "price_business", Quantity: 1})
	f.report("customer.subscription.created")
	f.assertHas("with a second subscription", "pro 25")
	if got := f.stripe.Find(second).Status; got != billing.SubscriptionCancelled {
		t.Errorf("the second subscription is %q, want %q", got, billing.SubscriptionCancelled)
	}
	if got := f.stripe.Find(first).Status; got != billing.SubscriptionActive {
		t.Errorf("the first subscription is %q, want %q", got, billing.SubscriptionActive)
	}
}

func TestPaid_TeamDeleted_CancelsSubscription(t *testing.T) {
	f := newPaidFixture(t, "free")
	sub := f.subscribe(billing.Order{Plan: "pro"})
	if err := f.app.Delete(hookstest.FindRecord(t, f.app, "teams", f.team.Id)); err != nil {
		t.Fatal(err)
	}
	f.stripe.Down = true
	if err := billing.Work(f.app, time.Now()); err == nil {
		t.Error("got no error while Stripe doesn't answer")
	}
	f.stripe.Down = false
	if err := billing.Work(f.app, time.Now()); err != nil {
		t.Fatal(err)
	}
	if got := f.stripe.Find(sub).Status; got != billing.SubscriptionCancelled {
		t.Errorf("got %q, want %q", got, billing.SubscriptionCancelled)
	}
	if n := hookstest.Count(t, f.app, "billing_accounts"); n != 0 {
		t.Errorf("got %d accounts, want 0", n)
	}
}

func TestPaid_WhoMay(t *testing.T) {
	f := newPaidFixture(t, "free")
	f.subscribe(billing.Order{Plan: "pro"})
	organizer := hookstest.Member(t, f.app, f.team, "o@x.example", "organizer")
	_, portal := billing.OpenPortal(f.app, f.actor(organizer))
	_, invoices := billing.Invoices(f.app, f.actor(organizer), 1)
	_, order := billing.Submit(f.app, f.actor(organizer), billing.Order{Plan: "business"})
	for what, err := range map[string]error{"portal": portal, "invoices": invoices, "order": order} {
		hookstest.AssertCode(t, what, err, errs.CodeNotAllowed)
	}
	if page, err := billing.OpenPortal(f.app, f.actor(f.owner)); err != nil || page == "" {
		t.Errorf("the Owner: got %q, %v, want a page", page, err)
	}
}
