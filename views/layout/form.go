package layout

import (
	"maps"
	"slices"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/views/ui"
	"usher/views/web"
)

// PublicPage returns the page properties of a page without navigation.
func PublicPage(e *core.RequestEvent, title string) ui.PageProps {
	return ui.PageProps{Title: title + " · Usher", NoIndex: true, Toast: TakeToast(e)}
}

// RenderInvalid renders a page again with the errors of its form. An error that isn't about input, such as a missing right, is returned.
func RenderInvalid(e *core.RequestEvent, err error, page func(web.FormErrors) templ.Component) error {
	faults, ok := web.FormErrorsOf(err)
	if !ok {
		return err
	}
	web.SetRetryAfter(e, err)
	return web.Render(e, web.StatusCode(err), page(faults))
}

// FieldErrors lists errors for the top of a form: first those of the given fields in their order, each linking to the element with
// that id, then all others.
func FieldErrors(faults web.FormErrors, fields ...string) []ui.FieldError {
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
