package api_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"usher/hooks/billing"
	"usher/hooks/billing/stripetest"
	"usher/hooks/tools/settings"
)

// post sends a webhook as Stripe does: without a cookie, a token or an Origin.
func postStripe(t *testing.T, w *fixture, header http.Header, body []byte) (status int, answer string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, w.URL+"/hooks/stripe", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header.Clone()
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	reply := w.Anonymous().Send(request)
	return reply.Status, reply.Body
}

func TestWebhook_Stripe(t *testing.T) {
	w, fake := newFixture(t), stripetest.New()
	header, body := fake.Event("evt_1", "checkout.session.completed", "cus_000001")
	if status, answer := postStripe(t, w, header, body); status != http.StatusNotFound {
		t.Errorf("without Stripe: got %d %s, want %d", status, answer, http.StatusNotFound)
	}
	settings.Of(w.App).Billing = settings.BillingStripe
	billing.Setup(w.App, func(settings.Config) billing.Provider { return fake })
	plan, err := w.App.FindFirstRecordByData("plans", "key", "business")
	if err != nil {
		t.Fatal(err)
	}
	plan.Set("stripe_price", "price_business")
	if err := w.App.Save(plan); err != nil {
		t.Fatal(err)
	}
	fake.Prices["price_business"] = 19900
	status, change := w.callAs("admin", "POST", w.path("/billing"), object{"plan": "business"})
	if status != http.StatusOK || change["status"] != billing.Unpaid || change["payPage"] == "" || change["payBy"] == "" {
		t.Fatalf("order: got %d %v, want it unpaid with a page", status, change)
	}
	fake.PayCheckout()

	forged := http.Header{"Stripe-Signature": {strings.Replace(header.Get("Stripe-Signature"), "v1=", "v1=00", 1)}}
	if status, answer := postStripe(t, w, forged, body); status != http.StatusBadRequest || !strings.Contains(answer, billing.CodeBadSignature) {
		t.Errorf("forged: got %d %s, want %d", status, answer, http.StatusBadRequest)
	}
	if status, _ := postStripe(t, w, header, bytes.Repeat([]byte(" "), 10<<20)); status != http.StatusRequestEntityTooLarge {
		t.Errorf("10 MB: got %d, want %d", status, http.StatusRequestEntityTooLarge)
	}
	_, shown := w.callAs("owner", "GET", w.path("/billing"), nil)
	if shown["plan"] != "unlimited" || shown["subscription"] != nil {
		t.Errorf("after a forged event: got %v, want nothing to have changed", shown)
	}
	for range 2 {
		if status, answer := postStripe(t, w, header, body); status != http.StatusOK {
			t.Fatalf("got %d %s, want %d", status, answer, http.StatusOK)
		}
	}
	_, shown = w.callAs("owner", "GET", w.path("/billing"), nil)
	subscription, _ := shown["subscription"].(object)
	if shown["plan"] != "business" || subscription["status"] != "active" || len(shown["invoices"].([]any)) != 1 {
		t.Errorf("paid: got %v, want the plan business, an active subscription and an invoice", shown)
	}
	unknown, body := fake.Event("evt_2", "capability.updated", "")
	if status, answer := postStripe(t, w, unknown, body); status != http.StatusOK {
		t.Errorf("an unknown kind: got %d %s, want %d", status, answer, http.StatusOK)
	}
}
