package panel

import (
	"errors"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/record"
	"usher/views/frame"
	"usher/views/ui"
	"usher/views/web"
)

const (
	maxImports = 100 // that are listed
	maxRefused = 50  // rows that are shown with their reasons
)

// startImport takes a long list in and leads to its progress (R49).
func startImport(e *core.RequestEvent, input addInput) error {
	started, err := invitations.StartImport(e.App, web.Actor(e), input.offer(), input.Source)
	if faults, ok := web.FaultsOf(err); ok {
		web.SetWait(e, err)
		input.Faults, input.Status = faults, web.Status(err)
		return foretell(e, input)
	}
	if err != nil {
		return err
	}
	web.Toast(e, "The import has started. You can leave this page.")
	return web.Go(e, importPath(e)+"/"+started.Id)
}

// imports lists what was imported into the team.
func imports(e *core.RequestEvent) error {
	all, err := invitations.Imports(e.App, web.Actor(e).Team.Id, maxImports)
	if err != nil {
		return err
	}
	props := ImportsProps{Add: usersPath(e) + "/add?csv=1"}
	if props.Shell, err = shell(e, "users", ui.Crumb{Label: "Users", Href: usersPath(e)}, ui.Crumb{Label: "Imports"}); err != nil {
		return err
	}
	for _, one := range all {
		props.Imports = append(props.Imports, importProps(e, one))
	}
	return web.Render(e, http.StatusOK, Imports(props))
}

// importPage is how far an import has come. A part of the page gets that alone, or the bar of the Users page.
func importPage(e *core.RequestEvent) error {
	one, err := invitations.FindImport(e.App, web.Actor(e).Team.Id, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	if web.Aimed(e, "import-bar") {
		return web.Render(e, http.StatusOK, ImportBar(barProps(e, one)))
	}
	return showImport(e, http.StatusOK, one, nil)
}

// showImport answers with an import, and what stands over it.
func showImport(e *core.RequestEvent, status int, one *invitations.Import, dialog *ui.ConfirmProps) error {
	props := importProps(e, one)
	if !one.Open() {
		rows, err := invitations.RefusedRows(e.App, one, maxRefused)
		if err != nil {
			return err
		}
		for _, row := range rows {
			props.Rows = append(props.Rows, ImportRowProps{N: row.Number(), Text: clean(row.Raw), Reason: row.Message})
		}
	}
	if web.Aimed(e, "import") {
		return web.Render(e, status, ImportState(props))
	}
	page := ImportPageProps{Import: props, Dialog: dialog}
	var err error
	if page.Emails, err = importEmails(e, one); err != nil {
		return err
	}
	page.Shell, err = shell(e, "users", ui.Crumb{Label: "Users", Href: usersPath(e)},
		ui.Crumb{Label: "Imports", Href: importPath(e)}, ui.Crumb{Label: props.Title})
	if err != nil {
		return err
	}
	return web.Render(e, status, ImportPage(page))
}

// confirmStop asks before an import is stopped.
func confirmStop(e *core.RequestEvent) error {
	one, err := invitations.FindImport(e.App, web.Actor(e).Team.Id, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	if !one.Open() {
		return web.Go(e, importPath(e)+"/"+one.Id)
	}
	at := importPath(e) + "/" + one.Id
	return showImport(e, http.StatusOK, one, &ui.ConfirmProps{ID: "stop", Title: "Stop the import?", Action: at + "/stop",
		Yes: "Stop the import", Danger: true, Open: true, Close: at})
}

// stopImport ends an import; the rows that are done stay.
func stopImport(e *core.RequestEvent) error {
	stopped, err := invitations.StopImport(e.App, web.Actor(e), e.Request.PathValue("id"))
	if record.Code(err) == invitations.CodeOver {
		web.Toast(e, "The import had ended already.")
		return web.Go(e, importPath(e)+"/"+e.Request.PathValue("id"))
	}
	if err != nil {
		return err
	}
	web.Toast(e, "The import was stopped. "+ui.Count(stopped.Done(), "row is done and stays.", "rows are done and stay."))
	return web.Go(e, importPath(e)+"/"+stopped.Id)
}

// importReport is every row with what came of it, as a file for a spreadsheet.
func importReport(e *core.RequestEvent) error {
	one, err := invitations.FindImport(e.App, web.Actor(e).Team.Id, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	web.Attach(e, "text/csv; charset=utf-8", "import-"+one.At("created").Format("2006-01-02")+"-"+one.Id+".csv")
	return invitations.WriteReport(e.App, web.Actor(e), one, e.Response)
}

func importProps(e *core.RequestEvent, one *invitations.Import) ImportProps {
	at := importPath(e) + "/" + one.Id
	props := ImportProps{
		Path: at, Title: one.GetString("file"), Open: one.Open(), Status: one.Status(), Reason: one.GetString("reason"),
		Done: one.Done(), Total: one.Total(), Invited: one.Count(invitations.Invited), Updated: one.Count(invitations.Updated),
		Unchanged: one.Count(invitations.Unchanged), Refused: one.Count(invitations.Refused),
		Roles: one.Roles().Words(), Created: one.At("created"), Zone: frame.ZoneOf(web.Actor(e)), By: startedBy(e, one),
	}
	if props.Title == "" {
		props.Title = "Pasted list"
	}
	if begun := one.At("started"); !begun.IsZero() {
		until := time.Now()
		if !one.Open() {
			until = one.At("finished")
		}
		props.Took = max(until.Sub(begun), time.Second)
	}
	return props
}

func startedBy(e *core.RequestEvent, one *invitations.Import) string {
	account, err := e.App.FindRecordById("users", one.GetString("creator"))
	if err != nil {
		return ""
	}
	return actors.DisplayName(account)
}

// importBar is the import of the team that runs, for the page of its users; nil if none does.
func importBar(e *core.RequestEvent) (*ImportBarProps, error) {
	one, err := invitations.OpenImport(e.App, web.Actor(e).Team.Id)
	if errors.Is(err, record.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return barProps(e, one), nil
}

func barProps(e *core.RequestEvent, one *invitations.Import) *ImportBarProps {
	return &ImportBarProps{Path: importPath(e) + "/" + one.Id, Done: one.Done(), Total: one.Total(), Open: one.Open()}
}
