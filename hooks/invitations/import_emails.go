package invitations

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/mail"
	"usher/hooks/record"
)

// EmailProgress is how far the emails of an import are.
type EmailProgress struct {
	Counts map[string]int // invited rows by the state of their newest email; "" for none
	Left   time.Duration  // estimate until the waiting ones are sent; 0 if there are none or it can't be known
}

// Waiting returns how many emails haven't been sent yet.
func (p EmailProgress) Waiting() int { return p.Counts[mail.Queued] + p.Counts[mail.Sending] }

// Sent returns how many emails were sent and aren't known to be undeliverable.
func (p EmailProgress) Sent() int {
	return p.Counts[mail.Sent] + p.Counts[mail.Delayed] + p.Counts[mail.Delivered]
}

// Failed returns how many emails couldn't be sent or delivered.
func (p EmailProgress) Failed() int {
	return p.Counts[mail.Failed] + p.Counts[mail.Returned] + p.Counts[mail.Bounced] + p.Counts[mail.Complained]
}

// Total returns the number of emails, without those that became obsolete before they were sent.
func (p EmailProgress) Total() int { return p.Waiting() + p.Sent() + p.Failed() }

const (
	rateWindow = time.Minute // in which the rate of sending is measured
	minSample  = 10          // emails sent in it; with fewer, the rate of the provider counts
)

// FindEmailProgress counts the emails of an import. The estimate follows from the emails of the last minute.
func FindEmailProgress(app core.App, i *Import) (EmailProgress, error) {
	var counts []struct {
		State  string `db:"state"`
		N      int    `db:"n"`
		Recent int    `db:"recent"`
	}
	now := time.Now()
	err := app.DB().NewQuery("SELECT coalesce(o.status, '') state, count(*) n, coalesce(sum(o.sent >= {:since}), 0) recent FROM (SELECT " + newestEmailOfRow +
		" email FROM (SELECT " + invitationOfRow + " invitation FROM import_rows r WHERE import = {:id} AND status IN ('invited', 'updated')))" +
		" LEFT JOIN outbox o ON o.rowid = email GROUP BY 1").
		Bind(dbx.Params{"id": i.Id, "team": i.GetString("team"), "since": record.FormatTime(now.Add(-rateWindow))}).All(&counts)
	if err != nil {
		return EmailProgress{}, fmt.Errorf("count the emails of an import: %w", err)
	}
	p, recent := EmailProgress{Counts: map[string]int{}}, 0
	for _, one := range counts {
		p.Counts[one.State] = one.N
		recent += one.Recent
	}
	if p.Waiting() == 0 || !mail.Enabled(app) || mail.Problem(app) != "" {
		return p, nil
	}
	if p.Left = mail.SendingTime(app, p.Waiting()); recent >= minSample {
		window := min(rateWindow, max(now.Sub(i.Created()), time.Second))
		p.Left = time.Duration(float64(window) * float64(p.Waiting()) / float64(recent))
	}
	return p, nil
}

// CountWaitingEmails counts the emails of each import that haven't been sent yet.
func CountWaitingEmails(app core.App, team string, imports []*Import) (map[string]int, error) {
	waiting := map[string]int{}
	if any, err := mail.HasQueued(app, team, mail.KindInvitation, mail.KindRoleInvitation); err != nil || !any {
		return waiting, err
	}
	for _, i := range imports {
		if !i.Finished().IsZero() && time.Since(i.Finished()) > 24*time.Hour { // none is tried for longer
			continue
		}
		p, err := FindEmailProgress(app, i)
		if err != nil {
			return nil, err
		}
		waiting[i.Id] = p.Waiting()
	}
	return waiting, nil
}

// newestEmailOfRow is the rowid of the newest email of an invitation.
const newestEmailOfRow = "(SELECT o.rowid FROM outbox o WHERE o.about = invitation ORDER BY o.created DESC, o.rowid DESC LIMIT 1)"
