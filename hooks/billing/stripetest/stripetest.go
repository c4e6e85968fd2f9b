// Package stripetest is a small fake of Stripe for tests: customers, checkouts, subscriptions, invoices and signed webhooks. It implements
// billing.Provider, so that most tests don't need Stripe's library, and serves the part of Stripe's HTTP API that the library uses.
package stripetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"usher/hooks/billing"
)

// Secret signs the webhooks of the fake.
const Secret = "whsec_0123456789abcdef0123456789abcdef"

// What a card does when it is charged.
const (
	CardWorks        = ""
	CardDeclined     = "declined"
	CardAuthenticate = "authenticate" // the customer must confirm the payment on a page
)

var errDown = errors.New("connection refused")

var _ billing.Provider = (*Stripe)(nil)

// Stripe is a fake of Stripe with one account. Its fields can be changed between calls.
type Stripe struct {
	Card   string // of every customer
	Down   bool   // calls fail without an answer
	Lose   bool   // calls work, but the answers to writes get lost
	Paying bool   // payments are on their way: what they are for can be neither withdrawn nor used
	Prices map[string]int64

	Updating func() // called before a subscription is updated; may be nil

	mu            sync.Mutex
	serial        int
	Calls         []string // names of the writes, in order
	customers     map[string]billing.Customer
	checkouts     map[string]*checkout
	subscriptions map[string]*subscription
	invoices      map[string]*invoice
	answers       map[string]any // by idempotency key
}

type checkout struct {
	ID, Status string
	billing.Checkout
	Expires time.Time
}

type subscription struct {
	billing.Subscription
	Customer string
	updated  []billing.Item // what an update that waits for its payment makes of the items
}

type invoice struct {
	billing.Invoice
	Customer, subscription string
}

// New returns a fake without customers.
func New() *Stripe {
	return &Stripe{Prices: map[string]int64{}, customers: map[string]billing.Customer{}, checkouts: map[string]*checkout{},
		subscriptions: map[string]*subscription{}, invoices: map[string]*invoice{}, answers: map[string]any{}}
}

func (s *Stripe) newID(prefix string) string {
	s.serial++
	return fmt.Sprintf("%s_%06d", prefix, s.serial)
}

func refuse(format string, args ...any) error {
	return &billing.Refusal{Text: fmt.Sprintf(format, args...)}
}

// write runs a write once per idempotency key, and repeats its answer.
func write[T any](s *Stripe, name, key string, do func() (T, error)) (T, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var none T
	if s.Down {
		return none, errDown
	}
	answer, known := s.answers[key].(T)
	if key == "" || !known {
		var err error
		s.Calls = append(s.Calls, name)
		if answer, err = do(); err != nil {
			return none, err
		}
		s.answers[key] = answer
	}
	if s.Lose {
		return none, errDown
	}
	return answer, nil
}

func get[T any](s *Stripe, do func() (T, error)) (T, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Down {
		var none T
		return none, errDown
	}
	return do()
}

// CreateCustomer implements billing.Provider.
func (s *Stripe) CreateCustomer(_ context.Context, key string, c billing.Customer) (string, error) {
	return write(s, "create customer", key, func() (string, error) {
		id := s.newID("cus")
		s.customers[id] = c
		return id, nil
	})
}

// OpenCheckout implements billing.Provider.
func (s *Stripe) OpenCheckout(_ context.Context, key string, c billing.Checkout) (billing.Payment, error) {
	return write(s, "open checkout", key, func() (billing.Payment, error) {
		if _, known := s.customers[c.Customer]; !known {
			return billing.Payment{}, refuse("No such customer: '%s'", c.Customer)
		}
		if len(c.Items) == 0 {
			return billing.Payment{}, refuse("Missing required param: line_items")
		}
		if err := s.checkPrices(c.Items); err != nil {
			return billing.Payment{}, err
		}
		opened := &checkout{ID: s.newID("cs_test"), Status: billing.CheckoutOpen, Checkout: c, Expires: time.Now().Add(24 * time.Hour).Truncate(time.Second).UTC()}
		s.checkouts[opened.ID] = opened
		return opened.payment(), nil
	})
}

func (c *checkout) payment() billing.Payment {
	return billing.Payment{ID: c.ID, URL: "https://checkout.stripe.test/" + c.ID, Expires: c.Expires}
}

func (s *Stripe) checkPrices(items []billing.Item) error {
	for _, item := range items {
		if _, known := s.Prices[item.Price]; !known && item.Quantity > 0 {
			return refuse("No such price: '%s'", item.Price)
		}
	}
	return nil
}

// CheckoutStatus implements billing.Provider.
func (s *Stripe) CheckoutStatus(_ context.Context, id string) (string, error) {
	return get(s, func() (string, error) {
		if c := s.checkouts[id]; c != nil {
			return c.Status, nil
		}
		return "", refuse("No such checkout session: '%s'", id)
	})
}

// ExpireCheckout implements billing.Provider.
func (s *Stripe) ExpireCheckout(_ context.Context, id string) error {
	_, err := write(s, "expire checkout", "", func() (any, error) {
		c := s.checkouts[id]
		if c == nil || c.Status != billing.CheckoutOpen || s.Paying {
			return nil, refuse("Only Checkout Sessions with a status of open can be expired")
		}
		c.Status = billing.CheckoutExpired
		return nil, nil
	})
	return err
}

// OpenPortal implements billing.Provider.
func (s *Stripe) OpenPortal(_ context.Context, customer, _ string) (string, error) {
	return get(s, func() (string, error) {
		if _, known := s.customers[customer]; !known {
			return "", refuse("No such customer: '%s'", customer)
		}
		return "https://billing.stripe.test/" + customer, nil
	})
}

