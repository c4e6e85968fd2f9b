package api

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/bulk"
	"usher/hooks/invitations"
	"usher/views/web"
)

// bulkJob is the progress of a bulk action that runs in the background. Once it has ended, it has the result.
type bulkJob struct {
	ID       string `json:"id"`
	Status   string `json:"status"`
	Reason   string `json:"reason,omitempty"`
	Total    int    `json:"total"`
	Done     int    `json:"done"`
	Skipped  int    `json:"skipped"`
	Created  string `json:"created"`
	Started  string `json:"started,omitempty"`
	Finished string `json:"finished,omitempty"`

	Result *bulkResult `json:"result,omitempty"`
}

func newBulkJob(j *bulk.Job) bulkJob {
	return bulkJob{ID: j.ID, Status: j.Status, Reason: j.Reason, Total: j.Total, Done: j.Done, Skipped: j.Skipped,
		Created: formatTime(j.Created.Time()), Started: formatOptionalTime(j.Started.Time()), Finished: formatOptionalTime(j.Finished.Time())}
}

// revokeImport revokes the pending invitations of an import in the background.
func revokeImport(e *core.RequestEvent) error {
	one, err := invitations.FindImport(e.App, web.Actor(e).Team.Id, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	ids, err := invitations.PendingOfImport(e.App, one)
	if err != nil {
		return err
	}
	job, err := bulk.Start(e.App, web.Actor(e), bulk.Action{Kind: bulk.Revoke}, ids, one.Id)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, newBulkJob(job))
}

func showJob(e *core.RequestEvent) error {
	job, err := bulk.FindJob(e.App, web.Actor(e).Team.Id, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	info := newBulkJob(job)
	if !job.Active() {
		done, err := job.Result(e.App)
		if err != nil {
			return err
		}
		result := newBulkResult(done)
		info.Result = &result
	}
	return e.JSON(http.StatusOK, info)
}

func stopJob(e *core.RequestEvent) error {
	job, err := bulk.StopJob(e.App, web.Actor(e), e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, newBulkJob(job))
}
