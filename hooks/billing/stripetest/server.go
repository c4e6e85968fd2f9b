package stripetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"usher/hooks/billing"
)

// Key is the API key of the fake.
const Key = "sk_test_fake"

// Serve serves the HTTP API of the fake until the test ends, and returns its URL.
func (s *Stripe) Serve(t testing.TB) string {
	t.Helper()
	server := httptest.NewServer(s.handler())
	t.Cleanup(server.Close)
	return server.URL
}

// object is a JSON object.
type object = map[string]any

// handler has the calls that Usher makes, with Stripe's names of parameters.
func (s *Stripe) handler() http.Handler {
	mux := http.NewServeMux()
	on := func(pattern string, answer func(ctx context.Context, r *http.Request, form url.Values) (any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { s.respond(w, r, answer) })
	}
	on("POST /v1/customers", func(ctx context.Context, r *http.Request, form url.Values) (any, error) {
		id, err := s.CreateCustomer(ctx, r.Header.Get("Idempotency-Key"), billing.Customer{Team: form.Get("metadata[usher_team]"), Name: form.Get("name"), Email: form.Get("email")})
		return object{"id": id, "object": "customer"}, err
	})
	on("POST /v1/checkout/sessions", func(ctx context.Context, r *http.Request, form url.Values) (any, error) {
		if form.Get("mode") != "subscription" || form.Get("success_url") == "" {
			return nil, refuse("Missing required param: mode or success_url")
		}
		p, err := s.OpenCheckout(ctx, r.Header.Get("Idempotency-Key"), billing.Checkout{Customer: form.Get("customer"), Team: form.Get("client_reference_id"),
			Items: readItems(form, "line_items"), Paid: form.Get("success_url"), Back: form.Get("cancel_url")})
		return object{"id": p.ID, "object": "checkout.session", "url": p.URL, "status": "open", "expires_at": p.Expires.Unix()}, err
	})
	session := func(ctx context.Context, r *http.Request) (any, error) {
		status, err := s.CheckoutStatus(ctx, r.PathValue("id"))
		if status == billing.CheckoutPaid {
			status = "complete"
		}
		return object{"id": r.PathValue("id"), "object": "checkout.session", "status": status}, err
	}
	on("GET /v1/checkout/sessions/{id}", func(ctx context.Context, r *http.Request, _ url.Values) (any, error) { return session(ctx, r) })
	on("POST /v1/checkout/sessions/{id}/expire", func(ctx context.Context, r *http.Request, _ url.Values) (any, error) {
		if err := s.ExpireCheckout(ctx, r.PathValue("id")); err != nil {
			return nil, err
		}
		return session(ctx, r)
	})
	on("POST /v1/billing_portal/sessions", func(ctx context.Context, _ *http.Request, form url.Values) (any, error) {
		page, err := s.OpenPortal(ctx, form.Get("customer"), form.Get("return_url"))
		return object{"id": "bps_1", "object": "billing_portal.session", "url": page}, err
	})
	s.subscriptionRoutes(on)
	on("GET /v1/invoices", func(ctx context.Context, _ *http.Request, form url.Values) (any, error) {
		all, err := s.Invoices(ctx, form.Get("customer"))
		return list(all, invoiceObject), err
	})
	on("POST /v1/invoices/{id}/void", func(ctx context.Context, r *http.Request, _ url.Values) (any, error) {
		return object{"id": r.PathValue("id"), "object": "invoice", "status": "void"}, s.VoidInvoice(ctx, r.PathValue("id"))
	})
	return mux
}

type route = func(pattern string, answer func(ctx context.Context, r *http.Request, form url.Values) (any, error))