// Subscriptions implements billing.Provider.
func (s *Stripe) Subscriptions(_ context.Context, customer string) ([]billing.Subscription, error) {
	return get(s, func() ([]billing.Subscription, error) {
		if _, known := s.customers[customer]; !known {
			return nil, refuse("No such customer: '%s'", customer)
		}
		var all []billing.Subscription
		for _, id := range slices.Backward(slices.Sorted(maps.Keys(s.subscriptions))) {
			if sub := s.subscriptions[id]; sub.Customer == customer {
				all = append(all, sub.copy())
			}
		}
		return all, nil
	})
}

// copy keeps callers from seeing later changes.
func (sub *subscription) copy() billing.Subscription {
	c := sub.Subscription
	c.Items = slices.Clone(c.Items)
	return c
}

// Invoices implements billing.Provider.
func (s *Stripe) Invoices(_ context.Context, customer string) ([]billing.Invoice, error) {
	return get(s, func() ([]billing.Invoice, error) {
		var all []billing.Invoice
		for _, id := range slices.Backward(slices.Sorted(maps.Keys(s.invoices))) {
			if i := s.invoices[id]; i.Customer == customer {
				all = append(all, i.Invoice)
			}
		}
		return all, nil
	})
}

// UpdateSubscription implements billing.Provider.
func (s *Stripe) UpdateSubscription(_ context.Context, key, id string, u billing.Update) (billing.Subscription, error) {
	if s.Updating != nil {
		s.Updating()
	}
	return write(s, "update subscription", key, func() (billing.Subscription, error) {
		sub := s.subscriptions[id]
		if sub == nil || sub.Status == billing.SubscriptionCancelled {
			return billing.Subscription{}, refuse("No such subscription: '%s'", id)
		}
		items, err := s.changeItems(sub.Items, u.Items)
		if err != nil {
			return billing.Subscription{}, err
		}
		if u.Cancel != nil {
			sub.Cancels = time.Time{}
			if *u.Cancel {
				sub.Cancels = sub.PeriodEnds
			}
		}
		if !u.Charge || len(u.Items) == 0 {
			sub.Items = items
			return sub.copy(), nil
		}
		if sub.Pending != nil { // a new update replaces the one that waits
			s.invoices[sub.Pending.ID].Status = "void"
			sub.Pending, sub.updated = nil, nil
		}
		bill := s.bill(sub, max(0, s.total(items)-s.total(sub.Items)), s.Card == CardWorks)
		if s.Card == CardWorks {
			sub.Items = items
			return sub.copy(), nil
		}
		sub.updated = items
		sub.Pending = &billing.Payment{ID: bill.ID, URL: bill.Page, Expires: time.Now().Add(23 * time.Hour).Truncate(time.Second).UTC()}
		return sub.copy(), nil
	})
}

func (s *Stripe) changeItems(has, changes []billing.Item) ([]billing.Item, error) {
	if err := s.checkPrices(changes); err != nil {
		return nil, err
	}
	items := slices.Clone(has)
	for _, change := range changes {
		at := slices.IndexFunc(items, func(i billing.Item) bool { return i.ID == change.ID })
		switch {
		case change.ID == "":
			if slices.ContainsFunc(items, func(i billing.Item) bool { return i.Price == change.Price }) {
				return nil, refuse("Cannot add multiple subscription items with the same plan: %s", change.Price)
			}
			items = append(items, billing.Item{ID: s.newID("si"), Price: change.Price, Quantity: change.Quantity})
		case at < 0:
			return nil, refuse("No such subscription item: '%s'", change.ID)
		case change.Quantity == 0:
			items = slices.Delete(items, at, at+1)
		default:
			items[at] = change
		}
	}
	if len(items) == 0 {
		return nil, refuse("A subscription must have at least one active plan")
	}
	return items, nil
}

func (s *Stripe) total(items []billing.Item) (total int64) {
	for _, item := range items {
		total += s.Prices[item.Price] * int64(item.Quantity)
	}
	return total
}

func (s *Stripe) bill(sub *subscription, total int64, paid bool) *invoice {
	id, status := s.newID("in"), "open"
	if paid {
		status = "paid"
	}
	s.invoices[id] = &invoice{billing.Invoice{ID: id, Number: "USHER-" + id[len(id)-4:], Status: status, Total: total, Currency: "EUR", Issued: time.Now().Truncate(time.Second).UTC(),
		Page: "https://invoice.stripe.test/" + id, PDF: "https://invoice.stripe.test/" + id + "/pdf"}, sub.Customer, sub.ID}
	return s.invoices[id]
}

// CancelSubscription implements billing.Provider.
func (s *Stripe) CancelSubscription(_ context.Context, key, id string, credit bool) error {
	_, err := write(s, "cancel subscription", key, func() (bool, error) {
		sub := s.subscriptions[id]
		if sub == nil || sub.Status == billing.SubscriptionCancelled {
			return false, refuse("No such subscription: '%s'", id)
		}
		sub.Status = billing.SubscriptionCancelled
		if credit {
			s.bill(sub, -s.total(sub.Items), true)
		}
		return true, nil
	})
	return err
}

// VoidInvoice implements billing.Provider.
func (s *Stripe) VoidInvoice(_ context.Context, id string) error {
	_, err := write(s, "void invoice", "", func() (any, error) {
		i := s.invoices[id]
		if i == nil || i.Status != "open" {
			return nil, refuse("You can only void an open invoice")
		}
		if s.Paying {
			return nil, refuse("You can't void an invoice with a pending payment")
		}
		i.Status = "void"
		sub := s.subscriptions[i.subscription]
		if sub.Pending != nil && sub.Pending.ID == id {
			sub.Pending, sub.updated = nil, nil
		}
		return nil, nil
	})
	return err
}
