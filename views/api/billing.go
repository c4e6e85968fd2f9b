package api

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/billing"
	"usher/hooks/plans"
	"usher/hooks/tools/errs"
	"usher/views/web"
)

// billingInfo is the plan and add-ons of a team, what it could have, and the history (R134). -1 means unlimited.
type billingInfo struct {
	Plan    string        `json:"plan"`    // key
	Monthly *priceInfo    `json:"monthly"` // of the plan with its add-ons; null without a price
	Limits  []planLimit   `json:"limits"`
	Addons  []addonInfo   `json:"addons"`
	Plans   []offeredPlan `json:"plans"`
	Changes []planChange  `json:"changes"`

	Subscription *subscriptionInfo `json:"subscription"`
	Invoices     []invoiceInfo     `json:"invoices"`
}

// subscriptionInfo is what the team pays for through Stripe. Times are empty if they don't apply.
type subscriptionInfo struct {
	Status     string `json:"status"`
	PeriodEnds string `json:"periodEnds"`
	EndsAt     string `json:"endsAt"`
	GraceEnds  string `json:"graceEnds"`
}

// invoiceInfo is an invoice of Stripe.
type invoiceInfo struct {
	Number string     `json:"number"`
	Status string     `json:"status"`
	Total  *priceInfo `json:"total"`
	Issued string     `json:"issued"`
	Page   string     `json:"page"`
	PDF    string     `json:"pdf"`
}

// priceInfo is a price in the smallest unit of its currency.
type priceInfo struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

// planLimit is a limit of the plan with its add-ons, before and after a change.
type planLimit struct {
	Name     string `json:"name"`
	Limit    int64  `json:"limit"`
	After    int64  `json:"after"`
	Used     int64  `json:"used"`
	Reserved int64  `json:"reserved"`
}

type addonInfo struct {
	Key      string     `json:"key"`
	Name     string     `json:"name"`
	Raises   string     `json:"raises"`
	Amount   int64      `json:"amount"`
	Quantity int        `json:"quantity"`
	Max      int        `json:"max"`
	Monthly  *priceInfo `json:"monthly"`
}

type offeredPlan struct {
	Key     string           `json:"key"`
	Name    string           `json:"name"`
	Limits  map[string]int64 `json:"limits"`
	Monthly *priceInfo       `json:"monthly"`
}

// planChange is a change of the plan: applied, or waiting for the server administrator or the end of the month.
type planChange struct {
	ID      string `json:"id"`
	Status  string `json:"status"`
	Summary string `json:"summary"`
	By      string `json:"by"`
	Created string `json:"created"`
	Starts  string `json:"starts"`
	Reason  string `json:"reason"`
	PayPage string `json:"payPage"`
	PayBy   string `json:"payBy"`
}

// orderForm orders a plan and add-ons. Missing ones keep their value.
type orderForm struct {
	Plan   string       `json:"plan"`
	Addons []addonOrder `json:"addons"`
}

type addonOrder struct {
	Key      string `json:"key"`
	Quantity int    `json:"quantity"`
}

func (f orderForm) order() billing.Order {
	order := billing.Order{Plan: f.Plan, Addons: map[string]int{}}
	for _, addon := range f.Addons {
		order.Addons[addon.Key] = addon.Quantity
	}
	return order
}

// orderPreview is what an order would change.
type orderPreview struct {
	Summary string      `json:"summary"`
	Lowers  bool        `json:"lowers"`
	Faults  []string    `json:"faults"`
	Limits  []planLimit `json:"limits"`
	Before  *priceInfo  `json:"before"`
	After   *priceInfo  `json:"after"`
}

// orderCodes are the codes of invalid orders.
var orderCodes = []string{billing.CodeNotOffered, billing.CodeBadQuantity, "not_allowed"}

// maxChanges is how many changes showBilling lists.
const maxChanges = 100

