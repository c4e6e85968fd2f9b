package billing

import (
	"context"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/emails"
	outbox "usher/hooks/mail"
	"usher/hooks/paths"
	"usher/hooks/plans"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// markFailed starts the grace period after a failed payment (R141). The Owner and Admins get an email once.
func markFailed(tx core.App, account *Account, team *teams.Team, now time.Time) error {
	if account.Failing() {
		return nil
	}
	account.Set("failed", now)
	account.Set("grace_ends", now.AddDate(0, 0, settings.Of(tx).GraceDays))
	entry := &audit.Entry{Team: team.Id, Action: "team.plan.failed", Target: team.Id, TargetName: team.Name()}
	if err := audit.Write(tx, entry.With("until", account.GraceEnds().UTC().Format(time.RFC3339))); err != nil {
		return err
	}
	plan, err := plans.ForTeam(tx, team.Id)
	if err != nil {
		return err
	}
	after, err := plans.Find(tx, settings.Of(tx).Plan)
	if err != nil {
		return err
	}
	return sendToManagers(tx, team, func(props emails.BillingProps) outbox.Message {
		return emails.PaymentFailed(emails.PaymentFailedProps{BillingProps: props, Plan: plan.Name(), After: after.Name(),
			Until: account.GraceEnds().In(team.Zone()).Format("2 January 2006")})
	})
}

// markPaid ends the grace period, because a payment arrived.
func markPaid(tx core.App, account *Account, team *teams.Team) error {
	if !account.Failing() {
		return nil
	}
	account.clearFailure()
	return audit.Write(tx, &audit.Entry{Team: team.Id, Action: "team.plan.paid", Target: team.Id, TargetName: team.Name()})
}

func (a *Account) clearFailure() {
	a.Set("failed", "")
	a.Set("grace_ends", "")
}

// endGrace cancels the subscription of a team whose grace period has ended, unless it was paid in the meantime.
func endGrace(app core.App, team string) error {
	account, err := FindAccount(app, team)
	if err != nil {
		return errs.IgnoreNotFound(err)
	}
	r, err := read(app, account, nil)
	if err != nil {
		return err
	}
	if r.chosen.live() && !r.chosen.paid() {
		p, err := findProvider(app)
		if err != nil {
			return err
		}
		err = call(func(ctx context.Context) error {
			return p.CancelSubscription(ctx, "grace-"+r.chosen.ID, r.chosen.ID, false)
		})
		if err != nil {
			return err
		}
	}
	return Sync(app, team)
}

// closeAccount cancels the subscriptions of a deleted team, and deletes its account.
func closeAccount(app core.App, id string) error {
	account, err := findAccountByID(app, id)
	if err != nil {
		return errs.IgnoreNotFound(err)
	}
	if account.Customer() != "" {
		p, err := findProvider(app)
		if err != nil {
			return err
		}
		r, err := read(app, account, nil)
		if err != nil {
			return err
		}
		for _, s := range r.live() {
			if err := call(func(ctx context.Context) error { return p.CancelSubscription(ctx, "closed-"+s.ID, s.ID, false) }); err != nil {
				return err
			}
		}
	}
	return app.Delete(account)
}

func (r *reading) live() []Subscription {
	if r.chosen.live() {
		return append([]Subscription{*r.chosen}, r.extra...)
	}
	return r.extra
}

// sendPlanEnded queues the email that a team has another plan because its own isn't paid any more. It lists what exceeds the new limits.
func sendPlanEnded(tx core.App, team *teams.Team, p *Preview, failed bool) error {
	return sendToManagers(tx, team, func(props emails.BillingProps) outbox.Message {
		return emails.PlanEnded(emails.PlanEndedProps{BillingProps: props, Plan: p.Plan.Name(), After: p.NewPlan.Name(), Exceeded: p.Exceeded(), Failed: failed})
	})
}

// sendToManagers queues an email to the Owner and each Admin.
func sendToManagers(tx core.App, team *teams.Team, message func(emails.BillingProps) outbox.Message) error {
	managers, err := actors.ListManagers(tx, team.Id)
	if err != nil {
		return err
	}
	config := settings.Of(tx)
	for _, account := range managers {
		email := message(emails.BillingProps{To: account.Email(), ToName: actors.DisplayName(account), Team: teams.EmailProps(tx, team.Record),
			Link: config.Link(paths.Billing(team.Slug())), Support: config.Support})
		email.About, email.Team = account.Id, team.Id
		if _, err := outbox.Queue(tx, email); err != nil {
			return err
		}
	}
	return nil
}

// checkStillFailing is the condition of the email about a failed payment: it wasn't paid in the meantime.
func checkStillFailing(tx core.App, m *outbox.Email) (reason string, err error) {
	if reason, err := checkStillManages(tx, m); err != nil || reason != "" {
		return reason, err
	}
	account, err := FindAccount(tx, m.Team())
	if errs.IgnoreNotFound(err) != nil {
		return "", err
	}
	if err != nil || !account.Failing() {
		return outbox.ReasonPaid, nil
	}
	return "", nil
}
