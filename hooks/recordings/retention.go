package recordings

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// The limits of a retention period in days.
const (
	MinRetention = 1
	MaxRetention = 3650
)

// WarningPeriod is how long before its retention period ends the email about a recording is sent.
const WarningPeriod = 7 * 24 * time.Hour

// RetentionDays is for how many days a team keeps its recordings; 0: until someone deletes them.
func RetentionDays(team *core.Record) int { return team.GetInt("retention_days") }

// retainedSince is when the retention period of a recording began.
const retainedSince = "max(recordings.ended, recordings.started, recordings.restored)"

// RetentionEnd is when the recording is moved to the trash if its team keeps recordings for that many days: never before everyone
// was warned for WarningPeriod. It is zero without a retention period, or if the recording is in the trash or not finished.
func (r *Recording) RetentionEnd(days int) time.Time {
	if days <= 0 || !r.Trashed().IsZero() || !r.finished() {
		return time.Time{}
	}
	since := r.Started()
	for _, other := range []time.Time{r.Ended(), r.GetDateTime("restored").Time()} {
		if other.After(since) {
			since = other
		}
	}
	end := since.Add(time.Duration(days) * 24 * time.Hour)
	warned := r.GetDateTime("warned").Time()
	if warned.IsZero() {
		warned = time.Now()
	}
	if after := warned.Add(WarningPeriod); after.After(end) {
		return after
	}
	return end
}

// Preview says what a retention period would delete within the next WarningPeriod, after the emails about it.
type Preview struct {
	Days   int
	Count  int
	Bytes  int64
	Oldest time.Time    // start of the oldest one
	First  []*Recording // some of the oldest
	At     time.Time    // when they would be moved to the trash
}

// previewed is how many recordings Preview.First has at most.
const previewed = 5

// PreviewRetention returns what the retention period would delete. 0 days delete nothing. Only the Owner and Admins can see it.
func PreviewRetention(app core.App, actor *actors.Actor, days int) (Preview, error) {
	p := Preview{Days: days, First: []*Recording{}}
	if err := checkRetention(actor, days); err != nil || days == 0 {
		return p, err
	}
	p.At = time.Now().Add(WarningPeriod)
	due := dueBefore(actor.Team.Id, days, p.At)
	var oldest string
	err := app.DB().Select("count(*)", "coalesce(sum(bytes + mp4_bytes), 0)", "coalesce(min(started), '')").From("recordings").Where(due).Row(&p.Count, &p.Bytes, &oldest)
	if err != nil {
		return p, fmt.Errorf("count what a retention period would delete: %w", err)
	}
	p.Oldest = record.ParseTime(oldest)
	err = app.RecordQuery("recordings").AndWhere(due).OrderBy("started", "id").Limit(previewed).All(&p.First)
	if err != nil {
		return p, fmt.Errorf("list what a retention period would delete: %w", err)
	}
	return p, nil
}

// dueBefore is the condition for the finished recordings of a team whose retention period ends before at.
func dueBefore(team string, days int, at time.Time) dbx.Expression {
	return dbx.And(dbx.HashExp{"team": team, "trashed": "", "status": []any{StatusReady, StatusFailed}},
		dbx.NewExp(retainedSince+" < {:since}", dbx.Params{"since": record.FormatTime(at.Add(-time.Duration(days) * 24 * time.Hour))}))
}

// SetRetention sets for how many days the actor's team keeps its recordings; 0: until someone deletes them.
func SetRetention(app core.App, actor *actors.Actor, days int) error {
	entry := audit.NewEntry(actor, "recording.retention").With("days", days)
	return audit.Do(app, entry, func(tx core.App) error {
		actor, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		if err := checkRetention(actor, days); err != nil {
			return err
		}
		if RetentionDays(actor.Team) == days {
			entry.Action = ""
			return nil
		}
		actor.Team.Set("retention_days", days)
		return tx.Save(actor.Team)
	})
}

// forgetWarnings lets a team's recordings be warned about again when its retention period changes, because the emails named another
// date, or the recordings have been kept since.
func forgetWarnings(e *core.RecordEvent) error {
	if !record.Differs(e.Record, e.Record.Original(), "retention_days") {
		return e.Next()
	}
	return record.InTx(e, func() error {
		if err := e.Next(); err != nil {
			return err
		}
		_, err := e.App.NonconcurrentDB().Update("recordings", dbx.Params{"warned": ""}, dbx.HashExp{"team": e.Record.Id, "trashed": ""}).Execute()
		if err != nil {
			return fmt.Errorf("forget the warnings of a retention period: %w", err)
		}
		return nil
	})
}

func checkRetention(actor *actors.Actor, days int) error {
	switch {
	case !actor.CanEditTeam():
		return errs.Forbidden("Only the Owner and Admins can change how long recordings are kept.")
	case days != 0 && (days < MinRetention || days > MaxRetention):
		return RetentionError()
	}
	return nil
}

// RetentionError refuses what isn't a number of days.
func RetentionError() error {
	return errs.Invalid("days", CodeBadRetention, fmt.Sprintf("Enter from %d to %s days, or keep recordings until someone deletes them.", MinRetention, text.Number(MaxRetention)))
}
