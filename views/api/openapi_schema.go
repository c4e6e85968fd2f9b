package api

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"usher/hooks/tools/text"
)

// schema is a JSON Schema (2020-12), as far as the API's types need it.
type schema struct {
	Ref              string     `json:"$ref,omitempty"`
	Type             any        `json:"type,omitempty"` // a name, or a list of names
	Description      string     `json:"description,omitempty"`
	Const            string     `json:"const,omitempty"`
	Enum             []string   `json:"enum,omitempty"`
	Format           string     `json:"format,omitempty"`
	Encoding         string     `json:"contentEncoding,omitempty"`
	Pattern          string     `json:"pattern,omitempty"`
	Minimum          *int       `json:"minimum,omitempty"`
	Maximum          *int       `json:"maximum,omitempty"`
	Default          any        `json:"default,omitempty"`
	MaxLength        int        `json:"maxLength,omitempty"`
	MaxItems         int        `json:"maxItems,omitempty"`
	Items            *schema    `json:"items,omitempty"`
	Properties       properties `json:"properties,omitempty"`
	Required         []string   `json:"required,omitempty"`
	AdditionalFields any        `json:"additionalProperties,omitempty"` // false, or a schema
	AnyOf            []*schema  `json:"anyOf,omitempty"`
	Examples         []any      `json:"examples,omitempty"`
}

// properties are named schemas in the order in which they are declared.
type properties []property

type property struct {
	Name   string
	Schema *schema
}

// MarshalJSON keeps the order, which a map would lose.
func (p properties) MarshalJSON() ([]byte, error) {
	pairs := make([]pair, len(p))
	for n, one := range p {
		pairs[n] = pair{one.Name, one.Schema}
	}
	return marshalPairs(pairs)
}

func (p properties) find(name string) *schema {
	for _, one := range p {
		if one.Name == name {
			return one.Schema
		}
	}
	return nil
}

type pair struct {
	key   string
	value any
}

func marshalPairs(pairs []pair) ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for n, one := range pairs {
		if n > 0 {
			out.WriteByte(',')
		}
		key, err := json.Marshal(one.key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(one.value)
		if err != nil {
			return nil, err
		}
		out.Write(key)
		out.WriteByte(':')
		out.Write(value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// schemaPrefix begins every reference to a schema of the document.
const schemaPrefix = "#/components/schemas/"

// schemas makes schemas of Go types. Each named struct becomes one component, in the order of its first use.
type schemas struct {
	components properties
	unknown    []string // fields without a row in fieldDocs
	used       map[string]bool
}

// of returns the schema of a type. A request refuses fields that its type doesn't have and requires only what fieldDocs
// says; a response always has the fields that aren't omitted when empty.
func (s *schemas) of(t reflect.Type, request bool) *schema {
	switch {
	case t == reflect.TypeFor[json.RawMessage]():
		return &schema{}
	case isBytes(t):
		return &schema{Type: "string", Encoding: "base64"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return nullable(s.of(t.Elem(), request))
	case reflect.Slice:
		return &schema{Type: "array", Items: s.of(t.Elem(), request)}
	case reflect.Struct:
		if t.Name() == "" {
			return s.object(t, "", request)
		}
		return s.component(t, request)
	case reflect.Map:
		return &schema{Type: "object"}
	case reflect.Bool:
		return &schema{Type: "boolean"}
	case reflect.String:
		return &schema{Type: "string"}
	case reflect.Int, reflect.Int64:
		return &schema{Type: "integer"}
	case reflect.Float64:
		return &schema{Type: "number"}
	}
	panic("api: no schema for the type " + t.String()) // the test of the document reads every type
}

func nullable(of *schema) *schema {
	if of.Ref != "" {
		return &schema{AnyOf: []*schema{of, {Type: "null"}}}
	}
	of.Type = []string{of.Type.(string), "null"}
	return of
}

func (s *schemas) component(t reflect.Type, request bool) *schema {
	name := schemaName(t)
	if s.components.find(name) == nil {
		at := len(s.components)
		s.components = append(s.components, property{name, &schema{}})
		*s.components[at].Schema = *s.object(t, typeKey(t), request)
	}
	return &schema{Ref: schemaPrefix + name}
}

// object is the schema of a struct. key names the struct in fieldDocs.
func (s *schemas) object(t reflect.Type, key string, request bool) *schema {
	object := &schema{Type: "object", Properties: properties{}}
	if request {
		object.AdditionalFields = false
	}
	for n := range t.NumField() {
		f := t.Field(n)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			inner := s.object(f.Type, typeKey(f.Type), request)
			object.Properties = append(object.Properties, inner.Properties...)
			object.Required = append(object.Required, inner.Required...)
			continue
		}
		optional := options == "omitempty"
		of := f.Type
		if optional && of.Kind() == reflect.Pointer {
			of = of.Elem()
		}
		field := s.of(of, request)
		doc := s.doc(key, name)
		doc.apply(field)
		object.Properties = append(object.Properties, property{name, field})
		if request && doc.required || !request && !optional {
			object.Required = append(object.Required, name)
		}
	}
	return object
}

// doc finds what fieldDocs says about a field: for its type, else for its name in every type.
func (s *schemas) doc(key, name string) fieldDoc {
	for _, row := range []string{key + "." + name, name} {
		if doc, ok := fieldDocs[row]; ok {
			s.used[row] = true
			return doc
		}
	}
	s.unknown = append(s.unknown, key+"."+name)
	return fieldDoc{}
}

// typeKey names a struct in fieldDocs: as in Go, without the package of its parameters.
func typeKey(t reflect.Type) string {
	name, of, generic := strings.Cut(t.Name(), "[")
	if generic {
		return name
	}
	return name + of
}

// schemaNames are the names of components that aren't made of the type's own.
var schemaNames = map[string]string{
	"live.Credentials": "LiveCredentials", "attendances.Settings": "EventSettings", "api.auth": "SignIn", "api.accountInfo": "Account",
}

// schemaName is the name of a type's component: sessionForm is SessionRequest, list[room] is RoomList.
func schemaName(t reflect.Type) string {
	if name, ok := schemaNames[t.String()]; ok {
		return name
	}
	name, of, generic := strings.Cut(t.Name(), "[")
	if generic { // list[usher/views/api.room]
		of = strings.TrimSuffix(of[strings.LastIndexByte(of, '.')+1:], "]")
		return text.Capitalize(of) + text.Capitalize(name)
	}
	if plain, ok := strings.CutSuffix(name, "Form"); ok {
		name = plain + "Request"
	}
	return text.Capitalize(name)
}

// apply adds to a schema what is known about its field.
func (d fieldDoc) apply(to *schema) {
	to.Description = d.text
	to.Default = d.initial
	if d.minimum != nil {
		to.Minimum = d.minimum
	}
	if d.example != nil {
		to.Examples = []any{d.example}
	}
	value := to
	if to.Items != nil {
		to.MaxItems, value = d.max, to.Items
	} else if isType(to, "integer") && d.max > 0 {
		to.Maximum = &d.max
	} else {
		to.MaxLength = d.max
	}
	value.Format = d.format
	if d.values != "" {
		value.Enum = strings.Fields(d.values)
		if d.empty {
			value.Enum = append(value.Enum, "")
		}
	}
}

func isType(of *schema, name string) bool {
	if names, ok := of.Type.([]string); ok {
		return slices.Contains(names, name)
	}
	return of.Type == name
}
