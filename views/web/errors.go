package web

import (
	"errors"
	"net/http"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
	"github.com/pocketbase/pocketbase/tools/security"

	"usher/hooks/accounts"
	"usher/hooks/record"
)

// Faults are the sentences of a refusal by field. "base" is for none of them.
type Faults map[string]string

// FaultsOf takes a refusal apart for a form. ok is false for what is no refusal: return that error.
func FaultsOf(err error) (faults Faults, ok bool) {
	var fields validation.Errors
	if !errors.As(err, &fields) || record.Code(err) == record.CodeNotAllowed {
		return nil, false
	}
	faults = Faults{}
	for field, fault := range fields {
		faults[field] = fault.Error()
	}
	return faults, true
}

// Status is what a refusal is over HTTP on a page: 422 with the form again, unless the right is missing or it is too much.
func Status(err error) int {
	var slow *record.Slow
	switch {
	case errors.As(err, &slow):
		return http.StatusTooManyRequests
	case forbidden(err):
		return http.StatusForbidden
	}
	return http.StatusUnprocessableEntity
}

func forbidden(err error) bool {
	code := record.Code(err)
	return code == record.CodeNotAllowed || code == accounts.CodeWrongAccount
}

// SetWait tells a program how long a refusal lasts that ends by itself.
func SetWait(e *core.RequestEvent, err error) {
	var slow *record.Slow
	if errors.As(err, &slow) {
		e.Response.Header().Set("Retry-After", slow.Seconds())
	}
}

// Problem is any error as the edge answers it: a status, a sentence for people, and an id under which the
// log has the cause of what is our fault.
type Problem struct {
	Status   int
	Sentence string
	ID       string
	Fields   validation.Errors
}

// ProblemOf judges an error. What is our fault is logged here, once; its text never leaves the server.
// refused is the status of a plain refusal.
func ProblemOf(e *core.RequestEvent, err error, refused int) Problem {
	var fields validation.Errors
	var api *router.ApiError
	switch {
	case errors.Is(err, record.ErrNotFound):
		return Problem{Status: http.StatusNotFound, Sentence: "The requested resource wasn't found."}
	case errors.As(err, &fields):
		SetWait(e, err)
		_, _, sentence, _ := record.Refusal(err)
		status := Status(err)
		if status == http.StatusUnprocessableEntity {
			status = refused
		}
		return Problem{Status: status, Sentence: sentence, Fields: fields}
	case errors.As(err, &api) && api.Status < 500:
		return Problem{Status: api.Status, Sentence: api.Message}
	}
	id := security.RandomString(10)
	e.App.Logger().Error("request failed", "id", id, "error", err.Error(),
		"method", e.Request.Method, "path", redact(e.Request.URL.Path))
	return Problem{Status: http.StatusInternalServerError, Sentence: "Something went wrong on the server.", ID: id}
}
