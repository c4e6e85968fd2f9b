package emails

import (
	"fmt"
	"strings"

	"usher/hooks/mail"
	"usher/hooks/tools/text"
)

// PlanRequestProps are the properties of PlanRequest.
type PlanRequestProps struct {
	To        string
	Team      TeamProps
	By        string // name of who requested the change
	ByAddress string
	Change    string // "Pro instead of Free"
	ID        string // of the change, for the command
	Dashboard string // link to the changes in the dashboard
}

// PlanRequest is the email to the server administrator when a team requests another plan or other add-ons (R138).
func PlanRequest(p PlanRequestProps) mail.Message {
	team := text.Isolate(p.Team.Name)
	m := layout{
		Team:  p.Team,
		Title: fmt.Sprintf("%s requests a change of plan", team),
		Intro: fmt.Sprintf("%s (%s) requests: %s.", text.Isolate(p.By), p.ByAddress, p.Change),
		Paragraphs: []string{
			fmt.Sprintf("To approve it, run “usher billing approve %s” on the server, or set its status to “approved” in the dashboard.", p.ID),
			"If the change lowers a limit, it starts at the end of the team's month. Otherwise it starts immediately.",
		},
		Button: "Open dashboard",
		Link:   p.Dashboard,
		Reason: "You're receiving this email because this is the support address of an Usher server.",
	}.message(mail.KindPlanRequest, p.To, "", fmt.Sprintf("%s requests a change of plan", p.Team.Name))
	m.ReplyTo = p.ByAddress
	return m
}

// PlanDecidedProps are the properties of PlanDecided. Starts is in words; empty: the change has started.
type PlanDecidedProps struct {
	To, ToName string
	Team       TeamProps
	Change     string
	Approved   bool
	Starts     string // "1 December 2026"
	Reason     string // for which it was declined
	Link       string // to the plan
	Support    string
}

// PlanDecided is the email to who requested a change when the server administrator approved or declined it.
func PlanDecided(p PlanDecidedProps) mail.Message {
	team := text.Isolate(p.Team.Name)
	s := layout{
		Team:    p.Team,
		Title:   fmt.Sprintf("The change of %s's plan was approved", team),
		Intro:   "What you requested: " + p.Change + ".",
		Button:  "View plan",
		Link:    p.Link,
		Reason:  fmt.Sprintf("You're receiving this email because you requested a change of %s's plan.", team),
		Support: p.Support,
	}
	subject := "Your change of plan was approved"
	switch {
	case !p.Approved:
		s.Title, subject = fmt.Sprintf("The change of %s's plan was declined", team), "Your change of plan was declined"
		s.Paragraphs = []string{"Nothing has changed."}
		if p.Reason != "" {
			s.Paragraphs = []string{"The reason: " + text.Isolate(strings.Join(strings.Fields(p.Reason), " ")), "Nothing has changed."}
		}
	case p.Starts != "":
		s.Paragraphs = []string{"It starts on " + p.Starts + ". Until then, the team keeps what it has, and you can withdraw the change."}
	default:
		s.Paragraphs = []string{"It has started."}
	}
	return s.message(mail.KindPlanDecided, p.To, p.ToName, subject)
}

// BillingProps are the properties of emails to the Owner and Admins about what their team pays for.
type BillingProps struct {
	To, ToName string
	Team       TeamProps
	Link       string // to the plan
	Support    string
}

func (p BillingProps) layout() layout {
	return layout{
		Team:    p.Team,
		Button:  "View billing",
		Link:    p.Link,
		Reason:  fmt.Sprintf("You're receiving this email because you manage %s.", text.Isolate(p.Team.Name)),
		Support: p.Support,
	}
}

// PaymentFailedProps are the properties of PaymentFailed.
type PaymentFailedProps struct {
	BillingProps
	Plan, After string // names of the plan, and of the one after the grace period
	Until       string // "15 December 2026"
}

// PaymentFailed is the email to the Owner and Admins when a payment failed (R141).
func PaymentFailed(p PaymentFailedProps) mail.Message {
	s := p.layout()
	s.Title = fmt.Sprintf("A payment for %s failed", text.Isolate(p.Team.Name))
	s.Intro = "The payment for your plan couldn't be collected. Update your payment method to keep it."
	s.Paragraphs = []string{
		fmt.Sprintf("The team keeps the %s plan until %s.", p.Plan, p.Until),
		fmt.Sprintf("If no payment arrives by then, it moves to the %s plan. Nothing is deleted, but what exceeds that plan can't grow.", p.After),
	}
	s.Button = "Update payment method"
	return s.message(mail.KindPaymentFailed, p.To, p.ToName, s.Title)
}

// PlanEndedProps are the properties of PlanEnded.
type PlanEndedProps struct {
	BillingProps
	Plan, After string   // names of the plans before and after
	Exceeded    []string // what the team has more of than the plan allows, in sentences
	Failed      bool     // because a payment failed
}

// PlanEnded is the email to the Owner and Admins when their team isn't on its paid plan any more (R141).
func PlanEnded(p PlanEndedProps) mail.Message {
	s := p.layout()
	s.Title = fmt.Sprintf("The paid plan of %s has ended", text.Isolate(p.Team.Name))
	s.Intro = fmt.Sprintf("The team is now on the %s plan. Nothing was deleted.", p.After)
	if p.Plan != p.After {
		s.Intro = fmt.Sprintf("The team is now on the %s plan instead of %s. Nothing was deleted.", p.After, p.Plan)
	}
	if p.Failed {
		s.Paragraphs = append(s.Paragraphs, "No payment arrived within the grace period.")
	}
	if len(p.Exceeded) > 0 {
		s.Paragraphs = append(s.Paragraphs, "The team has more than this plan includes. It keeps that, but can't add to it:")
		s.Paragraphs = append(s.Paragraphs, p.Exceeded...)
	}
	s.Button = "View plans"
	return s.message(mail.KindPlanEnded, p.To, p.ToName, s.Title)
}
