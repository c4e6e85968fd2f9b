package bulk

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/events"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/jobs"
	"usher/hooks/tools/ratelimit"
	"usher/hooks/tools/text"
)

// MaxJobRows is the maximum number of rows of one action that runs in the background.
const MaxJobRows = 20_000

// maxActiveJobs is how many actions of a team may run or wait.
const maxActiveJobs = 5

// JobLimit limits the jobs that one team starts. Each is kept for months.
var JobLimit = ratelimit.Define("bulk", 60, time.Hour)

// CodeJobEnded is returned when stopping an action that has ended.
const CodeJobEnded = "bulk_over"

// States of a job. Done and stopped are final.
const (
	JobWaiting = "waiting"
	JobRunning = "running"
	JobDone    = "done"
	JobStopped = "stopped"
)

// Job is an action that runs in the background.
type Job struct {
	ID       string         `db:"id"`
	Team     string         `db:"team"`
	Creator  string         `db:"creator"` // id of the account that started it
	Address  string         `db:"address"`
	Import   string         `db:"import"` // id of the import whose invitations it revokes, or ""
	Status   string         `db:"status"`
	Reason   string         `db:"reason"` // why it stopped, or ""
	Total    int            `db:"total"`
	Done     int            `db:"done"`
	Skipped  int            `db:"skipped"` // of those done
	Created  types.DateTime `db:"created"`
	Started  types.DateTime `db:"started"`
	Finished types.DateTime `db:"finished"`
	Stored   string         `db:"action"`
}

// Active reports whether the job still has rows to process.
func (j *Job) Active() bool { return j.Finished.IsZero() }

// Action returns what is done to each row.
func (j *Job) Action() (a Action) {
	_ = json.Unmarshal([]byte(j.Stored), &a) // written by Start
	a.size = j.Total
	return a
}

