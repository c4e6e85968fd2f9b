package panel

import (
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/bulk"
	"usher/hooks/people"
	"usher/hooks/tools/errs"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// bulkActions are the buttons of the bar under the list.
var bulkActions = map[string]bulk.Action{
	"remove":            {Kind: bulk.Remove},
	"resend":            {Kind: bulk.Resend},
	"tag":               {Kind: bulk.Tag},
	"revoke":            {}, // asks which of the next three
	"revoke-invitation": {Kind: bulk.Revoke},
	"revoke-organizer":  {Kind: bulk.RevokeRole, Role: singleRole("organizer")},
	"revoke-admin":      {Kind: bulk.RevokeRole, Role: singleRole("admin")},
}

// selection is who was chosen on the list, for what, and where the list stood.
type selection struct {
	name   string
	action bulk.Action
	ids    []string
	query  people.Query
}

// parseSelection reads a choice, of boxes or of all that the list's query finds: then those that it finds now.
func parseSelection(e *core.RequestEvent) (selection, error) {
	name := e.Request.FormValue("deed")
	deed, known := bulkActions[name]
	if !known {
		return selection{}, errs.NotFound
	}
	c := selection{name: name, action: deed, ids: e.Request.Form["person"], query: parseQuery(e.Request.Form)}
	c.action.HandOver = layout.HandoverTarget(e)
	c.action.RevokeSent = e.Request.Form.Get(layout.RevokeSentField) != ""
	c.action.AddTags, c.action.RemoveTags = parseTags(e.Request.Form.Get("add")), parseTags(e.Request.Form.Get("drop"))
	if e.Request.Form.Get("all") == "" {
		return c, nil
	}
	ids, err := people.IDs(e.App, web.Actor(e).Team.Id, c.query, bulk.MaxRows+1)
	c.ids = ids
	return c, err
}

// parseTags are the names in a field, with commas between them.
func parseTags(text string) []string {
	var names []string
	for name := range strings.SplitSeq(clean(text), ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// confirmBulk asks before a deed on the chosen, and says what it will do to whom.
func confirmBulk(e *core.RequestEvent) error {
	c, err := parseSelection(e)
	if err != nil {
		return err
	}
	question, err := c.dialog(e)
	if err != nil {
		return err
	}
	return c.render(e, http.StatusOK, question)
}

// applyBulk does what was asked.
func applyBulk(e *core.RequestEvent) error {
	c, err := parseSelection(e)
	if err != nil || c.action.Kind == "" {
		return errOrNotFound(err)
	}
	receipt, err := bulk.Do(e.App, web.Actor(e), c.action, c.ids)
	if faults, ok := web.FormErrorsOf(err); ok {
		question, err := c.dialogWithErrors(e, faults)
		if err != nil {
			return err
		}
		return c.render(e, http.StatusUnprocessableEntity, question)
	}
	if err != nil {
		return err
	}
	return redirectWithResult(e, receipt, c.query)
}

func errOrNotFound(err error) error {
	if err != nil {
		return err
	}
	return errs.NotFound
}

// render answers with the question: over the list that is there, or with the list under it.
func (c selection) render(e *core.RequestEvent, status int, question BulkDialogProps) error {
	if web.IsFragmentFor(e, "dialog") {
		question.CloseURL = ""
		return web.Render(e, status, BulkDialog(question))
	}
	page, err := loadUsersPage(e, c.query, "")
	if err != nil {
		return err
	}
	page.Dialog = BulkDialog(question)
	return web.Render(e, status, Users(page))
}

// hiddenFields are the fields that carry a choice on: who was chosen, by now one by one, and where the list stood.
func (c selection) hiddenFields() []ui.HiddenField {
	fields := queryFields(c.query)
	for _, id := range c.ids {
		fields = append(fields, ui.HiddenField{Name: "person", Value: id})
	}
	return fields
}
