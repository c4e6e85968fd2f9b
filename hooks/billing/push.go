package billing

import (
	"context"
	"errors"
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/plans"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

// push tells the provider what a team wants from the next period on: what its scheduled change says, or what it has. It can be repeated.
func push(app core.App, team string) error {
	for range maxReads {
		account, err := FindAccount(app, team)
		if err != nil || !account.GetBool("unsent") {
			return errs.IgnoreNotFound(err)
		}
		r, err := read(app, account, nil)
		if err != nil {
			return err
		}
		if r.chosen.live() {
			err := r.send(app)
			var refusal *Refusal
			if errors.As(err, &refusal) {
				return r.giveUp(app, refusal)
			}
			if err != nil {
				return err
			}
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
			current.Set("unsent", false)
			current.touch()
			return tx.Save(current)
		})
		if err != nil {
			return err
		}
		if !stale {
			return Sync(app, team)
		}
	}
	return errTooManyWrites
}

func (r *reading) send(app core.App) error {
	p, err := findProvider(app)
	if err != nil {
		return err
	}
	team, err := teams.Find(app, r.account.TeamID())
	if err != nil {
		return errs.IgnoreNotFound(err)
	}
	wanted, err := previewAny(app, team.Record, Order{})
	if err != nil {
		return err
	}
	open, err := FindWaiting(app, team.Id)
	if err == nil && open.Status() == Scheduled {
		wanted, err = open.preview(app, team)
	}
	if errs.IgnoreNotFound(err) != nil {
		return err
	}
	priced, err := plans.FindPriced(app)
	if err != nil {
		return err
	}
	var u Update
	items := paidItems(wanted.NewPlan, wanted.NewHeld)
	if len(items) > 0 {
		u.Items = itemChanges(priced, r.chosen.Items, items)
	}
	if cancel := len(items) == 0; cancel != !r.chosen.Cancels.IsZero() {
		u.Cancel = &cancel
	}
	if len(u.Items) == 0 && u.Cancel == nil {
		return nil
	}
	return call(func(ctx context.Context) error {
		_, err := p.UpdateSubscription(ctx, fmt.Sprintf("next-%s-%d", r.account.Id, r.account.revision()), r.chosen.ID, u)
		return err
	})
}

// giveUp withdraws a scheduled change that the provider refused.
func (r *reading) giveUp(app core.App, refusal *Refusal) error {
	app.Logger().Warn("a change of a subscription was refused", "team", r.account.TeamID(), "error", refusal.Text)
	const sentence = "The payment provider refused the change. Contact your server administrator."
	err := app.RunInTransaction(func(tx core.App) error {
		account, err := findAccountByID(tx, r.account.Id)
		if err != nil {
			return err
		}
		account.Set("unsent", false)
		account.touch()
		if err := tx.Save(account); err != nil {
			return err
		}
		open, err := FindWaiting(tx, account.TeamID())
		if err != nil || open.Status() != Scheduled {
			return errs.IgnoreNotFound(err)
		}
		open.end(Withdrawn, providerName, sentence)
		return tx.Save(open)
	})
	if err != nil {
		return err
	}
	return errs.Invalid("base", CodeRefused, sentence)
}
