// Package stripe bills teams through Stripe. It is the only package that imports Stripe's library, and only main imports it: other packages
// use the interface of hooks/billing. Card data stays on Stripe's own pages.
package stripe

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v85"
	"github.com/stripe/stripe-go/v85/webhook"

	"usher/hooks/billing"
	"usher/hooks/tools/settings"
)

// maxListed is how many of a customer's subscriptions and invoices are read, newest first.
const maxListed = 100

type provider struct {
	client *stripe.Client
	secret string // signs webhooks
}

// New returns the payment provider of the settings.
func New(config settings.Config) billing.Provider {
	backend := &stripe.BackendConfig{
		HTTPClient: &http.Client{Timeout: 30 * time.Second}, MaxNetworkRetries: stripe.Int64(1),
		EnableTelemetry: stripe.Bool(false), LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull},
	}
	if config.StripeURL != "" {
		backend.URL = stripe.String(config.StripeURL)
	}
	backends := stripe.NewBackendsWithConfig(backend)
	return &provider{stripe.NewClient(config.StripeKey, stripe.WithBackends(backends)), config.StripeSecret}
}

func (p *provider) CreateCustomer(ctx context.Context, key string, c billing.Customer) (string, error) {
	params := &stripe.CustomerCreateParams{Name: stripe.String(c.Name), Metadata: map[string]string{"usher_team": c.Team}}
	if c.Email != "" {
		params.Email = stripe.String(c.Email)
	}
	params.SetIdempotencyKey(key)
	customer, err := p.client.V1Customers.Create(ctx, params)
	if err != nil {
		return "", convertError(err)
	}
	return customer.ID, nil
}

func (p *provider) OpenCheckout(ctx context.Context, key string, c billing.Checkout) (billing.Payment, error) {
	params := &stripe.CheckoutSessionCreateParams{
		Mode: stripe.String(string(stripe.CheckoutSessionModeSubscription)), Customer: stripe.String(c.Customer), ClientReferenceID: stripe.String(c.Team),
		SuccessURL: stripe.String(c.Paid), CancelURL: stripe.String(c.Back),
		SubscriptionData: &stripe.CheckoutSessionCreateSubscriptionDataParams{Metadata: map[string]string{"usher_team": c.Team}},
	}
	for _, item := range c.Items {
		params.LineItems = append(params.LineItems, &stripe.CheckoutSessionCreateLineItemParams{Price: stripe.String(item.Price), Quantity: stripe.Int64(int64(item.Quantity))})
	}
	params.SetIdempotencyKey(key)
	session, err := p.client.V1CheckoutSessions.Create(ctx, params)
	if err != nil {
		return billing.Payment{}, convertError(err)
	}
	return billing.Payment{ID: session.ID, URL: session.URL, Expires: timeOf(session.ExpiresAt)}, nil
}

func (p *provider) CheckoutStatus(ctx context.Context, id string) (string, error) {
	params := &stripe.CheckoutSessionRetrieveParams{}
	params.AddExpand("subscription")
	session, err := p.client.V1CheckoutSessions.Retrieve(ctx, id, params)
	if err != nil {
		return "", convertError(err)
	}
	switch session.Status {
	case stripe.CheckoutSessionStatusComplete:
		if s := session.Subscription; s != nil && s.Status == stripe.SubscriptionStatusIncompleteExpired { // the first payment never arrived
			return billing.CheckoutExpired, nil
		}
		return billing.CheckoutPaid, nil
	case stripe.CheckoutSessionStatusExpired:
		return billing.CheckoutExpired, nil
	}
	return billing.CheckoutOpen, nil
}

func (p *provider) ExpireCheckout(ctx context.Context, id string) error {
	_, err := p.client.V1CheckoutSessions.Expire(ctx, id, nil)
	return convertError(err)
}

