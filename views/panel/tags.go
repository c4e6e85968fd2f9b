package panel

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tags"
	"usher/views/web"
)

// tagPerson gives a person tags, or takes one away (R82).
func tagPerson(e *core.RequestEvent) error {
	row, err := rowOf(e)
	if err != nil {
		return err
	}
	typed := typedTags(e.Request.FormValue("add"))
	_, err = tags.Change(e.App, web.Actor(e), row.ID, typed, e.Request.Form["drop"])
	if faults, ok := web.FaultsOf(err); ok {
		also := shown{tags: strings.Join(typed, ", "), tagFault: faults["add"] + faults["remove"]}
		return showDetails(e, web.Status(err), row, queryOf(e.Request.URL.Query()), also)
	}
	if err != nil {
		return err
	}
	web.Toast(e, "Tags of "+row.Called()+" saved.")
	return web.Go(e, personPath(e, row))
}
