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

// Codes of requests that cannot be read.
const (
	codeBadJSON        = "bad_json"
	codeBadType        = "bad_type"
	codeUnknownField   = "unknown_field"
	codeDuplicateField = "duplicate_field"
)

// decodeBody decodes the body, one JSON object, into form; no body at all is an empty object. A field that form does not
// have, one that is sent twice, and a value of another type are refused under the field's name, as is null where form has
// no pointer; nothing of such a body is used. A nested field is named with the objects around it: "settings.fsp".
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
		return errs.Invalid(wrong.Field, codeBadType, "The field "+wrong.Field+" cannot be this "+wrong.Value+".")
	}
	if err != nil {
		return errs.Invalid("base", codeBadJSON, "The body can't be read: a value isn't encoded as it should be.")
	}
	return nil
}

// requireEmptyBody refuses the fields of a body for a route that takes none.
func requireEmptyBody(e *core.RequestEvent) error {
	if err := decodeBody(e, &struct{}{}); err != nil {
		return err
	}
	return e.Next()
}

// queryInt reads a whole number of the address, 0 if it is not given.
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