// Start runs the action in the background on the rows with these ids, in their order, at most MaxJobRows of them. Each is
// checked, changed and audited as by Do, with the rights that the actor has then. of is the id of the import whose
// invitations are revoked, or "".
func Start(app core.App, actor *actors.Actor, action Action, ids []string, of string) (*Job, error) {
	ids = unique(ids)
	if err := action.validateRequest(app, actor, ids, MaxJobRows); err != nil {
		return nil, err
	}
	if action.Kind == Resend && !mail.Enabled(app) {
		return nil, errs.Invalid("ids", errs.CodeTooMany, fmt.Sprintf("Email isn't set up, so you get the links to share them. Select up to %s users at a time.", text.Number(MaxRows)))
	}
	if wait, ok := JobLimit.In(app).Take(actor.Team.Id); !ok {
		return nil, errs.RateLimited(wait, "Too many bulk actions in the last hour. Try again later, or select more users at a time.")
	}
	stored, err := json.Marshal(action)
	if err != nil {
		return nil, fmt.Errorf("store a bulk action: %w", err)
	}
	targets, err := json.Marshal(ids)
	if err != nil {
		return nil, fmt.Errorf("store a bulk action: %w", err)
	}
	id := core.GenerateDefaultRandomId()
	entry := audit.NewEntry(actor, "bulk.start").WithTarget(id, "").With("rows", len(ids))
	err = audit.Do(app, entry, func(tx core.App) error {
		current, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		if !current.CanUsePanel() {
			return members.ManageForbidden(actors.Roles{})
		}
		var n int
		if err := tx.DB().NewQuery("SELECT count(*) FROM bulk_jobs WHERE team = {:team} AND finished = ''").Bind(dbx.Params{"team": actor.Team.Id}).Row(&n); err != nil {
			return fmt.Errorf("count bulk actions: %w", err)
		}
		if n >= maxActiveJobs {
			return errs.Invalid("ids", errs.CodeTooMany, fmt.Sprintf("%d bulk actions are still running or waiting. Wait until one finishes, or stop one.", n))
		}
		_, err = tx.NonconcurrentDB().NewQuery(`INSERT INTO bulk_jobs (id, team, creator, address, action, import, total, created)
			VALUES ({:id}, {:team}, {:creator}, {:address}, {:action}, {:import}, {:total}, {:now})`).
			Bind(dbx.Params{"id": id, "team": actor.Team.Id, "creator": actor.Account.Id, "address": actor.IP, "action": string(stored), "import": of,
				"total": len(ids), "now": types.NowDateTime().String()}).Execute()
		if err != nil {
			return fmt.Errorf("store a bulk action: %w", err)
		}
		_, err = tx.NonconcurrentDB().NewQuery("INSERT INTO bulk_rows (job, n, target) SELECT {:id}, key + 1, value FROM json_each({:ids})").
			Bind(dbx.Params{"id": id, "ids": string(targets)}).Execute()
		if err != nil {
			return fmt.Errorf("store the rows of a bulk action: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	events.Publish(app, actor.Team.Id, events.Import)
	jobs.Wake(app, workerID)
	return FindJob(app, actor.Team.Id, id)
}

// FindJob returns a job of the team, or errs.ErrNotFound.
func FindJob(app core.App, team, id string) (*Job, error) {
	return findJob(app, "SELECT * FROM bulk_jobs WHERE id = {:id} AND team = {:team}", dbx.Params{"id": id, "team": team})
}

// FindActiveJob returns the team's running job, else the next one waiting, or errs.ErrNotFound.
func FindActiveJob(app core.App, team string) (*Job, error) {
	return findJob(app, "SELECT * FROM bulk_jobs WHERE team = {:team} AND finished = '' ORDER BY created LIMIT 1", dbx.Params{"team": team})
}

func findJob(app core.App, query string, params dbx.Params) (*Job, error) {
	j := &Job{}
	err := app.DB().NewQuery(query).Bind(params).One(j)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errs.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find a bulk action: %w", err)
	}
	return j, nil
}

// ListJobs returns the team's jobs, newest first, at most limit.
func ListJobs(app core.App, team string, limit int) ([]*Job, error) {
	var all []*Job
	err := app.DB().NewQuery("SELECT * FROM bulk_jobs WHERE team = {:team} ORDER BY created DESC LIMIT {:limit}").
		Bind(dbx.Params{"team": team, "limit": limit}).All(&all)
	if err != nil {
		return nil, fmt.Errorf("list bulk actions: %w", err)
	}
	return all, nil
}

// Result returns the results of the rows processed so far.
func (j *Job) Result(app core.App) (Result, error) {
	result := Result{Action: j.Action()}
	var rows []string
	err := app.DB().NewQuery("SELECT result FROM bulk_rows WHERE job = {:id} AND n <= {:done} ORDER BY n").Bind(dbx.Params{"id": j.ID, "done": j.Done}).Column(&rows)
	if err != nil {
		return result, fmt.Errorf("read the results of a bulk action: %w", err)
	}
	for _, stored := range rows {
		var row RowResult
		if err := json.Unmarshal([]byte(stored), &row); err != nil {
			return result, fmt.Errorf("read the results of a bulk action: %w", err)
		}
		result.Rows = append(result.Rows, row)
	}
	return result, nil
}

// StopJob ends a job. Rows already processed stay as they are.
func StopJob(app core.App, actor *actors.Actor, id string) (*Job, error) {
	var j *Job
	err := audit.Do(app, audit.NewEntry(actor, "bulk.stop").WithTarget(id, ""), func(tx core.App) error {
		current, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		if !current.CanUsePanel() {
			return members.ManageForbidden(actors.Roles{})
		}
		if j, err = FindJob(tx, actor.Team.Id, id); err != nil {
			return err
		}
		if !j.Active() {
			return errs.Invalid("base", CodeJobEnded, "This action has already ended.")
		}
		return j.finish(tx, JobStopped, "Stopped by "+actor.Name()+".")
	})
	if err == nil {
		events.Publish(app, actor.Team.Id, events.Import)
	}
	return j, err
}

func (j *Job) finish(tx core.App, status, reason string) error {
	j.Status, j.Reason, j.Finished = status, text.Shorten(reason, 300), types.NowDateTime()
	_, err := tx.NonconcurrentDB().NewQuery("UPDATE bulk_jobs SET status = {:status}, reason = {:reason}, finished = {:now} WHERE id = {:id} AND finished = ''").
		Bind(dbx.Params{"status": status, "reason": j.Reason, "now": j.Finished.String(), "id": j.ID}).Execute()
	if err != nil {
		return fmt.Errorf("end a bulk action: %w", err)
	}
	return nil
}

// Elapsed returns how long the job has run; 0 before it started.
func (j *Job) Elapsed() time.Duration {
	switch {
	case j.Started.IsZero():
		return 0
	case j.Active():
		return time.Since(j.Started.Time())
	}
	return j.Finished.Time().Sub(j.Started.Time())
}
