package panel_test

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"usher/hooks/billing"
	"usher/hooks/billing/stripetest"
	"usher/hooks/hookstest"
	"usher/hooks/tools/settings"
)

// payThroughStripe makes the plans of the fixture be sold through a fake of Stripe.
func (s *fixture) payThroughStripe(t *testing.T) *stripetest.Stripe {
	t.Helper()
	fake := stripetest.New()
	config := settings.Of(s.App)
	config.Billing, config.GraceDays = settings.BillingStripe, 14
	billing.Setup(s.App, func(settings.Config) billing.Provider { return fake })
	for key, price := range map[string]string{"pro": "price_pro", "business": "price_business"} {
		plan, err := s.App.FindFirstRecordByData("plans", "key", key)
		if err != nil {
			t.Fatal(err)
		}
		plan.Load(map[string]any{"stripe_price": price, "price": 4900, "currency": "EUR"})
		if err := s.App.Save(plan); err != nil {
			t.Fatal(err)
		}
		fake.Prices[price] = 4900
	}
	return fake
}

func TestBillingPaid_OrderPayAndCancel(t *testing.T) {
	s := newFixture(t, true)
	fake := s.payThroughStripe(t)
	b := s.As(s.admin)
	r := b.Get(s.path("/billing"))
	assertPage(t, r, http.StatusOK, "Switch to Business…", "A larger plan starts as soon as it")
	assertNotContains(t, r, "Switch to Unlimited…") // it has no price
	r = b.Get(s.path("/billing/review?plan=business"))
	assertPage(t, r, http.StatusOK, "You pay on Stripe's payment page.", "Continue to payment")
	r = b.Post(s.path("/billing"), reviewed(t, r.Body))
	if r.Status != http.StatusSeeOther || r.Header.Get("Location") != s.path("/billing/pay") {
		t.Fatalf("confirm: got %d to %q, want the page that leads to the payment", r.Status, r.Header.Get("Location"))
	}
	r = b.Get(s.path("/billing/pay"))
	assertPage(t, r, http.StatusOK, "Opening the payment page…", "https://checkout.stripe.test/")
	if r.Header.Get("Refresh") == "" {
		t.Error("the page doesn't lead to the payment by itself")
	}
	assertPage(t, b.Get(s.path("/billing")), http.StatusOK, "A change is waiting for payment: Business instead of Pro.", "Continue to payment", "Withdraw change", "Waiting for payment")
	fake.PayCheckout()
	if r := b.Get(s.path("/billing/paid")); r.Status != http.StatusSeeOther {
		t.Fatalf("paid: got %d, want %d", r.Status, http.StatusSeeOther)
	}
	r = b.Get(s.path("/billing"))
	assertPage(t, r, http.StatusOK, "The payment arrived.", "on the Business plan", "It renews on ", "To cancel, switch to the Free plan.", "Manage payment method", "€49.00", "Paid")
	if r := b.Get(s.path("/billing/portal")); r.Status != http.StatusSeeOther || regexp.MustCompile(`^https://billing\.stripe\.test/`).FindString(r.Header.Get("Location")) == "" {
		t.Errorf("portal: got %d to %q, want Stripe's", r.Status, r.Header.Get("Location"))
	}
	if r := b.Get(s.path("/billing/pay")); r.Status != http.StatusSeeOther {
		t.Errorf("nothing to pay: got %d, want %d", r.Status, http.StatusSeeOther)
	}

	r = b.Get(s.path("/billing/review?plan=free"))
	assertPage(t, r, http.StatusOK, "at the end of the paid period", "Confirm change")
	b.Post(s.path("/billing"), reviewed(t, r.Body))
	assertPage(t, b.Get(s.path("/billing")), http.StatusOK, "A change is scheduled: Free instead of Business.", "The subscription ends on")
	fake.Down = true
	if r := b.Get(s.path("/billing/portal")); r.Header.Get("Location") != s.path("/billing") {
		t.Errorf("portal without Stripe: got %d to %q, want the billing page", r.Status, r.Header.Get("Location"))
	}
	assertPage(t, b.Get(s.path("/billing")), http.StatusOK, "Stripe doesn't answer right now.")
}

func TestBillingPaid_FailedPayment_IsOnEveryPage(t *testing.T) {
	s := newFixture(t, true)
	fake := s.payThroughStripe(t)
	b := s.As(s.owner)
	r := b.Get(s.path("/billing/review?plan=business"))
	b.Post(s.path("/billing"), reviewed(t, r.Body))
	sub := fake.PayCheckout()
	b.Get(s.path("/billing/paid"))
	b.Get(s.path("/billing")) // takes the toast
	fake.Card = stripetest.CardDeclined
	fake.EndPeriod(sub)
	b.Get(s.path("/billing/paid")) // reads it
	assertNotContains(t, b.Get(s.path("/billing")), "The payment arrived.")
	for _, page := range []string{"/billing", "/users", "/rooms"} {
		assertPage(t, b.Get(s.path(page)), http.StatusOK, "The last payment failed.", "The team keeps the Business plan until", "it moves to the Free plan", "Update payment method")
	}
	for n := range 3 {
		hookstest.Member(t, s.App, s.team, string(rune('a'+n))+"@halation.example", "organizer")
	}
	account, err := billing.FindAccount(s.App, s.team.Id)
	if err != nil {
		t.Fatal(err)
	}
	if err := billing.Work(s.App, account.GraceEnds()); err != nil {
		t.Fatal(err)
	}
	r = b.Get(s.path("/billing"))
	assertPage(t, r, http.StatusOK, "on the Free plan", "The team has more than its plan includes.", "Organizer seats are in use or reserved. The plan has 3.", "The subscription has ended.")
	assertNotContains(t, r, "The last payment failed.")
}

func TestBillingPaid_OtherModes_HaveNoPayment(t *testing.T) {
	s := newFixture(t, true)
	if r := s.As(s.owner).Get(s.path("/billing/portal")); r.Status != http.StatusNotFound {
		t.Errorf("portal: got %d, want %d", r.Status, http.StatusNotFound)
	}
	assertNotContains(t, s.As(s.owner).Get(s.path("/billing")), "Manage payment method")
	if r := s.As(s.owner).Post(s.path("/billing/withdraw"), url.Values{"id": {"abcdefghijklmno"}}); r.Status != http.StatusNotFound {
		t.Errorf("withdraw an unknown change: got %d, want %d", r.Status, http.StatusNotFound)
	}
}
