package api

import (
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
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
	offer, err := form.offer()
	if err != nil {
		return err
	}
	started, err := invitations.StartImport(e.App, web.Actor(e), offer, "")
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, importShape(started))
}

func (f importForm) offer() (offer invitations.Offer, err error) {
	offer.Note = f.Note
	if offer.Roles, err = actors.ParseRoles(f.Roles); err != nil {
		return offer, err
	}
	if f.CSV != "" && len(f.Rows) > 0 {
		return offer, record.Refuse("csv", codeBadType, "Send either rows or csv.")
	}
	if f.CSV != "" {
		offer.Lines, err = invitations.ParseCSV(strings.NewReader(f.CSV))
		return offer, err
	}
	for n, row := range f.Rows {
		if n >= invitations.MaxImport {
			offer.Lines = append(offer.Lines, invitations.Unread(row.Email))
			continue
		}
		offer.Lines = append(offer.Lines, invitations.LineOf(row.Name, row.Email))
	}
	return offer, nil
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