func (s *Stripe) subscriptionRoutes(on route) {
	on("GET /v1/subscriptions", func(ctx context.Context, _ *http.Request, form url.Values) (any, error) {
		if form.Get("status") != "all" {
			return nil, refuse("the cancelled ones are needed too")
		}
		all, err := s.Subscriptions(ctx, form.Get("customer"))
		return list(all, subscriptionObject), err
	})
	on("GET /v1/subscriptions/{id}", func(_ context.Context, r *http.Request, _ url.Values) (any, error) {
		return get(s, func() (any, error) {
			if sub := s.subscriptions[r.PathValue("id")]; sub != nil {
				return subscriptionObject(sub.copy()), nil
			}
			return nil, refuse("No such subscription")
		})
	})
	on("POST /v1/subscriptions/{id}", func(ctx context.Context, r *http.Request, form url.Values) (any, error) {
		u := billing.Update{Items: readItems(form, "items"), Charge: form.Get("proration_behavior") == "always_invoice"}
		if value := form.Get("cancel_at_period_end"); value != "" {
			cancel := value == "true"
			u.Cancel = &cancel
		}
		if form.Has("cancel_at") && form.Get("cancel_at") == "" {
			u.Cancel = new(bool)
		}
		sub, err := s.UpdateSubscription(ctx, r.Header.Get("Idempotency-Key"), r.PathValue("id"), u)
		return subscriptionObject(sub), err
	})
	on("DELETE /v1/subscriptions/{id}", func(ctx context.Context, r *http.Request, form url.Values) (any, error) {
		err := s.CancelSubscription(ctx, r.Header.Get("Idempotency-Key"), r.PathValue("id"), form.Get("prorate") == "true")
		return object{"id": r.PathValue("id"), "object": "subscription", "status": billing.SubscriptionCancelled}, err
	})
}

func (s *Stripe) respond(w http.ResponseWriter, r *http.Request, answer func(context.Context, *http.Request, url.Values) (any, error)) {
	if r.Method == http.MethodPost && r.Header.Get("Idempotency-Key") == "" {
		http.Error(w, "a write without an idempotency key", http.StatusTeapot)
		return
	}
	if r.Header.Get("Authorization") != "Bearer "+Key {
		w.WriteHeader(http.StatusUnauthorized)
		_ = json.NewEncoder(w).Encode(object{"error": object{"type": "invalid_request_error", "message": "Invalid API Key"}})
		return
	}
	_ = r.ParseForm()
	reply, err := answer(r.Context(), r, r.Form)
	var refusal *billing.Refusal
	switch {
	case errors.As(err, &refusal):
		w.WriteHeader(http.StatusBadRequest)
		reply = object{"error": object{"type": "invalid_request_error", "message": refusal.Text}}
	case err != nil:
		panic(http.ErrAbortHandler) // the connection breaks
	}
	_ = json.NewEncoder(w).Encode(reply)
}

// readItems reads items[0][price] and the like.
func readItems(form url.Values, name string) []billing.Item {
	var items []billing.Item
	for n := 0; ; n++ {
		field := func(key string) string { return form.Get(fmt.Sprintf("%s[%d][%s]", name, n, key)) }
		item := billing.Item{ID: field("id"), Price: field("price")}
		if item == (billing.Item{}) {
			return items
		}
		item.Quantity, _ = strconv.Atoi(field("quantity"))
		items = append(items, item)
	}
}

func list[T any](all []T, show func(T) object) object {
	shown := []object{}
	for _, one := range all {
		shown = append(shown, show(one))
	}
	return object{"object": "list", "data": shown, "has_more": false}
}

func unix(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.Unix()
}

func subscriptionObject(s billing.Subscription) object {
	shown := object{"id": s.ID, "object": "subscription", "status": s.Status, "created": unix(s.Created), "cancel_at": unix(s.Cancels), "cancel_at_period_end": !s.Cancels.IsZero(),
		"items": list(s.Items, func(i billing.Item) object {
			return object{"id": i.ID, "object": "subscription_item", "quantity": i.Quantity, "price": object{"id": i.Price, "object": "price"}, "current_period_end": unix(s.PeriodEnds)}
		})}
	if s.PaymentFailed {
		shown["cancellation_details"] = object{"reason": "payment_failed"}
	}
	if s.Pending != nil {
		shown["pending_update"] = object{"expires_at": unix(s.Pending.Expires)}
		shown["latest_invoice"] = object{"id": s.Pending.ID, "object": "invoice", "hosted_invoice_url": s.Pending.URL}
	}
	return shown
}

func invoiceObject(i billing.Invoice) object {
	return object{"id": i.ID, "object": "invoice", "number": i.Number, "status": i.Status, "total": i.Total, "currency": strings.ToLower(i.Currency), "created": unix(i.Issued),
		"hosted_invoice_url": i.Page, "invoice_pdf": i.PDF}
}

// Customers lists the customers.
func (s *Stripe) Customers() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.customers))
}
