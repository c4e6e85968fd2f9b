package billing

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/settings"
)

// Provider is a payment provider, which bills teams for their plans and add-ons (R138). Card data never reaches this server. A call with a
// key can be repeated: it has an effect once. An error of the type *Refusal is final; after any other error, it isn't known whether the
// call had an effect.
type Provider interface {
	// CreateCustomer registers a team and returns the ID of its customer.
	CreateCustomer(ctx context.Context, key string, c Customer) (id string, err error)
	// OpenCheckout opens a page on which a customer subscribes and pays for the first period.
	OpenCheckout(ctx context.Context, key string, c Checkout) (Payment, error)
	// CheckoutStatus is CheckoutOpen, CheckoutPaid or CheckoutExpired.
	CheckoutStatus(ctx context.Context, id string) (string, error)
	// ExpireCheckout closes a page that wasn't used.
	ExpireCheckout(ctx context.Context, id string) error
	// OpenPortal returns a page on which a customer manages cards and invoices. back is where its link back leads.
	OpenPortal(ctx context.Context, customer, back string) (url string, err error)
	// Subscriptions lists the subscriptions of a customer, the cancelled ones included.
	Subscriptions(ctx context.Context, customer string) ([]Subscription, error)
	// Invoices lists the latest invoices of a customer, newest first, without drafts.
	Invoices(ctx context.Context, customer string) ([]Invoice, error)
	// UpdateSubscription changes the items of a subscription, and whether it is cancelled at the end of its period.
	UpdateSubscription(ctx context.Context, key, id string, u Update) (Subscription, error)
	// CancelSubscription ends a subscription now. With credit, the customer gets a credit for the rest of the period.
	CancelSubscription(ctx context.Context, key, id string, credit bool) error
	// VoidInvoice withdraws an invoice that isn't paid, and with it the update that waits for its payment.
	VoidInvoice(ctx context.Context, id string) error
	// ReadEvent returns the event of a webhook, or an error if it isn't signed or is older than some minutes.
	ReadEvent(header http.Header, body []byte) (Event, error)
}

// Refusal is the final answer of a provider that it won't do something.
type Refusal struct {
	Text string // for the server administrator
	Card bool   // the payment method was refused
}

func (r *Refusal) Error() string { return "the payment provider refused: " + r.Text }

// States of a checkout.
const (
	CheckoutOpen    = "open"
	CheckoutPaid    = "paid"
	CheckoutExpired = "expired"
)

// Customer is a team for a payment provider.
type Customer struct{ Team, Name, Email string }

// Checkout is what a customer pays for on a page of the provider.
type Checkout struct {
	Customer, Team string
	Items          []Item
	Paid, Back     string // where the page leads after the payment, and without one
}

// Item is a price and how many of it. ID is that of the item in a subscription; empty: a new item. An update with the quantity 0 removes it.
type Item struct {
	ID, Price string
	Quantity  int
}

// Update is a change of a subscription.
type Update struct {
	Items  []Item // those that change
	Charge bool   // immediately for the rest of the period; otherwise from the next period on
	Cancel *bool  // at the end of the period; nil: unchanged
}

// Payment is a page on which something can be paid until Expires.
type Payment struct {
	ID, URL string
	Expires time.Time
}

// States of a subscription. A provider can have more; they count as not paid yet.
const (
	SubscriptionActive    = "active"
	SubscriptionTrial     = "trialing"
	SubscriptionPastDue   = "past_due"
	SubscriptionUnpaid    = "unpaid"
	SubscriptionCancelled = "canceled"
)

// Subscription is what a customer pays for, as the provider has it.
type Subscription struct {
	ID, Status    string
	Items         []Item
	Created       time.Time
	PeriodEnds    time.Time
	Cancels       time.Time // when it is going to end; zero: it isn't
	PaymentFailed bool      // which is why it was cancelled
	Pending       *Payment  // of an update that waits for it
}

// live reports whether the subscription can bring payments.
func (s *Subscription) live() bool {
	return s != nil && (s.paid() || s.Status == SubscriptionPastDue || s.Status == SubscriptionUnpaid)
}

func (s *Subscription) paid() bool {
	return s != nil && (s.Status == SubscriptionActive || s.Status == SubscriptionTrial)
}

// Invoice is an invoice of a provider. Page and PDF are links.
type Invoice struct {
	ID, Number, Status string
	Total              int64
	Currency           string // ISO 4217
	Issued             time.Time
	Page, PDF          string
}

// Event is a webhook. What it says of its object may be outdated, so it only tells that something about a customer changed.
type Event struct{ ID, Kind, Customer string }

const providerKey = "usher.billing.provider"

// Setup makes changes of plans be paid through a provider if the settings say so.
func Setup(app core.App, newProvider func(settings.Config) Provider) {
	if config := settings.Of(app); config.Billing == settings.BillingStripe {
		app.Store().Set(providerKey, newProvider(*config))
	}
}

var errNoProvider = errors.New("this build of Usher has no payment provider")

// findProvider returns the provider of the app, or an error if none was set up.
func findProvider(app core.App) (Provider, error) {
	p, ok := app.Store().Get(providerKey).(Provider)
	if !ok {
		return nil, errNoProvider
	}
	return p, nil
}

// IsPaid reports whether changes are paid through a provider.
func IsPaid(app core.App) bool { return settings.Of(app).Billing == settings.BillingStripe }

// callTimeout limits each request to a provider.
const callTimeout = 15 * time.Second

// call runs a request to the provider.
func call(f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	return f(ctx)
}
