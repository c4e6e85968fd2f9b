package billing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

// providerName is who changed something that was decided at the payment provider.
const providerName = "Stripe"

// maxReads is how often Sync reads again because the account was written in the meantime.
const maxReads = 8

var errTooManyWrites = errors.New("the billing account is being written by others")

// Sync reads what the provider says of a team, and gives the team what it pays for. It is safe to call at any time: what is read is used
// only if the account wasn't written since, so that an older state never replaces a newer one.
func Sync(app core.App, team string) error { return syncEvent(app, team, Event{}) }

// syncEvent is Sync that also remembers an event as processed, in the same transaction. An event that was processed before changes nothing.
func syncEvent(app core.App, team string, event Event) error {
	for range maxReads {
		account, err := FindAccount(app, team)
		if err != nil || account.Customer() == "" {
			return errs.IgnoreNotFound(err)
		}
		waiting, err := FindWaiting(app, team)
		if errs.IgnoreNotFound(err) != nil {
			return err
		}
		r, err := read(app, account, waiting)
		if err != nil {
			return err
		}
		stale := false
		err = app.RunInTransaction(func(tx core.App) error {
			current, err := findAccountByID(tx, account.Id)
			if err != nil {
				return err
			}
			if stale = current.revision() != account.revision(); stale {
				return nil
			}
			if fresh, err := rememberEvent(tx, event); err != nil || !fresh {
				return err
			}
			r.account = current
			current.touch()
			if err := r.apply(tx, time.Now()); err != nil {
				return err
			}
			return tx.Save(current)
		})
		if err != nil {
			return err
		}
		if !stale {
			return cancelExtra(app, r.extra)
		}
	}
	return errTooManyWrites
}

// cancelExtra ends subscriptions of a team beside the one that counts, as when two people paid at the same time. The customer gets a credit.
func cancelExtra(app core.App, extra []Subscription) error {
	p, err := findProvider(app)
	if err != nil {
		return err
	}
	for _, s := range extra {
		app.Logger().Warn("a second subscription of a team is cancelled, with a credit", "subscription", s.ID)
		if err := call(func(ctx context.Context) error { return p.CancelSubscription(ctx, "extra-"+s.ID, s.ID, true) }); err != nil {
			return fmt.Errorf("cancel a second subscription: %w", err)
		}
	}
	return nil
}

// apply gives the team what the reading says, and sets the account. The caller saves the account.
func (r *reading) apply(tx core.App, now time.Time) error {
	failing := r.failing(now)
	r.account.describe(r.chosen)
	if err := storeInvoices(tx, r.account, r.invoices); err != nil {
		return err
	}
	team, err := teams.Find(tx, r.account.TeamID())
	if err != nil {
		return errs.IgnoreNotFound(err)
	}
	open, err := FindWaiting(tx, team.Id)
	if errs.IgnoreNotFound(err) != nil {
		return err
	}
	if err != nil || open.Status() == Requested {
		open = nil
	}
	switch {
	case r.chosen == nil:
		return r.withdrawExpired(tx, open)
	case r.chosen.paid():
		if err := markPaid(tx, r.account, team); err != nil {
			return err
		}
		return r.follow(tx, team, open, now)
	case failing:
		if err := r.withdrawExpired(tx, open); err != nil {
			return err
		}
		return markFailed(tx, r.account, team, now)
	}
	return r.end(tx, team, open)
}

// failing reports whether the team keeps its plan although a payment failed. A subscription that the provider cancelled because of that
// counts as failing until the end of the grace period.
func (r *reading) failing(now time.Time) bool {
	switch {
	case r.chosen == nil:
		return false
	case r.chosen.Status == SubscriptionPastDue, r.chosen.Status == SubscriptionUnpaid:
		return true
	case r.chosen.Status != SubscriptionCancelled || !r.chosen.PaymentFailed:
		return false
	case r.account.Failing():
		return now.Before(r.account.GraceEnds())
	}
	return r.account.Live() // until now
}

// describe sets the state of the subscription.
func (a *Account) describe(s *Subscription) {
	if s == nil {
		s = &Subscription{}
	}
	a.Set("subscription", s.ID)
	a.Set("status", s.Status)
	a.Set("period_ends", s.PeriodEnds)
	a.Set("cancels", s.Cancels)
	if !s.live() {
		a.Set("unsent", false)
	}
}

// touch counts a write.
func (a *Account) touch() { a.Set("revision", a.revision()+1) }

// isFresh reports whether an event wasn't processed yet.
func isFresh(app core.App, event Event) (bool, error) {
	known, err := app.CountRecords("billing_events", dbx.HashExp{"event": event.ID})
	if err != nil {
		return false, fmt.Errorf("find an event of billing: %w", err)
	}
	return known == 0, nil
}

// rememberEvent stores that an event was processed. It reports false if it was processed before.
func rememberEvent(tx core.App, event Event) (fresh bool, err error) {
	if event.ID == "" {
		return true, nil
	}
	if fresh, err := isFresh(tx, event); err != nil || !fresh {
		return false, err
	}
	collection, err := tx.FindCachedCollectionByNameOrId("billing_events")
	if err != nil {
		return false, fmt.Errorf("find the events of billing: %w", err)
	}
	row := core.NewRecord(collection)
	row.Load(map[string]any{"event": event.ID, "kind": event.Kind})
	return true, tx.Save(row)
}
