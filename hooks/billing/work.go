package billing

import (
	"errors"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// Work repeats what the provider didn't answer, ends grace periods, cancels the subscriptions of deleted teams, and reads again what no report
// came about.
func Work(app core.App, now time.Time) error {
	if _, err := findProvider(app); err != nil {
		return nil
	}
	steps := []struct {
		query string
		do    func(app core.App, id string) error
	}{
		{"SELECT id FROM plan_changes WHERE status = 'unpaid' AND payment = '' AND created <= {:before}", settleLater},
		{"SELECT team id FROM billing_accounts WHERE unsent", push},
		{"SELECT team id FROM billing_accounts WHERE grace_ends != '' AND grace_ends <= {:now}", endGrace},
		{"SELECT id FROM billing_accounts WHERE team NOT IN (SELECT id FROM teams)", closeAccount},
		{"SELECT team id FROM plan_changes WHERE status = 'unpaid' AND pay_by != '' AND pay_by <= {:before}", Sync},
		{"SELECT team id FROM billing_accounts WHERE status NOT IN ('', 'canceled') AND updated <= {:yesterday} LIMIT 20", Sync},
	}
	var failed []error
	for _, step := range steps {
		var ids []string
		err := app.DB().NewQuery(step.query).Bind(dbx.Params{"now": record.FormatTime(now), "before": record.FormatTime(now.Add(-answerTime)), "yesterday": record.FormatTime(now.Add(-readAgain))}).Column(&ids)
		failed = append(failed, err)
		for _, id := range ids {
			failed = append(failed, step.do(app, id))
		}
	}
	_, err := app.NonconcurrentDB().NewQuery("DELETE FROM billing_events WHERE created < {:before}").
		Bind(dbx.Params{"before": record.FormatTime(now.Add(-eventsKept))}).Execute()
	return errors.Join(append(failed, err)...)
}

const (
	answerTime = time.Minute         // how long a request that stored a change can still be working on it
	readAgain  = 24 * time.Hour      // after the last report, which may have been lost
	eventsKept = 60 * 24 * time.Hour // a provider repeats an event for some days
)

// settleLater is settle without its refusal, which the change itself says.
func settleLater(app core.App, id string) error {
	if err := settle(app, id); errs.Code(err) == "" {
		return err
	}
	return nil
}
