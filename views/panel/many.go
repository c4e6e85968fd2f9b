package panel

import (
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/bulk"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/views/frame"
	"usher/views/ui"
	"usher/views/web"
)

// deedsForMany are the buttons of the bar under the list.
var deedsForMany = map[string]bulk.Deed{
	"remove":            {Kind: bulk.Remove},
	"resend":            {Kind: bulk.Resend},
	"tag":               {Kind: bulk.Tag},
	"revoke":            {}, // asks which of the next three
	"revoke-invitation": {Kind: bulk.Revoke},
	"revoke-organizer":  {Kind: bulk.RevokeRole, Role: only("organizer")},
	"revoke-admin":      {Kind: bulk.RevokeRole, Role: only("admin")},
}

// choice is who was chosen on the list, for what, and where the list stood.
type choice struct {
	name  string
	deed  bulk.Deed
	ids   []string
	query members.Query
}

// choiceOf reads a choice, of boxes or of all that the list's query finds: then those that it finds now.
func choiceOf(e *core.RequestEvent) (choice, error) {
	name := e.Request.FormValue("deed")
	deed, known := deedsForMany[name]
	if !known {
		return choice{}, record.ErrNotFound
	}
	c := choice{name: name, deed: deed, ids: e.Request.Form["person"], query: queryOf(e.Request.Form)}
	c.deed.HandOver = frame.HandOver(e)
	c.deed.RevokeSent = e.Request.Form.Get(frame.SentField) != ""
	c.deed.Add, c.deed.Drop = typedTags(e.Request.Form.Get("add")), typedTags(e.Request.Form.Get("drop"))
	if e.Request.Form.Get("all") == "" {
		return c, nil
	}
	ids, err := members.IDs(e.App, web.Actor(e).Team.Id, c.query, bulk.Max+1)
	c.ids = ids
	return c, err
}

// typedTags are the names in a field, with commas between them.
func typedTags(text string) []string {
	var names []string
	for name := range strings.SplitSeq(clean(text), ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// selected asks before a deed on the chosen, and says what it will do to whom.
func selected(e *core.RequestEvent) error {
	c, err := choiceOf(e)
	if err != nil {
		return err
	}
	question, err := c.question(e)
	if err != nil {
		return err
	}
	return c.show(e, http.StatusOK, question)
}

// doSelected does what was asked.
func doSelected(e *core.RequestEvent) error {
	c, err := choiceOf(e)
	if err != nil || c.deed.Kind == "" {
		return notFoundOr(err)
	}
	receipt, err := bulk.Do(e.App, web.Actor(e), c.deed, c.ids)
	if faults, ok := web.FaultsOf(err); ok {
		question, err := c.again(e, faults)
		if err != nil {
			return err
		}
		return c.show(e, http.StatusUnprocessableEntity, question)
	}
	if err != nil {
		return err
	}
	return withReceipt(e, receipt, c.query)
}

func notFoundOr(err error) error {
	if err != nil {
		return err
	}
	return record.ErrNotFound
}

// show answers with the question: over the list that is there, or with the list under it.
func (c choice) show(e *core.RequestEvent, status int, question QuestionProps) error {
	if web.Aimed(e, "dialog") {
		question.Close = ""
		return web.Render(e, status, Question(question))
	}
	page, err := usersProps(e, c.query, "")
	if err != nil {
		return err
	}
	page.Dialog = Question(question)
	return web.Render(e, status, Users(page))
}

// hidden are the fields that carry a choice on: who was chosen, by now one by one, and where the list stood.
func (c choice) hidden() []ui.Hidden {
	fields := placeFields(c.query)
	for _, id := range c.ids {
		fields = append(fields, ui.Hidden{Name: "person", Value: id})
	}
	return fields
}
