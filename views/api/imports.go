package api

import (
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/addresslist"
	"usher/hooks/invitations"
	"usher/hooks/record"
	"usher/views/web"
)

// imported is how far an import has come.
type imported struct {
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

// begun is an import that was started, and how its list was read.
type begun struct {
	imported
	Read *reading `json:"read,omitempty"` // of a file alone
}

// reading is how a file was read, and what of it was not used.
type reading struct {
	AddressColumn  string   `json:"addressColumn,omitempty"`
	NameColumns    []string `json:"nameColumns"`
	UnusedColumns  []string `json:"unusedColumns"`
	WithoutAddress int      `json:"withoutAddress"`
	Duplicates     int      `json:"duplicates"`
	Notes          []string `json:"notes"` // the same in sentences
}

func readingOf(list addresslist.List) *reading {
	if len(list.Entries) == 0 {
		return nil
	}
	return &reading{list.Address, some(list.Names), some(list.Unused), len(list.Empty()), list.Duplicates(), some(list.Notes())}
}

// some is a list that JSON writes as one, even if it is empty.
func some(all []string) []string {
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

// startImport takes a list of up to 10,000 rows in, which is gone through in the background (R49).
func startImport(e *core.RequestEvent) error {
	var form importForm
	if err := read(e, &form); err != nil {
		return err
	}
	offer, list, err := form.offer(e)
	if err != nil {
		return err
	}
	started, err := invitations.StartImport(e.App, web.Actor(e), offer, "")
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, begun{importShape(started), readingOf(list)})
}

func (f importForm) offer(e *core.RequestEvent) (offer invitations.Offer, list addresslist.List, err error) {
	offer.Note = f.Note
	if offer.Roles, err = invitations.ReadRoles(e.App, web.Actor(e), "import.start", "", f.Roles); err != nil {
		return offer, list, err
	}
	if f.CSV != "" && len(f.Rows) > 0 {
		return offer, list, record.Refuse("csv", codeBadType, "Send either rows or csv.")
	}
	if f.CSV != "" {
		list, err = addresslist.ReadFile(strings.NewReader(f.CSV))
		offer.Lines = list.Entries
		return offer, list, err
	}
	for n, row := range f.Rows {
		if n >= invitations.MaxImport {
			offer.Lines = append(offer.Lines, addresslist.Unread(row.Email))
			continue
		}
		offer.Lines = append(offer.Lines, addresslist.Of(row.Name, row.Email))
	}
	return offer, list, nil
}

func listImports(e *core.RequestEvent) error {
	all, err := invitations.Imports(e.App, web.Actor(e).Team.Id, 100)
	if err != nil {
		return err
	}
	items := make([]imported, 0, len(all))
	for _, one := range all {
		items = append(items, importShape(one))
	}
	return e.JSON(http.StatusOK, list[imported]{items})
}

func showImport(e *core.RequestEvent) error {
	one, err := invitations.FindImport(e.App, web.Actor(e).Team.Id, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, importShape(one))
}

func stopImport(e *core.RequestEvent) error {
	stopped, err := invitations.StopImport(e.App, web.Actor(e), e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, importShape(stopped))
}

// importReport is every row with what came of it, as CSV.
func importReport(e *core.RequestEvent) error {
	one, err := invitations.FindImport(e.App, web.Actor(e).Team.Id, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	web.Attach(e, "text/csv; charset=utf-8", "import-"+one.Id+".csv")
	return invitations.WriteReport(e.App, web.Actor(e), one, e.Response)
}

func importShape(i *invitations.Import) imported {
	return imported{
		ID: i.Id, Status: i.Status(), Reason: i.GetString("reason"), Roles: i.Roles().Names(), Total: i.Total(), Done: i.Done(),
		Invited: i.Count(invitations.Invited), Updated: i.Count(invitations.Updated),
		Unchanged: i.Count(invitations.Unchanged), Refused: i.Count(invitations.Refused),
		Created: stamp(i.At("created")), Started: reached(i.At("started")), Finished: reached(i.At("finished")),
	}
}

// reached is a time that may not have come yet.
func reached(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return stamp(at)
}
