package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
)

// Codes of requests that cannot be read.
const (
	codeBadJSON = "bad_json"
	codeBadType = "bad_type"
)

// read takes a JSON object into form. No body at all is an empty object; fields that form does not have are
// passed over.
func read(e *core.RequestEvent, form any) error {
	body, err := io.ReadAll(e.Request.Body)
	if err != nil {
		return err
	}
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return nil
	}
	if body[0] != '{' {
		return record.Refuse("base", codeBadJSON, "The body must be a JSON object.")
	}
	err = json.Unmarshal(body, form)
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		field, _, _ := strings.Cut(wrong.Field, ".")
		return record.Refuse(field, codeBadType, "The field "+field+" cannot be a "+wrong.Value+".")
	}
	if err != nil {
		return record.Refuse("base", codeBadJSON, "The body is no JSON that can be read.")
	}
	return nil
}

// number reads a whole number of the address, 0 if it is not given.
func number(e *core.RequestEvent, name string) (int, error) {
	value := e.Request.URL.Query().Get(name)
	if value == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(value)
	if err != nil {
		return 0, record.Refuse(name, codeBadType, "The parameter "+name+" must be a whole number.")
	}
	return n, nil
}
