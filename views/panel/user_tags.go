package panel

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tags"
	"usher/views/web"
)

// tagUser adds tags to a user, or removes one (R82).
func tagUser(e *core.RequestEvent) error {
	row, err := findRow(e)
	if err != nil {
		return err
	}
	typed := parseTags(e.Request.FormValue("add"))
	_, err = tags.Change(e.App, web.Actor(e), row.ID, typed, e.Request.Form["drop"])
	if faults, ok := web.FormErrorsOf(err); ok {
		extras := detailsExtras{tagInput: strings.Join(typed, ", "), tagError: faults["add"] + faults["remove"]}
		return showDetails(e, web.StatusCode(err), row, listQuery(e), extras)
	}
	if err != nil {
		return err
	}
	after, err := findRow(e)
	if err != nil {
		return err
	}
	return renderDone(e, after, undoTags(e, row, after))
}
