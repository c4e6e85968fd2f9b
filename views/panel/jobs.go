package panel

import (
	"errors"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/bulk"
	"usher/hooks/invitations"
	"usher/hooks/tools/errs"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

const (
	maxImmediate = 200 // users of an action that answers with its result; larger ones run in the background
	maxJobs      = 50  // jobs listed
)

// startJob runs an action on many users in the background, and redirects to its page.
func startJob(e *core.RequestEvent, c selection) error {
	job, err := bulk.Start(e.App, web.Actor(e), c.action, c.ids, "")
	if err != nil {
		return c.renderError(e, err)
	}
	return redirectToJob(e, job)
}

func redirectToJob(e *core.RequestEvent, job *bulk.Job) error {
	web.SetToast(e, "Started. You can leave this page.")
	return web.Redirect(e, jobPath(e, job))
}

func jobPath(e *core.RequestEvent, job *bulk.Job) string { return usersPath(e) + "/jobs/" + job.ID }

// showJobPage shows the progress and the result of a job. Fragment requests get only the progress, or the bar of the Users page.
func showJobPage(e *core.RequestEvent) error {
	job, err := bulk.FindJob(e.App, web.Actor(e).Team.Id, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	props := newJobProps(e, job)
	if web.IsFragmentFor(e, "job-bar") {
		return web.Render(e, http.StatusOK, JobBar(&props))
	}
	if _, err := invitations.FindImport(e.App, job.Team, job.Import); err == nil {
		props.ImportPath = importPath(e) + "/" + job.Import
	}
	if !job.Active() {
		result, err := job.Result(e.App)
		if err != nil {
			return err
		}
		props.Result, props.Groups = resultText(result), newOutcomeGroups(result, true)
	}
	if web.IsFragmentFor(e, "job") {
		return web.Render(e, http.StatusOK, JobProgress(props))
	}
	page := JobPageProps{Job: props}
	page.Shell, err = shell(e, "users", ui.Breadcrumb{Label: "Users", Href: usersPath(e)},
		ui.Breadcrumb{Label: "Imports and bulk actions", Href: importPath(e)}, ui.Breadcrumb{Label: props.Title})
	if err != nil {
		return err
	}
	return web.Render(e, http.StatusOK, JobPage(page))
}

// stopJob stops a job. Rows already processed stay as they are.
func stopJob(e *core.RequestEvent) error {
	id := e.Request.PathValue("id")
	job, err := bulk.StopJob(e.App, web.Actor(e), id)
	switch {
	case errs.Code(err) == bulk.CodeJobEnded:
		web.SetToast(e, "The action had already finished.")
	case err != nil:
		return err
	default:
		web.SetToast(e, "Stopped. "+ui.Count(job.Done, "user was processed.", "users were processed."))
	}
	return web.Redirect(e, usersPath(e)+"/jobs/"+id)
}

func newJobProps(e *core.RequestEvent, job *bulk.Job) JobProps {
	return JobProps{Path: jobPath(e, job), Title: jobTitle(job), InProgress: job.Active(), Status: job.Status, Reason: job.Reason,
		Done: job.Done, Total: job.Total, Skipped: job.Skipped, Elapsed: job.Elapsed(), StartedBy: starterName(e, job.Creator, "bulk.start", job.ID),
		Created: job.Created.Time(), Zone: layout.ZoneFor(web.Actor(e))}
}

// jobTitle names what the job does.
func jobTitle(job *bulk.Job) string {
	switch action := job.Action(); action.Kind {
	case bulk.Remove:
		return "Remove users"
	case bulk.Revoke:
		if job.Import != "" {
			return "Revoke imported invitations"
		}
		return "Revoke invitations"
	case bulk.Resend:
		return "Resend invitations"
	case bulk.RevokeRole:
		return "Revoke the " + action.Role.Label() + " role"
	case bulk.Clear:
		return "Clear ended invitations"
	}
	return "Tag users"
}

// loadJobBar returns the progress bar of the running job, or nil if none is running.
func loadJobBar(e *core.RequestEvent) (*JobProps, error) {
	job, err := bulk.FindActiveJob(e.App, web.Actor(e).Team.Id)
	if errors.Is(err, errs.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	props := newJobProps(e, job)
	return &props, nil
}

// listJobs returns the team's latest jobs.
func listJobs(e *core.RequestEvent) ([]JobProps, error) {
	all, err := bulk.ListJobs(e.App, web.Actor(e).Team.Id, maxJobs)
	if err != nil {
		return nil, err
	}
	var shown []JobProps
	for _, job := range all {
		shown = append(shown, newJobProps(e, job))
	}
	return shown, nil
}

// confirmRevokeImport asks for confirmation before the pending invitations of an import are revoked.
func confirmRevokeImport(e *core.RequestEvent) error {
	one, ids, err := findPendingOfImport(e)
	if err != nil {
		return err
	}
	at := importPath(e) + "/" + one.Id
	if len(ids) == 0 {
		web.SetToast(e, "None of its invitations is pending.")
		return web.Redirect(e, at)
	}
	invitations := ui.Count(len(ids), "pending invitation", "pending invitations")
	return showImport(e, http.StatusOK, one, &ImportDialog{
		Confirm: ui.ConfirmProps{ID: "revoke", Title: "Revoke " + invitations + "?", Action: at + "/revoke",
			ConfirmLabel: "Revoke invitations", Danger: true, Open: true, CloseURL: at},
		Lines: []string{"Their links stop working immediately, and emails that are still waiting aren't sent.",
			"Users who have already joined stay in the team. Reserved seats become free.",
			"This runs in the background. You can leave the page, and stop it."},
	})
}

// revokeImport revokes the pending invitations of an import in the background.
func revokeImport(e *core.RequestEvent) error {
	one, ids, err := findPendingOfImport(e)
	if err != nil {
		return err
	}
	job, err := bulk.Start(e.App, web.Actor(e), bulk.Action{Kind: bulk.Revoke}, ids, one.Id)
	if faults, ok := web.FormErrorsOf(err); ok {
		for _, sentence := range faults {
			web.SetToast(e, sentence)
		}
		return web.Redirect(e, importPath(e)+"/"+one.Id)
	}
	if err != nil {
		return err
	}
	return redirectToJob(e, job)
}

func findPendingOfImport(e *core.RequestEvent) (*invitations.Import, []string, error) {
	one, err := invitations.FindImport(e.App, web.Actor(e).Team.Id, e.Request.PathValue("id"))
	if err != nil {
		return nil, nil, err
	}
	ids, err := invitations.PendingOfImport(e.App, one)
	return one, ids, err
}

// pace says how long the job will still take, or how long it took.
func (p JobProps) pace() string {
	if p.Elapsed == 0 || p.Done == 0 {
		return ""
	}
	if !p.InProgress {
		return "Took " + approximateDuration(p.Elapsed) + "."
	}
	return "About " + approximateDuration(time.Duration(float64(p.Elapsed)/float64(p.Done)*float64(p.Total-p.Done))) + " left."
}
