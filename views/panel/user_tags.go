package panel

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/people"
	"usher/hooks/tags"
	"usher/hooks/tools/text"
	"usher/views/ui"
	"usher/views/web"
)

// tagUser adds tags to a user, removes one, or changes all of them at once (R82).
func tagUser(e *core.RequestEvent) error {
	row, err := findRow(e)
	if err != nil {
		return err
	}
	if e.Request.FormValue("edit") != "" {
		return editTags(e, row)
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
	return renderTagged(e, row)
}

// editTags applies what was changed in the dialog. Tags that someone else added or removed meanwhile stay as they are.
func editTags(e *core.RequestEvent, row *people.Row) error {
	typed, shown := parseTags(e.Request.FormValue("tags")), parseTags(e.Request.FormValue("shown"))
	_, err := tags.Change(e.App, web.Actor(e), row.ID, without(typed, shown), without(shown, typed))
	if faults, ok := web.FormErrorsOf(err); ok {
		props := newActionDialog(e, row, "tags")
		if err := props.setTags(e, row); err != nil {
			return err
		}
		props.Field.Value, props.Field.Error = strings.Join(typed, ", "), faults["add"]+faults["remove"]
		return renderActionDialog(e, web.StatusCode(err), row, props)
	}
	if err != nil {
		return err
	}
	return renderTagged(e, row)
}

// renderTagged responds after the tags of a user changed, with Undo. before is the row as it was.
func renderTagged(e *core.RequestEvent, before *people.Row) error {
	after, err := findRow(e)
	if err != nil {
		return err
	}
	return renderDone(e, after, undoTags(e, before, after))
}

// setTags fills the dialog that changes all tags of a user.
func (p *ActionDialogProps) setTags(e *core.RequestEvent, row *people.Row) error {
	known, err := people.TagNames(e.App, web.Actor(e).Team.Id)
	shown := strings.Join(row.Tags, ", ")
	p.Title, p.ConfirmLabel, p.KnownTags = "Tags of "+text.Isolate(p.Name), "Save", known
	p.Fields = []ui.HiddenField{{Name: "edit", Value: "1"}, {Name: "shown", Value: shown}}
	p.Field = &ui.FieldProps{ID: "tags", Name: "tags", Label: "Tags", Value: shown, List: "known-tags", Placeholder: "Vendor, Kestrel", Autocomplete: "off", Help: tagHelp, Autofocus: true}
	return err
}
