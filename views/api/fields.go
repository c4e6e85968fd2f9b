package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// validateBody compares a valid JSON object with the struct that it will be decoded into, and returns an error for every field that
// doesn't fit.
func validateBody(body []byte, form any) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	judge := &bodyValidator{decoder: decoder}
	judge.value(reflect.TypeOf(form), "", "")
	return judge.errors.Err()
}

// bodyValidator walks a body. key is the field that an error is reported under, name is how the message calls it: for a value in a list
// these are the list and "rows[2].email". A value of the wrong type is reported under the outermost field.
type bodyValidator struct {
	decoder *json.Decoder
	errors  errs.List
}

func (j *bodyValidator) value(of reflect.Type, key, name string) {
	token, err := j.decoder.Token()
	if err != nil {
		return // the body is known to be valid JSON
	}
	if of != nil && of.Kind() == reflect.Pointer {
		if of = of.Elem(); token == nil {
			return // optional fields may be null
		}
	}
	if of != nil {
		if wrong := typeMismatch(of, token); wrong != "" {
			outermost, _, _ := strings.Cut(key, ".")
			j.errors.Add(errs.Invalid(outermost, codeBadType, fmt.Sprintf("The field %s must be %s, not %s.", name, typeName(of), wrong)))
			of = nil // don't validate its contents
		}
	}
	switch token {
	case json.Delim('{'):
		j.object(of, key, name)
	case json.Delim('['):
		j.list(of, key, name)
	}
}

func (j *bodyValidator) object(of reflect.Type, key, name string) {
	fields := map[string]reflect.Type{}
	if of != nil {
		fields = jsonFields(of)
	}
	seen := map[string]bool{}
	for j.decoder.More() {
		token, err := j.decoder.Token()
		field, _ := token.(string)
		if err != nil {
			return
		}
		at, called := key, name+"."+field
		if name == key { // not in a list
			at = strings.TrimPrefix(key+"."+field, ".")
			called = at
		}
		inner, known := fields[field]
		switch {
		case of == nil:
		case !known:
			j.errors.Add(errs.Invalid(at, codeUnknownField, "Unknown field "+shorten(called)+"."+suggestion(field, fields)))
		case seen[field]:
			j.errors.Add(errs.Invalid(at, codeDuplicateField, "The field "+called+" was sent twice. Send it once."))
		}
		seen[field] = true
		j.value(inner, at, called)
	}
	_, _ = j.decoder.Token()
}

func (j *bodyValidator) list(of reflect.Type, key, name string) {
	var inner reflect.Type
	if of != nil {
		inner = of.Elem()
	}
	for n := 0; j.decoder.More(); n++ {
		j.value(inner, key, fmt.Sprintf("%s[%d]", name, n))
	}
	_, _ = j.decoder.Token()
}

// typeMismatch describes a token that doesn't fit the type; "" if it fits.
func typeMismatch(of reflect.Type, token json.Token) string {
	word := ""
	var fits bool
	switch value := token.(type) {
	case json.Delim:
		word = map[json.Delim]string{'{': "an object", '[': "a list"}[value]
		fits = value == '{' && of.Kind() == reflect.Struct || value == '[' && isList(of)
	case string:
		word, fits = "a string", of.Kind() == reflect.String || isBytes(of)
	case json.Number:
		_, fraction := value.Int64()
		word, fits = "the number "+shorten(value.String()), of.Kind() >= reflect.Int && of.Kind() <= reflect.Int64 && fraction == nil
	case bool:
		word, fits = "true or false", of.Kind() == reflect.Bool
	case nil:
		word = "null"
	}
	if fits {
		return ""
	}
	return word
}

func isBytes(of reflect.Type) bool {
	return of.Kind() == reflect.Slice && of.Elem().Kind() == reflect.Uint8
}

func isList(of reflect.Type) bool { return of.Kind() == reflect.Slice && !isBytes(of) }

func typeName(of reflect.Type) string {
	switch {
	case isBytes(of):
		return "a base64 string"
	case of.Kind() == reflect.Slice:
		return "a list"
	case of.Kind() == reflect.Struct:
		return "an object"
	case of.Kind() == reflect.Bool:
		return "true or false"
	case of.Kind() == reflect.String:
		return "a string"
	}
	return "a whole number"
}

// jsonFields returns the types of a struct's fields by JSON name, including those of embedded structs.
func jsonFields(of reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for n := range of.NumField() {
		field := of.Field(n)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous && name == "":
			for inner, kind := range jsonFields(field.Type) {
				fields[inner] = kind
			}
		case field.IsExported() && name != "" && name != "-":
			fields[name] = field.Type
		}
	}
	return fields
}

// suggestion asks whether a similarly spelled field was meant.
func suggestion(sent string, fields map[string]reflect.Type) string {
	best, least := "", 3
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if far := distance(strings.ToLower(shorten(sent)), strings.ToLower(name)); far < least && far < len(name) {
			best, least = name, far
		}
	}
	if best == "" {
		return ""
	}
	return " Did you mean " + best + "?"
}

// distance returns the Levenshtein distance of two words.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for n := range row {
		row[n] = n
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for k := range len(b) {
			cost := diagonal
			if a[i] != b[k] {
				cost++
			}
			diagonal = row[k+1]
			row[k+1] = min(cost, row[k+1]+1, row[k]+1)
		}
	}
	return row[len(b)]
}

// shorten truncates a value from the request for an error message.
func shorten(s string) string { return text.Truncate(s, 60) }
