package panel

import (
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/billing"
	"usher/hooks/plans"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// shownInvoices is how many invoices the page lists.
const shownInvoices = 24

// showPayPage leads to the page of Stripe on which the waiting change is paid. It is a page of its own because browsers don't let a form lead
// to another site.
func showPayPage(e *core.RequestEvent) error {
	change, err := billing.FindWaiting(e.App, web.Actor(e).Team.Id)
	if errs.IgnoreNotFound(err) != nil {
		return err
	}
	if err != nil || change.PayPage() == "" {
		return web.Redirect(e, billingPath(e))
	}
	pageShell, err := shell(e, "billing", ui.Breadcrumb{Label: "Billing & plans", Href: billingPath(e)}, ui.Breadcrumb{Label: "Payment"})
	if err != nil {
		return err
	}
	e.Response.Header().Set("Refresh", "0; url="+change.PayPage())
	return web.Render(e, http.StatusOK, PayChange(PayProps{Shell: pageShell, Summary: change.Summary(), PayPage: change.PayPage(), Path: billingPath(e)}))
}

// showPaid is where Stripe's page leads after the payment. Its report may not have come yet.
func showPaid(e *core.RequestEvent) error {
	actor := web.Actor(e)
	if err := billing.Sync(e.App, actor.Team.Id); err != nil {
		e.App.Logger().Warn("read a subscription after its payment", "error", err.Error())
	}
	change, err := billing.FindWaiting(e.App, actor.Team.Id)
	if errs.IgnoreNotFound(err) != nil {
		return err
	}
	if err == nil && change.Status() == billing.Unpaid {
		web.SetToast(e, "Your payment is being processed. The change starts as soon as it arrives.")
		return web.Redirect(e, billingPath(e))
	}
	account, err := billing.FindAccount(e.App, actor.Team.Id)
	if errs.IgnoreNotFound(err) != nil {
		return err
	}
	if err == nil && account.Live() && !account.Failing() {
		web.SetToast(e, "The payment arrived. Thank you.")
	}
	return web.Redirect(e, billingPath(e))
}

// openPortal leads to the Customer Portal.
func openPortal(e *core.RequestEvent) error {
	page, err := billing.OpenPortal(e.App, web.Actor(e))
	if errs.Code(err) != "" || err != nil && errs.IgnoreNotFound(err) == nil {
		return err
	}
	if err != nil {
		e.App.Logger().Warn("open the Customer Portal", "error", err.Error())
		web.SetToast(e, "Stripe doesn't answer right now. Try again in a minute.")
		return web.Redirect(e, billingPath(e))
	}
	return web.Redirect(e, page)
}

// paymentProps describes the team's subscription and invoices; nil without a customer at Stripe.
func paymentProps(e *core.RequestEvent, times text.ReaderZone, seen string) (*PaymentProps, error) {
	actor := web.Actor(e)
	account, err := billing.FindAccount(e.App, actor.Team.Id)
	if err != nil || !billing.IsPaid(e.App) || account.Status() == "" {
		return nil, errs.IgnoreNotFound(err)
	}
	invoices, err := billing.Invoices(e.App, actor, shownInvoices)
	if err != nil {
		return nil, err
	}
	day := func(a *billing.Account) string {
		switch {
		case !a.Live():
			return "The subscription has ended."
		case a.Failing():
			return "The last payment failed."
		case !a.Cancels().IsZero():
			return "The subscription ends on " + times.In(a.Cancels()).Format("2 January 2006") + "."
		}
		return "It renews on " + times.In(a.PeriodEnds()).Format("2 January 2006") + "." + cancelHint(e.App, actor)
	}
	props := &PaymentProps{Text: day(account) + " Stripe keeps your payment method and billing address.", PortalURL: billingPath(e) + "/portal", Path: billingPath(e)}
	if account.Failing() && !account.Live() {
		props.RenewSeen = seen
	}
	for _, i := range invoices {
		props.Invoices = append(props.Invoices, InvoiceRow{Number: i.Number, Total: i.Total.String(), Issued: i.Issued, Times: times, Page: i.Page, PDF: i.PDF, Status: invoiceStatus(i.Status)})
	}
	return props, nil
}

// cancelHint says how to cancel a subscription; "" if the team's plan isn't paid for.
func cancelHint(app core.App, actor *actors.Actor) string {
	plan, err := plans.Find(app, settings.Of(app).Plan)
	if err != nil {
		return ""
	}
	if current, err := plans.ForTeam(app, actor.Team.Id); err != nil || current.Id == plan.Id {
		return ""
	}
	return " To cancel, switch to the " + plan.Name() + " plan."
}

func invoiceStatus(status string) [2]string {
	switch status {
	case "paid":
		return [2]string{"accepted", "Paid"}
	case "open":
		return [2]string{"pending", "Open"}
	case "void":
		return [2]string{"revoked", "Void"}
	case "uncollectible":
		return [2]string{"declined", "Not collected"}
	}
	return [2]string{"pending", text.Capitalize(status)}
}

// exceededNotice says what the team has more of than its plan includes; nil if there is nothing.
func exceededNotice(overview *billing.Preview) *ui.NoticeProps {
	over := overview.Exceeded()
	if len(over) == 0 {
		return nil
	}
	return &ui.NoticeProps{Kind: "wait", Title: "The team has more than its plan includes.",
		Text: strings.Join(over, " ") + " Everything is kept, but nothing can be added until it fits. " + layout.LargerPlanText}
}
