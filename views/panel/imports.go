package panel

import (
	"errors"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/people"
	"usher/hooks/tools/errs"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

const (
	maxImports = 100 // imports listed
	maxRefused = 50  // refused rows shown with their reasons
)

// startImport starts the import of a long list and redirects to its page (R49).
func startImport(e *core.RequestEvent, input addInput) error {
	started, err := invitations.StartImport(e.App, web.Actor(e), input.request(), input.Source)
	if faults, ok := web.FormErrorsOf(err); ok {
		web.SetRetryAfter(e, err)
		input.Errors, input.Status = faults, web.StatusCode(err)
		return renderPreview(e, input)
	}
	if err != nil {
		return err
	}
	web.SetToast(e, "Import started. You can leave this page.")
	return web.Redirect(e, importPath(e)+"/"+started.Id)
}

// listImports lists the team's imports.
func listImports(e *core.RequestEvent) error {
	all, err := invitations.ListImports(e.App, web.Actor(e).Team.Id, maxImports)
	if err != nil {
		return err
	}
	props := ImportsProps{AddURL: usersPath(e) + "/add?csv=1"}
	if props.Jobs, err = listJobs(e); err != nil {
		return err
	}
	if props.Shell, err = shell(e, "users", ui.Breadcrumb{Label: "Users", Href: usersPath(e)}, ui.Breadcrumb{Label: "Imports and bulk actions"}); err != nil {
		return err
	}
	waiting, err := invitations.CountWaitingEmails(e.App, web.Actor(e).Team.Id, all)
	if err != nil {
		return err
	}
	for _, one := range all {
		shown := newImportProps(e, one)
		shown.Emails.Waiting = waiting[one.Id]
		props.Imports = append(props.Imports, shown)
	}
	return web.Render(e, http.StatusOK, Imports(props))
}

// showImportPage shows the progress of an import. Fragment requests get only the progress, or the bar of the Users page.
func showImportPage(e *core.RequestEvent) error {
	one, err := invitations.FindImport(e.App, web.Actor(e).Team.Id, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	if web.IsFragmentFor(e, "import-bar") {
		waiting, err := invitations.CountWaitingEmails(e.App, web.Actor(e).Team.Id, []*invitations.Import{one})
		if err != nil {
			return err
		}
		bar := newImportBarProps(e, one)
		bar.EmailsWaiting = waiting[one.Id]
		return web.Render(e, http.StatusOK, ImportBar(bar))
	}
	return showImport(e, http.StatusOK, one, nil)
}

// showImport renders the page of an import, with an optional dialog.
func showImport(e *core.RequestEvent, status int, one *invitations.Import, dialog *ImportDialog) error {
	props := newImportProps(e, one)
	emails, err := invitations.FindEmailProgress(e.App, one)
	if err != nil {
		return err
	}
	if mail.Enabled(e.App) {
		props.Emails = ImportEmailProgress{Sent: emails.Sent(), Waiting: emails.Waiting(), Failed: emails.Failed(), Total: emails.Total(), Left: emails.Left}
	}
	if !one.Active() {
		pending, err := invitations.PendingOfImport(e.App, one)
		if err != nil {
			return err
		}
		props.Pending = len(pending)
		rows, err := invitations.RefusedRows(e.App, one, maxRefused)
		if err != nil {
			return err
		}
		for _, row := range rows {
			props.Rows = append(props.Rows, ImportRowProps{Number: row.Number(), Text: clean(row.Raw), Reason: row.Message})
		}
	}
	if web.IsFragmentFor(e, "import") {
		return web.Render(e, status, ImportProgress(props))
	}
	page := ImportPageProps{Import: props, Dialog: dialog}
	if page.Emails, err = importEmails(e, one, emails.Counts); err != nil {
		return err
	}
	page.Shell, err = shell(e, "users", ui.Breadcrumb{Label: "Users", Href: usersPath(e)},
		ui.Breadcrumb{Label: "Imports and bulk actions", Href: importPath(e)}, ui.Breadcrumb{Label: props.Title})
	if err != nil {
		return err
	}
	return web.Render(e, status, ImportPage(page))
}

// confirmStop asks for confirmation before an import is stopped.
func confirmStop(e *core.RequestEvent) error {
	one, err := invitations.FindImport(e.App, web.Actor(e).Team.Id, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	if !one.Active() {
		return web.Redirect(e, importPath(e)+"/"+one.Id)
	}
	at := importPath(e) + "/" + one.Id
	return showImport(e, http.StatusOK, one, &ImportDialog{
		Confirm: ui.ConfirmProps{ID: "stop", Title: "Stop the import?", Action: at + "/stop",
			ConfirmLabel: "Stop import", Danger: true, Open: true, CloseURL: at},
		Lines: []string{"Rows already imported are kept. Their invitations stay valid and their emails are still sent.",
			"The remaining rows aren't invited. You can import the same list again. No one is invited twice."},
	})
}

// stopImport stops an import. Rows already processed are kept.
func stopImport(e *core.RequestEvent) error {
	stopped, err := invitations.StopImport(e.App, web.Actor(e), e.Request.PathValue("id"))
	if errs.Code(err) == invitations.CodeImportEnded {
		web.SetToast(e, "The import had already finished.")
		return web.Redirect(e, importPath(e)+"/"+e.Request.PathValue("id"))
	}
	if err != nil {
		return err
	}
	web.SetToast(e, "Import stopped. "+ui.Count(stopped.Done(), "row was processed.", "rows were processed."))
	return web.Redirect(e, importPath(e)+"/"+stopped.Id)
}

// importReport sends every row with its outcome as CSV.
func importReport(e *core.RequestEvent) error {
	one, err := invitations.FindImport(e.App, web.Actor(e).Team.Id, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	web.WriteAttachmentHeader(e, "text/csv; charset=utf-8", "import-"+one.Created().Format("2006-01-02")+"-"+one.Id+".csv")
	return invitations.WriteImportReport(e.App, web.Actor(e), one, e.Response)
}

func newImportProps(e *core.RequestEvent, one *invitations.Import) ImportProps {
	at := importPath(e) + "/" + one.Id
	props := ImportProps{
		Path: at, Title: one.Title(), InProgress: one.Active(), Status: one.Status(), Reason: one.Reason(),
		Done: one.Done(), Total: one.Total(), Invited: one.Count(invitations.Invited), Updated: one.Count(invitations.Updated),
		Unchanged: one.Count(invitations.Unchanged), Refused: one.Count(invitations.Refused),
		Roles: one.Roles().Label(), Created: one.Created(), Zone: layout.ZoneFor(web.Actor(e)), StartedBy: starterName(e, one.CreatorID(), "import.start", one.Id),
	}
	if started := one.Started(); !started.IsZero() {
		until := time.Now()
		if !one.Active() {
			until = one.Finished()
		}
		props.Elapsed = max(until.Sub(started), time.Second)
	}
	return props
}

// starterName returns the name of who started an import or a bulk action, or "" if it can't be found.
func starterName(e *core.RequestEvent, account, action, target string) string {
	name, err := people.FindActorName(e.App, web.Actor(e).Team.Id, account, action, target)
	if err != nil {
		e.App.Logger().Error("name who started something", "error", err)
	}
	return name
}

// loadImportBar returns the progress bar of the running import, or nil if none is running.
func loadImportBar(e *core.RequestEvent) (*ImportBarProps, error) {
	one, err := invitations.FindActiveImport(e.App, web.Actor(e).Team.Id)
	if errors.Is(err, errs.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return newImportBarProps(e, one), nil
}

func newImportBarProps(e *core.RequestEvent, one *invitations.Import) *ImportBarProps {
	return &ImportBarProps{Path: importPath(e) + "/" + one.Id, Done: one.Done(), Total: one.Total(), InProgress: one.Active()}
}
