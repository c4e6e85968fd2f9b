package frame

import (
	"maps"
	"slices"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/views/ui"
	"usher/views/web"
)

// Public is the head of a page without navigation.
func Public(e *core.RequestEvent, title string) ui.PageProps {
	return ui.PageProps{Title: title + " · Usher", NoIndex: true, Toast: Toast(e)}
}

// Again shows a page once more with what was refused. What is no refusal, or one for want of a right, is returned.
func Again(e *core.RequestEvent, err error, page func(web.Faults) templ.Component) error {
	faults, ok := web.FaultsOf(err)
	if !ok {
		return err
	}
	web.SetWait(e, err)
	return web.Render(e, web.Status(err), page(faults))
}

// Problems lists faults for the top of a form: those of its fields in their order, each leading to the field
// with that id, then the others.
func Problems(faults web.Faults, fields ...string) []ui.FieldError {
	var problems []ui.FieldError
	for _, field := range fields {
		if sentence := faults[field]; sentence != "" {
			problems = append(problems, ui.FieldError{ID: field, Message: sentence})
		}
	}
	for _, field := range slices.Sorted(maps.Keys(faults)) {
		if !slices.Contains(fields, field) {
			problems = append(problems, ui.FieldError{Message: faults[field]})
		}
	}
	return problems
}
