package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/errs"
)

// Error codes of malformed requests.
const (
	codeBadJSON        = "bad_json"
	codeBadType        = "bad_type"
	codeUnknownField   = "unknown_field"
	codeDuplicateField = "duplicate_field"
)

// decodeBody decodes the body, a JSON object, into form. An empty body counts as an empty object. It refuses unknown and duplicate
// fields, values of the wrong type, and null where form has no pointer, each under the name of its field, and then decodes nothing.
// Nested fields are named with their parents: "settings.fps".
func decodeBody(e *core.RequestEvent, form any) error {
	body, err := io.ReadAll(e.Request.Body)
	if err != nil {
		return err
	}
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return nil
	}
	if body[0] != '{' {
		return errs.Invalid("base", codeBadJSON, "The body must be a JSON object.")
	}
	if !json.Valid(body) {
		return errs.Invalid("base", codeBadJSON, "The body must be one valid JSON object.")
	}
	if err := validateBody(body, form); err != nil {
		return err
	}
	err = json.Unmarshal(body, form)
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return errs.Invalid(wrong.Field, codeBadType, "The field "+wrong.Field+" can't be this "+wrong.Value+".")
	}
	if err != nil {
		return errs.Invalid("base", codeBadJSON, "The body can't be read: a value isn't encoded correctly.")
	}
	return nil
}

// requireEmptyBody refuses any field, for routes without a request body.
func requireEmptyBody(e *core.RequestEvent) error {
	if err := decodeBody(e, &struct{}{}); err != nil {
		return err
	}
	return e.Next()
}

// queryInt reads an integer query parameter; 0 if it's missing.
func queryInt(e *core.RequestEvent, name string) (int, error) {
	value := e.Request.URL.Query().Get(name)
	if value == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(value)
	if err != nil {
		return 0, errs.Invalid(name, codeBadType, "The parameter "+name+" must be a whole number.")
	}
	return n, nil
}
