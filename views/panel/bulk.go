package panel

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/bulk"
	"usher/hooks/people"
	"usher/hooks/tags"
	"usher/hooks/tools/errs"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// bulkActions maps the buttons of the bulk action bar to actions.
var bulkActions = map[string]bulk.Action{
	"remove":            {Kind: bulk.Remove},
	"resend":            {Kind: bulk.Resend},
	"tag":               {Kind: bulk.Tag},
	"clear":             {Kind: bulk.Clear},
	"revoke":            {}, // asks which of the next three
	"revoke-invitation": {Kind: bulk.Revoke},
	"revoke-organizer":  {Kind: bulk.RevokeRole, Role: singleRole("organizer")},
	"revoke-admin":      {Kind: bulk.RevokeRole, Role: singleRole("admin")},
}

// selection is the selected users, the action on them and the query of the list.
type selection struct {
	name   string
	action bulk.Action
	ids    []string
	query  people.Query
	all    bool // every user that the query matches
}

// parseSelection reads the selection from the form. "All" selects every row that the list's query matches now.
func parseSelection(e *core.RequestEvent) (selection, error) {
	name := e.Request.FormValue("operation")
	action, known := bulkActions[name]
	if !known {
		return selection{}, errs.ErrNotFound
	}
	c := selection{name: name, action: action, ids: e.Request.Form["person"], query: parseQuery(e.Request.Form)}
	c.action.HandOver = layout.HandoverTarget(e)
	c.action.RevokeSent = e.Request.Form.Get(layout.RevokeSentField) != ""
	c.action.AddTags, c.action.RemoveTags = parseTags(e.Request.Form.Get("add")), parseTags(e.Request.Form.Get("drop"))
	if e.Request.Form.Get("all") == "" {
		return c, nil
	}
	ids, err := people.IDs(e.App, web.Actor(e).Team.Id, c.query, bulk.MaxJobRows+1)
	c.ids, c.all = ids, true
	return c, err
}

// tagHelp explains the format of the tag fields.
var tagHelp = fmt.Sprintf("Separate tags with commas. Up to %d characters each.", tags.MaxName)

// parseTags splits the comma-separated tags of a field.
func parseTags(list string) []string {
	var names []string
	for name := range strings.SplitSeq(clean(list), ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// confirmBulk shows the confirmation dialog of an action on the selected users, with a preview.
func confirmBulk(e *core.RequestEvent) error {
	c, err := parseSelection(e)
	if err != nil {
		return err
	}
	dialog, err := c.dialog(e)
	if err != nil {
		return err
	}
	return c.render(e, http.StatusOK, dialog)
}

// applyBulk carries out the action on the selected users.
func applyBulk(e *core.RequestEvent) error {
	c, err := parseSelection(e)
	if err != nil || c.action.Kind == "" {
		return errOrNotFound(err)
	}
	if shown := e.Request.Form.Get("shown"); c.all && shown != "" && shown != strconv.Itoa(len(c.ids)) { // others match the query since
		return confirmBulk(e)
	}
	if len(c.ids) > maxImmediate {
		return startJob(e, c)
	}
	result, err := bulk.Do(e.App, web.Actor(e), c.action, c.ids)
	if err != nil {
		return c.renderError(e, err)
	}
	return redirectWithResult(e, result, c.query)
}

// renderError shows the dialog again with the errors of the form. It returns other errors.
func (c selection) renderError(e *core.RequestEvent, err error) error {
	faults, ok := web.FormErrorsOf(err)
	if !ok {
		return err
	}
	dialog, err := c.dialogWithErrors(e, faults)
	if err != nil {
		return err
	}
	return c.render(e, http.StatusUnprocessableEntity, dialog)
}

func errOrNotFound(err error) error {
	if err != nil {
		return err
	}
	return errs.ErrNotFound
}

// render sends the dialog alone to a fragment request, and the whole page with the dialog otherwise.
func (c selection) render(e *core.RequestEvent, status int, dialog BulkDialogProps) error {
	if web.IsFragmentFor(e, "dialog") {
		dialog.CloseURL = ""
		return web.Render(e, status, BulkDialog(dialog))
	}
	page, err := loadUsersPage(e, c.query, "")
	if err != nil {
		return err
	}
	page.Dialog = BulkDialog(dialog)
	return web.Render(e, status, Users(page))
}

// hiddenFields returns the form fields that carry the selection: every user by ID and the query of the list. Too many for a
// form are selected again by the query, and their number tells whether they are still the same.
func (c selection) hiddenFields() []ui.HiddenField {
	fields := queryFields(c.query)
	if c.all && len(c.ids) > bulk.MaxRows {
		return append(fields, ui.HiddenField{Name: "all", Value: "1"}, ui.HiddenField{Name: "shown", Value: strconv.Itoa(len(c.ids))})
	}
	for _, id := range c.ids {
		fields = append(fields, ui.HiddenField{Name: "person", Value: id})
	}
	return fields
}
