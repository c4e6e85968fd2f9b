package api

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/static"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// PageRoutes mounts the page that shows the description of the API. It is public. PocketBase has no route of that path and
// no wildcard under /api/, so the page has the address that developers try first.
func PageRoutes(pages *web.Group) { pages.GET("/api/docs", docsPage) }

func docsPage(e *core.RequestEvent) error {
	doc, err := documentOf(e.App)
	if err != nil {
		return err
	}
	props := docsPropsOf(doc.document)
	props.Help = layout.SupportContact(e.App)
	return web.Render(e, http.StatusOK, docs(props))
}

func docsPropsOf(doc *document) docsProps {
	props := docsProps{
		Page:   ui.PageProps{Title: "Usher API", Stylesheets: []string{static.URL("docs.css")}},
		Server: doc.Servers[0].URL, Intro: introduction(),
	}
	for _, t := range doc.Tags {
		group := docsGroup{ID: "section-" + anchor(t.Name), Name: t.Name, Text: t.Description}
		for _, op := range doc.Paths {
			if op.Tags[0] == t.Name {
				group.Operations = append(group.Operations, docsOperationOf(op))
			}
		}
		props.Groups = append(props.Groups, group)
	}
	for _, c := range doc.Components.Schemas {
		if c.Schema.Properties != nil {
			props.Types = append(props.Types, docsType{c.Name, docsFields(c.Schema)})
		}
	}
	for _, c := range errorCodes() {
		props.Codes = append(props.Codes, docsField{Name: c.Name, Text: c.Schema.Description})
	}
	return props
}

var notWords = regexp.MustCompile(`[^a-z0-9]+`)

func anchor(text string) string { return notWords.ReplaceAllString(strings.ToLower(text), "-") }

func docsOperationOf(op operationInfo) docsOperation {
	shown := docsOperation{ID: op.ID, Method: op.method, Path: op.path, Summary: op.Summary, Text: op.Description, Codes: op.codes}
	for _, p := range op.Parameters {
		field := docsFieldOf(p.Name, p.Schema, p.Required)
		field.Text = p.Description
		shown.Parameters = append(shown.Parameters, field)
	}
	if op.Body != nil {
		shown.Body = docsTypes(op.Body.Content)
	}
	for _, status := range []string{"200", "202"} {
		if response, ok := op.Responses[status]; ok {
			shown.Results = append(shown.Results, docsResult{status, response.Description, docsTypes(response.Content)})
		}
	}
	return shown
}

// docsTypes are the types that a body can have; files and objects of providers have none.
func docsTypes(content map[string]media) []string {
	var names []string
	for _, kind := range content {
		for _, of := range append([]*schema{kind.Schema}, kind.Schema.AnyOf...) {
			if name, ok := strings.CutPrefix(of.Ref, schemaPrefix); ok {
				names = append(names, name)
			}
		}
	}
	return names
}

func docsFields(of *schema) []docsField {
	fields := make([]docsField, 0, len(of.Properties))
	for _, p := range of.Properties {
		fields = append(fields, docsFieldOf(p.Name, p.Schema, slices.Contains(of.Required, p.Name)))
		for _, inner := range p.Schema.Properties { // of an object without a name
			fields = append(fields, docsFieldOf(p.Name+"."+inner.Name, inner.Schema, false))
		}
	}
	return fields
}

func docsFieldOf(name string, of *schema, required bool) docsField {
	field := docsField{Name: name, Text: of.Description, Required: required, Values: of.Enum}
	field.Type, field.Ref = typeText(of)
	value := of
	if of.Items != nil {
		value = of.Items
		field.Values = value.Enum
	}
	field.Values = slices.DeleteFunc(slices.Clone(field.Values), func(v string) bool { return v == "" })
	if of.Default != nil {
		field.Default = fmt.Sprint(of.Default)
	}
	switch {
	case of.MaxItems > 0:
		field.Limit = "at most " + ui.Number(of.MaxItems)
	case of.MaxLength > 0:
		field.Limit = "at most " + ui.Number(of.MaxLength) + " characters"
	case of.Minimum != nil && of.Maximum != nil:
		field.Limit = ui.Number(*of.Minimum) + " to " + ui.Number(*of.Maximum)
	}
	return field
}

// typeText names the type of a field. ref is the id of the type's section on the page; empty if it has none.
func typeText(of *schema) (text, ref string) {
	for _, one := range of.AnyOf {
		if one.Ref != "" {
			of = one
		}
	}
	name, ok := strings.CutPrefix(of.Ref, schemaPrefix)
	switch {
	case ok && name == "ErrorCode": // listed by itself
		return name, "codes"
	case ok:
		return name, "type-" + name
	case of.Items != nil:
		text, ref = typeText(of.Items)
		return "list of " + text, ref
	case of.Encoding != "":
		return "base64", ""
	case isType(of, "string") && of.Format != "":
		return of.Format, ""
	}
	for _, name := range []string{"string", "integer", "boolean", "object"} {
		if isType(of, name) {
			return name, ""
		}
	}
	return "any", ""
}
