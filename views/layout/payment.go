package layout

import (
	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/billing"
	"usher/hooks/paths"
	"usher/hooks/plans"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
	"usher/views/ui"
)

// LargerPlanText says how to keep more than a plan includes.
const LargerPlanText = "Get a larger plan, or free some."

// paymentNotice says on every page of the panel that a payment failed, until when the team keeps its plan, and what happens then (R141).
func paymentNotice(e *core.RequestEvent, actor *actors.Actor) (templ.Component, error) {
	if !billing.IsPaid(e.App) {
		return templ.NopComponent, nil
	}
	account, err := billing.FindAccount(e.App, actor.Team.Id)
	if err != nil || !account.Failing() {
		return templ.NopComponent, errs.IgnoreNotFound(err)
	}
	plan, err := plans.ForTeam(e.App, actor.Team.Id)
	if err != nil {
		return nil, err
	}
	after, err := plans.Find(e.App, settings.Of(e.App).Plan)
	if err != nil {
		return nil, err
	}
	page := paths.Billing(actor.TeamSlug())
	action := ui.ButtonProps{Label: "Update payment method", Size: "sm"}
	link := page + "/portal"
	if !account.Live() {
		action.Label, link = "Subscribe again", page+"#payment"
	}
	times := TimesFor(actor)
	return ui.Notice(ui.NoticeProps{Kind: "bad", Title: "The last payment failed.",
		Text: "The team keeps the " + plan.Name() + " plan until " + times.In(account.GraceEnds()).Format("2 January 2006") + ". If no payment arrives by then, it moves to the " +
			after.Name() + " plan. Nothing is deleted, but what exceeds that plan can't grow.",
		Actions: ui.ButtonLink(link, action)}), nil
}
