package panel

import (
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/billing"
	"usher/hooks/onboarding"
	"usher/hooks/plans"
	"usher/hooks/tools/csvfile"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

func billingRoutes(panel *web.Group) {
	panel.GET("/billing", saw(onboarding.Plan, showBilling))
	panel.POST("/billing", submitChange)
	panel.GET("/billing/review", reviewChange)
	panel.POST("/billing/withdraw", withdrawChange)
	panel.GET("/billing/history.csv", exportBilling)
	panel.GET("/billing/pay", showPayPage)
	panel.GET("/billing/paid", showPaid)
	panel.GET("/billing/portal", openPortal)
}

// shownChanges is how many changes the page lists.
const shownChanges = 20

// showBilling shows the plan and add-ons of the team, what it could have, and the history (R134).
func showBilling(e *core.RequestEvent) error {
	typed, _ := typedQuantities(e.Request.URL.Query()) // on the way back from a review
	return renderBilling(e, http.StatusOK, typed, nil)
}

// renderBilling shows the page, with the quantities of add-ons that were typed and what is wrong with them.
func renderBilling(e *core.RequestEvent, status int, typed map[string]string, faults web.FormErrors) error {
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
	history, err := billing.History(e.App, actor, shownChanges)
	if err != nil {
		return err
	}
	pageShell, err := shell(e, "billing", ui.Breadcrumb{Label: "Billing & plans"})
	if err != nil {
		return err
	}
	config := settings.Of(e.App)
	props := BillingProps{
		Shell: pageShell, Path: billingPath(e), Plan: overview.Plan.Name(), Price: monthly(overview.Price), OtherCurrency: overview.OtherCurrency,
		Limits: limitRows(overview), Mode: config.Billing, Exceeded: exceededNotice(overview), Errors: addonErrors(faults, addons),
		Support: config.Support, SupportHref: config.SupportLink(),
	}
	for _, plan := range all {
		sold := billing.IsSold(e.App, plan.StripePrice()) || plan.Key() == config.Plan
		if current := plan.Id == overview.Plan.Id; current || !plan.Retired() && sold {
			props.Plans = append(props.Plans, PlanRow{Name: plan.Name(), Text: planText(plan), Price: monthly(plan.Price()), Current: current, ReviewURL: billingPath(e) + "/review?plan=" + plan.Key()})
		}
	}
	held := map[string]int{}
	for _, h := range overview.Held {
		held[h.Addon.Id] = h.Quantity
	}
	for _, addon := range addons {
		if overview.Plan.Limit(addon.Raises()) == plans.Unlimited && held[addon.Id] == 0 ||
			(addon.Retired() || !billing.IsSold(e.App, addon.StripePrice())) && held[addon.Id] == 0 {
			continue
		}
		row := AddonRow{Key: addon.Key(), Name: addon.Name(), Text: addon.Description(), Price: monthly(addon.Price()), Quantity: strconv.Itoa(held[addon.Id])}
		if overview.Plan.Limit(addon.Raises()) == plans.Unlimited {
			row.Text = "The plan has no limit for this, so the team doesn't need it."
		}
		if value, is := typed[addon.Key()]; is {
			row.Quantity, row.Error = value, faults["addons."+addon.Key()]
		}
		props.Addons = append(props.Addons, row)
	}
	times := layout.TimesFor(actor)
	if props.Payment, err = paymentProps(e, times, overview.Seen); err != nil {
		return err
	}
	for _, change := range history {
		row := newChangeRow(change, times)
		if change.Waits() {
			props.Waiting = &row
		}
		props.History = append(props.History, row)
	}
	return web.Render(e, status, Billing(props))
}

// addonErrors lists errors for the top of the page; those of add-ons link to their fields.
func addonErrors(faults web.FormErrors, addons []*plans.Addon) []ui.FieldError {
	var all []ui.FieldError
	for _, addon := range addons {
		if sentence := faults["addons."+addon.Key()]; sentence != "" {
			all = append(all, ui.FieldError{ID: "addon-" + addon.Key(), Message: addon.Name() + ": " + sentence})
		}
	}
	if len(all) == 0 {
		return layout.FieldErrors(faults)
	}
	return all
}

// typedQuantities returns what was typed for each add-on, and the numbers. A text that isn't a number becomes -1, which is refused.
func typedQuantities(values map[string][]string) (typed map[string]string, quantities map[string]int) {
	typed, quantities = map[string]string{}, map[string]int{}
	for name, all := range values {
		key, isAddon := strings.CutPrefix(name, "addon.")
		if !isAddon || len(all) == 0 {
			continue
		}
		typed[key] = strings.TrimSpace(clean(all[0]))
		n, err := strconv.Atoi(typed[key])
		if typed[key] != "" && err != nil {
			n = -1
		}
		quantities[key] = n
	}
	return typed, quantities
}

// reviewChange shows what an order would change, before it is placed.
func reviewChange(e *core.RequestEvent) error {
	typed, quantities := typedQuantities(e.Request.URL.Query())
	return renderReview(e, http.StatusOK, billing.Order{Plan: e.Request.URL.Query().Get("plan"), Addons: quantities}, typed, "")
}

func renderReview(e *core.RequestEvent, status int, order billing.Order, typed map[string]string, refusal string) error {
	preview, err := billing.PreviewOrder(e.App, web.Actor(e), order)
	if faults, refused := web.FormErrorsOf(err); refused {
		return renderBilling(e, web.StatusCode(err), typed, faults)
	}
	if err != nil {
		return err
	}
	pageShell, err := shell(e, "billing", ui.Breadcrumb{Label: "Billing & plans", Href: billingPath(e)}, ui.Breadcrumb{Label: "Review change"})
	if err != nil {
		return err
	}
	config, starts := settings.Of(e.App), ""
	terms, err := billing.TermsOf(e.App, web.Actor(e), preview)
	if err != nil {
		return err
	}
	if !terms.Starts.IsZero() {
		starts = layout.TimesFor(web.Actor(e)).In(terms.Starts).Format("2 January 2006")
	}
	props := ReviewProps{
		Shell: pageShell, Path: billingPath(e), Summary: preview.Summary(), Unchanged: preview.Unchanged(), Limits: limitRows(preview), Faults: preview.Faults(),
		Price: monthly(preview.Price), NewPrice: monthly(preview.NewPrice), OtherCurrency: preview.OtherCurrency,
		Mode: config.Billing, Checkout: terms.Checkout, Charged: terms.Charged, Starts: starts, Lowers: preview.Lowers(), Refusal: refusal, UsersURL: usersPath(e),
		Effects: effects(preview), Advice: freeAdvice(preview), BackURL: billingPath(e),
	}
	waiting, err := billing.FindWaiting(e.App, web.Actor(e).Team.Id)
	if errs.IgnoreNotFound(err) != nil {
		return err
	}
	if err == nil {
		row := newChangeRow(waiting, layout.TimesFor(web.Actor(e)))
		props.Waiting = &row
	}
	props.Fields = append(props.Fields, ui.HiddenField{Name: "seen", Value: preview.Seen})
	if order.Plan != "" {
		props.Fields = append(props.Fields, ui.HiddenField{Name: "plan", Value: order.Plan})
	}
	back := url.Values{}
	for key, quantity := range order.Addons {
		props.Fields = append(props.Fields, ui.HiddenField{Name: "addon." + key, Value: strconv.Itoa(quantity)})
		back.Set("addon."+key, strconv.Itoa(quantity))
	}
	if len(back) > 0 {
		props.BackURL += "?" + back.Encode() + "#addons"
	}
	return web.Render(e, status, ReviewChange(props))
}

// submitChange orders what was reviewed.
func submitChange(e *core.RequestEvent) error {
	if err := e.Request.ParseForm(); err != nil {
		return errs.Invalid("base", "bad_form", "The form couldn't be read. Try again.")
	}
	typed, quantities := typedQuantities(e.Request.PostForm)
	order := billing.Order{Plan: e.Request.PostForm.Get("plan"), Addons: quantities, Seen: e.Request.PostForm.Get("seen")}
	change, err := billing.Submit(e.App, web.Actor(e), order)
	if faults, refused := web.FormErrorsOf(err); refused {
		return renderReview(e, web.StatusCode(err), order, typed, faults["base"])
	}
	if err != nil {
		return err
	}
	switch change.Status() {
	case billing.Requested:
		web.SetToast(e, "The change was requested. Your server administrator decides on it.")
	case billing.Scheduled:
		web.SetToast(e, "The change is scheduled. You can withdraw it until it starts.")
	case billing.Unpaid:
		if change.PayPage() != "" {
			return web.Redirect(e, billingPath(e)+"/pay")
		}
		web.SetToast(e, "Stripe doesn't answer right now. Your order is kept and tried again.")
	default:
		web.SetToast(e, "The plan was changed: "+change.Summary()+".")
	}
	return web.Redirect(e, billingPath(e))
}

func withdrawChange(e *core.RequestEvent) error {
	err := billing.Withdraw(e.App, web.Actor(e), e.Request.FormValue("id"))
	if faults, refused := web.FormErrorsOf(err); refused {
		return renderBilling(e, web.StatusCode(err), nil, faults)
	}
	if err != nil {
		return err
	}
	web.SetToast(e, "The change was withdrawn.")
	return web.Redirect(e, billingPath(e))
}

// exportBilling sends the history as CSV.
func exportBilling(e *core.RequestEvent) error {
	actor := web.Actor(e)
	times := layout.TimesFor(actor)
	return web.ServeCSV(e, csvfile.FileName(actor.TeamSlug(), "plan-history", time.Now().In(times.Zone)), func(to io.Writer) error {
		return billing.Export(e.App, actor, times.Zone, to)
	})
}
