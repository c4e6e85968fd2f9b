package billing_test

import (
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/billing"
	"usher/hooks/billing/stripetest"
	"usher/hooks/hookstest"
)

// While a payment is on its way, Stripe closes neither its page nor its invoice: the order can't be withdrawn, because the money may arrive.
func TestWithdraw_PaymentOnItsWay_IsRefused(t *testing.T) {
	f := newPaidFixture(t, "free")
	withdraw := func(id string) error { return billing.Withdraw(f.app, f.actor(f.owner), id) }

	first := f.order(billing.Order{Plan: "pro"}, billing.Unpaid)
	f.stripe.Paying = true
	hookstest.AssertCode(t, "a first order", withdraw(first.Id), billing.CodePaying)
	f.assertStatus("while it is paid", first.Id, billing.Unpaid)
	f.stripe.Paying = false
	sub := f.stripe.PayCheckout()
	f.report("checkout.session.completed")
	f.assertStatus("paid", first.Id, billing.Applied)

	f.stripe.Card, f.stripe.Paying = stripetest.CardAuthenticate, true
	upgrade := f.order(billing.Order{Plan: "business"}, billing.Unpaid)
	hookstest.AssertCode(t, "an upgrade", withdraw(upgrade.Id), billing.CodePaying)
	f.assertStatus("while it is paid", upgrade.Id, billing.Unpaid)
	f.stripe.PayInvoices(sub)
	hookstest.AssertCode(t, "an upgrade that was paid", withdraw(upgrade.Id), billing.CodeEnded)
	f.assertHas("paid", "business 100")

	f.stripe.Paying = false
	another := f.order(billing.Order{Addons: map[string]int{"licence": 1}}, billing.Unpaid)
	if err := withdraw(another.Id); err != nil {
		t.Fatal(err)
	}
	if pending := f.subscription().Pending; pending != nil {
		t.Errorf("withdrawn: %v can still be paid", pending)
	}
}

// An order whose answer from Stripe got lost is withdrawn before its page is known. What was begun at Stripe can't be paid instead of the
// next order.
func TestWithdraw_AnswerLost_NextOrderHasItsOwnInvoice(t *testing.T) {
	f := newPaidFixture(t, "free")
	sub := f.subscribe(billing.Order{Plan: "pro"})
	f.stripe.Card, f.stripe.Lose = stripetest.CardAuthenticate, true
	lost := f.order(billing.Order{Plan: "business"}, billing.Unpaid)
	if lost.PayPage() != "" {
		t.Fatal("the answer wasn't lost")
	}
	if err := billing.Withdraw(f.app, f.actor(f.owner), lost.Id); err != nil {
		t.Fatal(err)
	}
	f.stripe.Lose = false
	left := f.subscription().Pending
	next := f.order(billing.Order{Addons: map[string]int{"organizer-seat": 2}}, billing.Unpaid)
	if left == nil || next.GetString("payment") == "invoice:"+left.ID {
		t.Errorf("the next order is to be paid with the invoice %v of the one before", left)
	}
	f.stripe.PayInvoices(sub)
	f.report("invoice.paid")
	f.assertStatus("paid", next.Id, billing.Applied)
	f.assertHas("paid", "pro 27")
}

// An order that is withdrawn while Stripe is asked for its payment leaves nothing behind that could be paid.
func TestWithdraw_WhileCharged_VoidsTheInvoice(t *testing.T) {
	f := newPaidFixture(t, "free")
	f.subscribe(billing.Order{Plan: "pro"})
	f.stripe.Card, f.stripe.Down = stripetest.CardAuthenticate, true
	change := f.order(billing.Order{Plan: "business"}, billing.Unpaid)
	f.stripe.Down = false
	f.stripe.Updating = func() {
		hookstest.Exec(t, f.app, "UPDATE plan_changes SET status = 'withdrawn' WHERE id = {:id}", dbx.Params{"id": change.Id})
	}
	if err := billing.Work(f.app, time.Now().Add(2*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if pending := f.subscription().Pending; pending != nil || f.stripe.Counted("void invoice") != 1 {
		t.Errorf("withdrawn: %v can still be paid", pending)
	}
	f.assertHas("withdrawn", "pro 25")
}
