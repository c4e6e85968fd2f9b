package stripe_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-mock/embedded"
	"github.com/stripe/stripe-mock/server"

	"usher/hooks/billing"
	"usher/hooks/billing/stripe"
	"usher/hooks/billing/stripetest"
	"usher/hooks/tools/settings"
)

// startMock runs stripe-mock, which checks each request against Stripe's own description of its API.
func startMock(t *testing.T) (url string) {
	t.Helper()
	spec, err := server.LoadSpec(embedded.OpenAPISpec, "")
	if err != nil {
		t.Fatal(err)
	}
	fixtures, err := server.LoadFixtures(embedded.OpenAPIFixtures, "")
	if err != nil {
		t.Fatal(err)
	}
	stub, err := server.NewStubServer(fixtures, spec, false, false)
	if err != nil {
		t.Fatal(err)
	}
	mock := httptest.NewServer(http.HandlerFunc(stub.HandleRequest))
	t.Cleanup(mock.Close)
	return mock.URL
}

func newProvider(url string) billing.Provider {
	return stripe.New(settings.Config{StripeKey: "sk_test_fake", StripeURL: url, StripeSecret: stripetest.Secret})
}

// Every call has the parameters that Stripe documents, with all variants of an update.
func TestCalls_AreValid(t *testing.T) {
	p, ctx := newProvider(startMock(t)), context.Background()
	yes, no := true, false
	update := func(u billing.Update) func() error {
		return func() error { _, err := p.UpdateSubscription(ctx, "key", "sub_1", u); return err }
	}
	items := []billing.Item{{ID: "si_1", Price: "price_1", Quantity: 2}, {Price: "price_2", Quantity: 1}}
	for name, call := range map[string]func() error{
		"customer": func() error {
			_, err := p.CreateCustomer(ctx, "key", billing.Customer{Team: "abc", Name: "Halation", Email: "owner@x.example"})
			return err
		},
		"checkout": func() error {
			_, err := p.OpenCheckout(ctx, "key", billing.Checkout{Customer: "cus_1", Team: "abc", Items: items[1:], Paid: "https://x.example/paid", Back: "https://x.example"})
			return err
		},
		"checkout status":   func() error { _, err := p.CheckoutStatus(ctx, "cs_1"); return err },
		"expire":            func() error { return p.ExpireCheckout(ctx, "cs_1") },
		"portal":            func() error { _, err := p.OpenPortal(ctx, "cus_1", "https://x.example"); return err },
		"subscriptions":     func() error { _, err := p.Subscriptions(ctx, "cus_1"); return err },
		"invoices":          func() error { _, err := p.Invoices(ctx, "cus_1"); return err },
		"charge":            update(billing.Update{Items: items, Charge: true}),
		"charge, removing":  update(billing.Update{Items: []billing.Item{{ID: "si_1"}, items[1]}, Charge: true}),
		"next period":       update(billing.Update{Items: items}),
		"cancel at the end": update(billing.Update{Cancel: &yes}),
		"resume":            update(billing.Update{Cancel: &no}),
		"cancel":            func() error { return p.CancelSubscription(ctx, "key", "sub_1", false) },
		"cancel, credit":    func() error { return p.CancelSubscription(ctx, "key", "sub_1", true) },
		"void":              func() error { return p.VoidInvoice(ctx, "in_1") },
	} {
		if err := call(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	var refusal *billing.Refusal
	if _, err := p.OpenCheckout(ctx, "key", billing.Checkout{Customer: "cus_1", Items: []billing.Item{{Price: "price_1", Quantity: -1}}, Paid: "x"}); err != nil && !errors.As(err, &refusal) {
		t.Errorf("an invalid call: got %v, want a refusal", err)
	}
}

func TestReadEvent(t *testing.T) {
	p, fake := newProvider("http://127.0.0.1:9"), stripetest.New()
	header, body := fake.Event("evt_1", "invoice.paid", "cus_1")
	if event, err := p.ReadEvent(header, body); err != nil || event != (billing.Event{ID: "evt_1", Kind: "invoice.paid", Customer: "cus_1"}) {
		t.Errorf("got %+v, %v", event, err)
	}
	for what, signature := range map[string]string{
		"none": "", "another secret": stripetest.Sign("whsec_other", time.Now(), body), "old": stripetest.Sign(stripetest.Secret, time.Now().Add(-6*time.Minute), body),
		"another body": stripetest.Sign(stripetest.Secret, time.Now(), append(slices.Clone(body), ' ')), "malformed": "t=now,v1=zz",
	} {
		if event, err := p.ReadEvent(http.Header{"Stripe-Signature": {signature}}, body); err == nil {
			t.Errorf("%s: got %+v, want an error", what, event)
		}
	}
}

func TestErrors_FinalOnesAreRefusals(t *testing.T) {
	for status, want := range map[int]string{402: "card", 400: "refusal", 404: "refusal", 401: "", 409: "", 429: "", 500: ""} {
		answer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Stripe-Should-Retry", "false")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(`{"error":{"type":"` + map[bool]string{true: "card_error", false: "invalid_request_error"}[status == 402] + `","message":"No."}}`))
		}))
		_, err := newProvider(answer.URL).CreateCustomer(context.Background(), "key", billing.Customer{Name: "Halation"})
		answer.Close()
		var refusal *billing.Refusal
		got := ""
		if errors.As(err, &refusal) {
			got = "refusal"
			if refusal.Card {
				got = "card"
			}
		}
		if err == nil || got != want {
			t.Errorf("%d: got %v (%q), want an error that is %q", status, err, got, want)
		}
		if strings.Contains(err.Error(), "sk_test") {
			t.Errorf("%d: the error has the key: %v", status, err)
		}
	}
}