func showBilling(e *core.RequestEvent) error {
	actor := web.Actor(e)
	overview, err := billing.Overview(e.App, actor)
	if err != nil {
		return err
	}
	all, err := plans.All(e.App)
	if err != nil {
		return err
	}
	addons, err := plans.Addons(e.App)
	if err != nil {
		return err
	}
	changes, err := billing.History(e.App, actor, maxChanges)
	if err != nil {
		return err
	}
	shown := billingInfo{Plan: overview.Plan.Key(), Monthly: priceOf(overview.Price), Limits: limitsOf(overview), Addons: []addonInfo{}, Plans: []offeredPlan{}, Changes: []planChange{}}
	if overview.OtherCurrency {
		shown.Monthly = nil
	}
	held := map[string]int{}
	for _, h := range overview.Held {
		held[h.Addon.Id] = h.Quantity
	}
	for _, a := range addons {
		if !a.Retired() || held[a.Id] > 0 {
			shown.Addons = append(shown.Addons, addonInfo{a.Key(), a.Name(), a.Raises(), a.Amount(), held[a.Id], a.Max(), priceOf(a.Price())})
		}
	}
	for _, plan := range all {
		if plan.Retired() && plan.Id != overview.Plan.Id {
			continue
		}
		limits := map[string]int64{}
		for _, name := range plans.Limits {
			limits[name] = plan.Limit(name)
		}
		shown.Plans = append(shown.Plans, offeredPlan{plan.Key(), plan.Name(), limits, priceOf(plan.Price())})
	}
	for _, change := range changes {
		shown.Changes = append(shown.Changes, planChangeOf(change))
	}
	if shown.Subscription, shown.Invoices, err = paidInfo(e); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, shown)
}

// paidInfo returns what the team pays for, and its invoices. The subscription is nil without one.
func paidInfo(e *core.RequestEvent) (*subscriptionInfo, []invoiceInfo, error) {
	actor, listed := web.Actor(e), []invoiceInfo{}
	invoices, err := billing.Invoices(e.App, actor, maxChanges)
	if err != nil {
		return nil, nil, err
	}
	for _, i := range invoices {
		listed = append(listed, invoiceInfo{i.Number, i.Status, priceOf(i.Total), formatTime(i.Issued), i.Page, i.PDF})
	}
	account, err := billing.FindAccount(e.App, actor.Team.Id)
	if err != nil || account.Status() == "" {
		return nil, listed, errs.IgnoreNotFound(err)
	}
	return &subscriptionInfo{account.Status(), formatTime(account.PeriodEnds()), formatTime(account.Cancels()), formatTime(account.GraceEnds())}, listed, nil
}

func previewOrder(e *core.RequestEvent) error {
	var form orderForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	p, err := billing.PreviewOrder(e.App, web.Actor(e), form.order())
	if err != nil {
		return err
	}
	shown := orderPreview{Summary: p.Summary(), Lowers: p.Lowers(), Faults: p.Faults(), Limits: limitsOf(p)}
	if shown.Faults == nil {
		shown.Faults = []string{}
	}
	if !p.OtherCurrency {
		shown.Before, shown.After = priceOf(p.Price), priceOf(p.NewPrice)
	}
	return e.JSON(http.StatusOK, shown)
}

func submitOrder(e *core.RequestEvent) error {
	var form orderForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	change, err := billing.Submit(e.App, web.Actor(e), form.order())
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, planChangeOf(change))
}

func withdrawOrder(e *core.RequestEvent) error {
	id := e.Request.PathValue("id")
	if err := billing.Withdraw(e.App, web.Actor(e), id); err != nil {
		return err
	}
	change, err := billing.Find(e.App, id)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, planChangeOf(change))
}

func limitsOf(p *billing.Preview) []planLimit {
	limits := make([]planLimit, len(p.Limits))
	for i, l := range p.Limits {
		limits[i] = planLimit{l.Name, l.Before, l.After, l.Used, l.Reserved}
	}
	return limits
}

func priceOf(p plans.Price) *priceInfo {
	if !p.IsSet() {
		return nil
	}
	return &priceInfo{p.Amount, p.Currency}
}

func planChangeOf(c *billing.Change) planChange {
	return planChange{c.Id, c.Status(), c.Summary(), c.ByName(), formatTime(c.Created()), formatTime(c.Starts()), c.Reason(), c.PayPage(), formatTime(c.PayBy())}
}
