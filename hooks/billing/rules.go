package billing

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/audit"
	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/jobs"
	"usher/hooks/tools/text"
)

// next lists what may become of a change. What isn't listed is final.
var next = map[string][]string{
	Requested: {Approved, Declined, Withdrawn},
	Unpaid:    {Applied, Withdrawn},
	Scheduled: {Applied, Withdrawn},
}

// Register registers the rules for every writer of changes: what is approved is applied or scheduled in the same write, and what has ended
// stays as it is. Scheduled changes are applied when they are due.
func Register(app core.App) {
	app.OnRecordUpdateExecute("plan_changes").BindFunc(record.Guard(validateChange))
	app.OnRecordDeleteExecute("plans", "addons").BindFunc(record.Guard(validateNotOrdered))
	app.OnRecordUpdateExecute("addons").BindFunc(record.Guard(validateOrderedAddon))
	mail.RegisterCondition(app, checkStillRequested, mail.KindPlanRequest)
	mail.RegisterCondition(app, checkStillManages, mail.KindPlanDecided)
	mail.RegisterCondition(app, checkStillFailing, mail.KindPaymentFailed)
	mail.RegisterCondition(app, checkStillManages, mail.KindPlanEnded)
	jobs.EveryMinute(app, "usherBilling", "work on what teams pay for", Work)
	jobs.EveryMinute(app, "usherPlanChanges", "apply the changes of plans that are due", ApplyDue)
}

func validateChange(app core.App, r *core.Record) error {
	change := &Change{r}
	stored, err := Find(app, r.Id)
	if err != nil {
		return err
	}
	if !record.Changed(r, "status") && stored.Status() == change.Status() {
		return nil
	}
	if !slices.Contains(next[stored.Status()], change.Status()) { // the record may have been loaded before another decision
		return endedError()
	}
	change.Set("ended", types.NowDateTime())
	if change.EndedBy() == "" && change.Status() != Applied {
		change.Set("ended_by", audit.Administrator)
	}
	switch change.Status() {
	case Approved:
		if err := approve(app, change); err != nil {
			return err
		}
		return sendDecision(app, change)
	case Declined:
		return sendDecision(app, change)
	}
	return nil
}

// approve applies a change, or schedules it for the end of the billing month if it lowers a limit (R137). What was retired since the request
// can be approved.
func approve(app core.App, change *Change) error {
	team, err := teams.Find(app, change.TeamID())
	if err != nil {
		return err
	}
	p, err := change.preview(app, team)
	if err != nil {
		return err
	}
	if p.Lowers() {
		change.Set("status", Scheduled)
		change.Set("starts", NextMonth(team, time.Now()))
		return nil
	}
	change.Set("status", Applied)
	change.Set("starts", types.NowDateTime())
	return apply(app, change, false)
}

// ApplyDue applies the scheduled changes that are due. One that doesn't fit waits until it does, and says why.
func ApplyDue(app core.App, now time.Time) error {
	var due []*Change
	err := app.RecordQuery("plan_changes").AndWhere(dbx.HashExp{"status": Scheduled}).
		AndWhere(dbx.NewExp("starts <= {:now}", dbx.Params{"now": record.FormatTime(now)})).All(&due)
	if err != nil {
		return fmt.Errorf("list the changes of plans that are due: %w", err)
	}
	var failed []error
	for _, change := range due {
		paid, err := isPaidFor(app, change.TeamID())
		switch {
		case err != nil:
		case paid: // the provider says when the period has ended
			err = Sync(app, change.TeamID())
		default:
			err = applyScheduled(app, change.Id)
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// isPaidFor reports whether a team has a subscription at a payment provider.
func isPaidFor(app core.App, team string) (bool, error) {
	account, err := FindAccount(app, team)
	if err != nil || !IsPaid(app) {
		return false, errs.IgnoreNotFound(err)
	}
	return account.GetString("subscription") != "", nil
}

func applyScheduled(app core.App, id string) error {
	err := app.RunInTransaction(func(tx core.App) error {
		change, err := Find(tx, id)
		if err != nil || change.Status() != Scheduled {
			return errs.IgnoreNotFound(err)
		}
		change.Set("status", Applied)
		change.Set("reason", "")
		if err := apply(tx, change, false); err != nil {
			return err
		}
		if err := tx.Save(change); err != nil {
			return err
		}
		team, err := teams.Find(tx, change.TeamID())
		if err != nil {
			return err
		}
		entry := &audit.Entry{Team: team.Id, Action: "team.plan", Target: team.Id, TargetName: team.Name()}
		return audit.Write(tx, entry.With("change", change.Summary()))
	})
	if errs.Code(err) == "" {
		return err
	}
	_, _, why, _ := errs.Details(err)
	return app.RunInTransaction(func(tx core.App) error {
		change, err := Find(tx, id)
		if err != nil || change.Status() != Scheduled || change.Reason() == text.Shorten(why, MaxReason) {
			return errs.IgnoreNotFound(err)
		}
		change.Set("reason", text.Shorten(why, MaxReason))
		return tx.Save(change)
	})
}