func (p *provider) OpenPortal(ctx context.Context, customer, back string) (string, error) {
	session, err := p.client.V1BillingPortalSessions.Create(ctx, &stripe.BillingPortalSessionCreateParams{Customer: stripe.String(customer), ReturnURL: stripe.String(back)})
	if err != nil {
		return "", convertError(err)
	}
	return session.URL, nil
}

func (p *provider) Subscriptions(ctx context.Context, customer string) ([]billing.Subscription, error) {
	params := &stripe.SubscriptionListParams{Customer: stripe.String(customer), Status: stripe.String("all")}
	params.Limit = stripe.Int64(maxListed)
	params.AddExpand("data.latest_invoice")
	var all []billing.Subscription
	for s, err := range p.client.V1Subscriptions.List(ctx, params).All(ctx) {
		if err != nil {
			return nil, convertError(err)
		}
		subscription, err := p.convertSubscription(ctx, s)
		if err != nil {
			return nil, err
		}
		if all = append(all, subscription); len(all) == maxListed {
			break
		}
	}
	return all, nil
}

func (p *provider) Invoices(ctx context.Context, customer string) ([]billing.Invoice, error) {
	params := &stripe.InvoiceListParams{Customer: stripe.String(customer)}
	params.Limit = stripe.Int64(maxListed)
	var all []billing.Invoice
	for i, err := range p.client.V1Invoices.List(ctx, params).All(ctx) {
		if err != nil {
			return nil, convertError(err)
		}
		if i.Status != stripe.InvoiceStatusDraft {
			all = append(all, billing.Invoice{ID: i.ID, Number: i.Number, Status: string(i.Status), Total: i.Total, Currency: strings.ToUpper(string(i.Currency)),
				Issued: timeOf(i.Created), Page: i.HostedInvoiceURL, PDF: i.InvoicePDF})
		}
		if len(all) == maxListed {
			break
		}
	}
	return all, nil
}

func (p *provider) UpdateSubscription(ctx context.Context, key, id string, u billing.Update) (billing.Subscription, error) {
	params := &stripe.SubscriptionUpdateParams{ProrationBehavior: stripe.String("none")}
	params.AddExpand("latest_invoice")
	if u.Charge {
		params.ProrationBehavior = stripe.String("always_invoice")
		params.PaymentBehavior = stripe.String("pending_if_incomplete")
		if slices.ContainsFunc(u.Items, func(item billing.Item) bool { return item.Quantity == 0 }) { // which can't wait for a payment
			params.PaymentBehavior = stripe.String("error_if_incomplete")
		}
	}
	for _, item := range u.Items {
		change := &stripe.SubscriptionUpdateItemParams{}
		if item.ID != "" {
			change.ID = stripe.String(item.ID)
		}
		if item.Quantity == 0 {
			change.Deleted = stripe.Bool(true)
		} else {
			change.Price, change.Quantity = stripe.String(item.Price), stripe.Int64(int64(item.Quantity))
		}
		params.Items = append(params.Items, change)
	}
	if u.Cancel != nil {
		if err := p.setCancel(ctx, params, id, *u.Cancel); err != nil {
			return billing.Subscription{}, err
		}
	}
	params.SetIdempotencyKey(key)
	s, err := p.client.V1Subscriptions.Update(ctx, id, params)
	if err != nil {
		return billing.Subscription{}, convertError(err)
	}
	return p.convertSubscription(ctx, s)
}

// setCancel sets or clears the cancellation. The Customer Portal can set a date instead of the end of the period, which is cleared in another way.
func (p *provider) setCancel(ctx context.Context, params *stripe.SubscriptionUpdateParams, id string, cancel bool) error {
	if !cancel {
		s, err := p.client.V1Subscriptions.Retrieve(ctx, id, nil)
		if err != nil {
			return convertError(err)
		}
		if !s.CancelAtPeriodEnd && s.CancelAt != 0 {
			params.AddUnsetField(stripe.SubscriptionUpdateParamsUnsetFieldCancelAt)
			return nil
		}
	}
	params.CancelAtPeriodEnd = stripe.Bool(cancel)
	return nil
}

