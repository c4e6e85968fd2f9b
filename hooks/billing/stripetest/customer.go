package stripetest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"usher/hooks/billing"
)

// Period is how long a period of a subscription is.
const Period = 30 * 24 * time.Hour

// PayCheckout is what a customer does who pays on the last page that was opened. It returns the ID of the subscription.
func (s *Stripe) PayCheckout() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range slices.Backward(slices.Sorted(maps.Keys(s.checkouts))) {
		if c := s.checkouts[id]; c.Status == billing.CheckoutOpen {
			c.Status = billing.CheckoutPaid
			return s.subscribe(c.Customer, c.Items)
		}
	}
	return ""
}

// Subscribe adds a paid subscription of a customer, as a checkout does.
func (s *Stripe) Subscribe(customer string, items ...billing.Item) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.subscribe(customer, items)
}

func (s *Stripe) subscribe(customer string, items []billing.Item) string {
	now := time.Now().Truncate(time.Second).UTC()
	sub := &subscription{Subscription: billing.Subscription{ID: s.newID("sub"), Status: billing.SubscriptionActive, Created: now, PeriodEnds: now.Add(Period)}, Customer: customer}
	for _, item := range items {
		sub.Items = append(sub.Items, billing.Item{ID: s.newID("si"), Price: item.Price, Quantity: item.Quantity})
	}
	s.subscriptions[sub.ID] = sub
	s.bill(sub, s.total(sub.Items), true)
	return sub.ID
}

// ExpireCheckouts closes all pages that weren't used.
func (s *Stripe) ExpireCheckouts() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.checkouts {
		if c.Status == billing.CheckoutOpen {
			c.Status = billing.CheckoutExpired
		}
	}
}

// EndPeriod ends the period of a subscription: it is cancelled if that was wanted, or else renewed, with a payment that works if the card does.
func (s *Stripe) EndPeriod(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub := s.subscriptions[id]
	if !sub.Cancels.IsZero() {
		sub.Status = billing.SubscriptionCancelled
		return
	}
	sub.PeriodEnds = sub.PeriodEnds.Add(Period)
	s.bill(sub, s.total(sub.Items), s.Card == CardWorks)
	if s.Card != CardWorks {
		sub.Status = billing.SubscriptionPastDue
	}
}

// PayInvoices pays all open invoices of a subscription, and what waits for them takes effect.
func (s *Stripe) PayInvoices(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub := s.subscriptions[id]
	for _, i := range s.invoices {
		if i.subscription == id && i.Status == "open" {
			i.Status = "paid"
		}
	}
	if sub.Pending != nil {
		sub.Items, sub.Pending, sub.updated = sub.updated, nil, nil
	}
	sub.Status = billing.SubscriptionActive
}

// Change changes a subscription as someone does in Stripe's dashboard or in the Customer Portal.
func (s *Stripe) Change(id string, change func(*billing.Subscription)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.subscriptions[id].Subscription)
}

// Find returns a subscription.
func (s *Stripe) Find(id string) billing.Subscription {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.subscriptions[id].copy()
}

// Counted returns how often each kind of write was made.
func (s *Stripe) Counted(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, call := range s.Calls {
		if call == name {
			n++
		}
	}
	return n
}

// Event returns the header and body of a signed webhook about a customer.
func (s *Stripe) Event(id, kind, customer string) (http.Header, []byte) {
	body, _ := json.Marshal(map[string]any{"id": id, "object": "event", "api_version": "2020-08-27", "type": kind, "created": time.Now().Unix(),
		"data": map[string]any{"object": map[string]any{"id": "obj_1", "customer": customer}}})
	return http.Header{"Stripe-Signature": {Sign(Secret, time.Now(), body)}}, body
}

// Sign returns the signature of a webhook.
func Sign(secret string, at time.Time, body []byte) string {
	stamp := strconv.FormatInt(at.Unix(), 10)
	return fmt.Sprintf("t=%s,v1=%s", stamp, hex.EncodeToString(digest(secret, stamp, body)))
}

func digest(secret, stamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(stamp + "."))
	mac.Write(body)
	return mac.Sum(nil)
}

// ReadEvent implements billing.Provider.
func (s *Stripe) ReadEvent(header http.Header, body []byte) (billing.Event, error) {
	stamp, signature, _ := strings.Cut(strings.TrimPrefix(header.Get("Stripe-Signature"), "t="), ",v1=")
	got, err := hex.DecodeString(signature)
	seconds, malformed := strconv.ParseInt(stamp, 10, 64)
	if err != nil || malformed != nil || !bytes.Equal(got, digest(Secret, stamp, body)) || time.Since(time.Unix(seconds, 0)) > 5*time.Minute {
		return billing.Event{}, errors.New("invalid signature")
	}
	var event struct {
		ID   string `json:"id"`
		Type string `json:"type"`
		Data struct {
			Object struct {
				Customer string `json:"customer"`
			} `json:"object"`
		} `json:"data"`
	}
	err = json.Unmarshal(body, &event)
	return billing.Event{ID: event.ID, Kind: event.Type, Customer: event.Data.Object.Customer}, err
}
