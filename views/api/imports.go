package api

import (
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/addresslist"
	"usher/hooks/invitations"
	"usher/hooks/tools/errs"
	"usher/views/web"
)

// importInfo is the progress of an import.
type importInfo struct {
	ID        string   `json:"id"`
	Status    string   `json:"status"`
	Reason    string   `json:"reason,omitempty"`
	Roles     []string `json:"roles"`
	Total     int      `json:"total"`
	Done      int      `json:"done"`
	Invited   int      `json:"invited"`
	Updated   int      `json:"updated"`
	Unchanged int      `json:"unchanged"`
	Refused   int      `json:"refused"`
	Created   string   `json:"created"`
	Started   string   `json:"started,omitempty"`
	Finished  string   `json:"finished,omitempty"`
}

// startedImport is a new import and how its file was read.
type startedImport struct {
	importInfo
	Reading *importReading `json:"read,omitempty"` // only for a file
}

// importReading describes how a file was read and what was ignored.
type importReading struct {
	AddressColumn  string   `json:"addressColumn,omitempty"`
	NameColumns    []string `json:"nameColumns"`
	UnusedColumns  []string `json:"unusedColumns"`
	WithoutAddress int      `json:"withoutAddress"`
	Duplicates     int      `json:"duplicates"`
	Notes          []string `json:"notes"` // the same in sentences
}

func importReadingOf(list addresslist.List) *importReading {
	if len(list.Entries) == 0 {
		return nil
	}
	return &importReading{list.AddressColumn, nonNil(list.NameColumns), nonNil(list.UnusedColumns), len(list.RowsWithoutAddress()), list.Duplicates(), nonNil(list.Notes())}
}

// nonNil makes JSON encode an empty list as [] instead of null.
func nonNil(all []string) []string {
	if all == nil {
		return []string{}
	}
	return all
}

type importForm struct {
	Rows []struct {
		Email string `json:"email"`
		Name  string `json:"name"`
	} `json:"rows"`
	CSV   string   `json:"csv"`
	Roles []string `json:"roles"`
	Note  string   `json:"note"`
}

// startImport accepts a list of up to 10,000 rows and processes it in the background (R49).
func startImport(e *core.RequestEvent) error {
	var form importForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	offer, list, err := form.request(e)
	if err != nil {
		return err
	}
	started, err := invitations.StartImport(e.App, web.Actor(e), offer, "")
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, startedImport{importInfoOf(started), importReadingOf(list)})
}

func (f importForm) request(e *core.RequestEvent) (offer invitations.Request, list addresslist.List, err error) {
	offer.Note = f.Note
	if offer.Roles, err = invitations.ReadRoles(e.App, web.Actor(e), "import.start", "", f.Roles); err != nil {
		return offer, list, err
	}
	if f.CSV != "" && len(f.Rows) > 0 {
		return offer, list, errs.Invalid("csv", codeBadType, "Send either rows or csv.")
	}
	if f.CSV != "" {
		list, err = addresslist.ReadFile(strings.NewReader(f.CSV))
		offer.Lines = list.Entries
		return offer, list, err
	}
	for n, row := range f.Rows {
		if n >= invitations.MaxImport {
			offer.Lines = append(offer.Lines, addresslist.UnreadEntry(row.Email))
			continue
		}
		offer.Lines = append(offer.Lines, addresslist.NewEntry(row.Name, row.Email))
	}
	return offer, list, nil
}

func listImports(e *core.RequestEvent) error {
	all, err := invitations.ListImports(e.App, web.Actor(e).Team.Id, 100)
	if err != nil {
		return err
	}
	items := make([]importInfo, 0, len(all))
	for _, one := range all {
		items = append(items, importInfoOf(one))
	}
	return e.JSON(http.StatusOK, list[importInfo]{items})
}

func showImport(e *core.RequestEvent) error {
	one, err := invitations.FindImport(e.App, web.Actor(e).Team.Id, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, importInfoOf(one))
}

func stopImport(e *core.RequestEvent) error {
	stopped, err := invitations.StopImport(e.App, web.Actor(e), e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, importInfoOf(stopped))
}

// importReport responds with the result of every row, as CSV.
func importReport(e *core.RequestEvent) error {
	one, err := invitations.FindImport(e.App, web.Actor(e).Team.Id, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	web.WriteAttachmentHeader(e, "text/csv; charset=utf-8", "import-"+one.Id+".csv")
	return invitations.WriteImportReport(e.App, web.Actor(e), one, e.Response)
}

func importInfoOf(i *invitations.Import) importInfo {
	return importInfo{
		ID: i.Id, Status: i.Status(), Reason: i.Reason(), Roles: i.Roles().Names(), Total: i.Total(), Done: i.Done(),
		Invited: i.Count(invitations.Invited), Updated: i.Count(invitations.Updated),
		Unchanged: i.Count(invitations.Unchanged), Refused: i.Count(invitations.Refused),
		Created: formatTime(i.Created()), Started: formatOptionalTime(i.Started()), Finished: formatOptionalTime(i.Finished()),
	}
}

// formatOptionalTime formats a time; "" for the zero time.
func formatOptionalTime(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return formatTime(at)
}