func (p *provider) CancelSubscription(ctx context.Context, key, id string, credit bool) error {
	params := &stripe.SubscriptionCancelParams{Prorate: stripe.Bool(credit), InvoiceNow: stripe.Bool(credit)}
	params.SetIdempotencyKey(key)
	_, err := p.client.V1Subscriptions.Cancel(ctx, id, params)
	return convertError(err)
}

func (p *provider) VoidInvoice(ctx context.Context, id string) error {
	_, err := p.client.V1Invoices.VoidInvoice(ctx, id, nil)
	return convertError(err)
}

// ReadEvent ignores the version of the event: only its kind and its customer are used.
func (p *provider) ReadEvent(header http.Header, body []byte) (billing.Event, error) {
	event, err := webhook.ConstructEventWithOptions(body, header.Get("Stripe-Signature"), p.secret, webhook.ConstructEventOptions{IgnoreAPIVersionMismatch: true})
	if err != nil {
		return billing.Event{}, err
	}
	read := billing.Event{ID: event.ID, Kind: string(event.Type)}
	if event.Data != nil {
		read.Customer, _ = event.Data.Object["customer"].(string)
	}
	return read, nil
}

func (p *provider) convertSubscription(ctx context.Context, s *stripe.Subscription) (billing.Subscription, error) {
	converted := billing.Subscription{ID: s.ID, Status: string(s.Status), Created: timeOf(s.Created)}
	if s.CancelAt != 0 {
		converted.Cancels = timeOf(s.CancelAt)
	}
	if s.CancellationDetails != nil {
		converted.PaymentFailed = s.CancellationDetails.Reason == stripe.SubscriptionCancellationDetailsReasonPaymentFailed
	}
	items, err := p.listItems(ctx, s)
	if err != nil {
		return converted, err
	}
	for _, item := range items {
		converted.Items = append(converted.Items, billing.Item{ID: item.ID, Price: item.Price.ID, Quantity: int(item.Quantity)})
		if end := timeOf(item.CurrentPeriodEnd); converted.PeriodEnds.IsZero() || end.Before(converted.PeriodEnds) {
			converted.PeriodEnds = end
		}
	}
	if s.CancelAtPeriodEnd && converted.Cancels.IsZero() {
		converted.Cancels = converted.PeriodEnds
	}
	if s.PendingUpdate != nil && s.LatestInvoice != nil {
		converted.Pending = &billing.Payment{ID: s.LatestInvoice.ID, URL: s.LatestInvoice.HostedInvoiceURL, Expires: timeOf(s.PendingUpdate.ExpiresAt)}
	}
	return converted, nil
}

// listItems returns all items of a subscription, which itself has only the first ones.
func (p *provider) listItems(ctx context.Context, s *stripe.Subscription) ([]*stripe.SubscriptionItem, error) {
	if s.Items == nil {
		return nil, nil
	}
	if !s.Items.HasMore {
		return s.Items.Data, nil
	}
	params := &stripe.SubscriptionItemListParams{Subscription: stripe.String(s.ID)}
	params.Limit = stripe.Int64(maxListed)
	var all []*stripe.SubscriptionItem
	for item, err := range p.client.V1SubscriptionItems.List(ctx, params).All(ctx) {
		if err != nil {
			return nil, convertError(err)
		}
		all = append(all, item)
	}
	return all, nil
}

// convertError makes a final answer of Stripe a refusal. A request in progress with the same key and a rate limit aren't final.
func convertError(err error) error {
	var answer *stripe.Error
	if !errors.As(err, &answer) {
		return err
	}
	switch answer.HTTPStatusCode {
	case http.StatusBadRequest, http.StatusPaymentRequired, http.StatusNotFound:
		return &billing.Refusal{Text: answer.Msg, Card: answer.Type == stripe.ErrorTypeCard}
	}
	return err
}

func timeOf(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
