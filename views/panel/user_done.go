package panel

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/people"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// renderDone responds to an action on a user. The page stays as it is: its list keeps the query, and the details that are open
// stay open. Without script, it redirects to the user's details.
func renderDone(e *core.RequestEvent, row *people.Row, toast web.Toast) error {
	query, open := openPage(e)
	if !web.IsFragmentFor(e, "details") {
		web.SetUndoToast(e, toast)
		return web.Redirect(e, queryHref(userPath(e, row), query))
	}
	if open != e.Request.PathValue("id") {
		var err error
		if row, err = people.FindRow(e.App, web.Actor(e).Team.Id, open); errors.Is(err, errs.ErrNotFound) {
			row = nil
		} else if err != nil {
			return err
		}
	}
	return renderDetailsFragment(e, http.StatusOK, row, query, detailsExtras{toast: toast})
}

// openPage returns the query of the list on the page that sent the form, and the ID of the user whose details are open there.
func openPage(e *core.RequestEvent) (query people.Query, user string) {
	page, ok := sendingPage(e)
	if !ok {
		return people.Query{}, ""
	}
	rest, ok := strings.CutPrefix(page.Path, usersPath(e))
	if !ok {
		return people.Query{}, ""
	}
	user, action, _ := strings.Cut(strings.TrimPrefix(rest, "/"), "/")
	if action != "" { // its parameters are those of the action
		return people.Query{}, user
	}
	return parseQuery(page.Query()), user
}

// listQuery is the query of openPage.
func listQuery(e *core.RequestEvent) people.Query {
	query, _ := openPage(e)
	return query
}

// undoTags returns the toast after a change of tags, whose action changes them back.
func undoTags(e *core.RequestEvent, before, after *people.Row) web.Toast {
	toast := web.Toast{Text: "Tags saved for " + text.Isolate(after.DisplayName()) + "."}
	var fields []ui.HiddenField
	if gone := without(before.Tags, after.Tags); len(gone) > 0 {
		fields = append(fields, ui.HiddenField{Name: "add", Value: strings.Join(gone, ", ")})
	}
	for _, name := range without(after.Tags, before.Tags) {
		fields = append(fields, ui.HiddenField{Name: "drop", Value: name})
	}
	if len(fields) > 0 {
		toast.UndoPath, toast.UndoFields = userPath(e, after)+"/tags", fields
	}
	return toast
}

func without(names, others []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(others, name) })
}

// doneToast returns the toast of a response to an action in the details; nil if there is none.
func doneToast(toast web.Toast) *ui.ToastProps {
	props := layout.ToastProps(toast)
	if props != nil {
		props.Attrs = ui.ActInDrawer()
	}
	return props
}
