package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"

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

// Problem is any error as the edge answers it: a status, a sentence for the user, and for a fault of the server the id
// under which the log and stderr have the cause.
type Problem struct {
	Status   int
	Sentence string
	ID       string
	Fields   validation.Errors
}

// ProblemOf judges an error. A fault of the server is logged here, once; its text never leaves the server.
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
	return reported(e, err)
}

// reported is the problem of an error that isn't the user's. Its cause is in the server's log under the problem's ID, and
// on stderr: on a full disk there is no other log.
func reported(e *core.RequestEvent, err error) Problem {
	id, path := security.RandomString(10), redact(e.Request.URL.Path)
	e.App.Logger().Error("request failed", "id", id, "error", err.Error(), "method", e.Request.Method, "path", path)
	fmt.Fprintf(stderr, "usher: request failed: id=%s method=%s path=%s error=%q\n", id, e.Request.Method, path, err.Error())
	outage := record.OutageOf(err)
	if outage == record.NoOutage {
		return Problem{Status: http.StatusInternalServerError, Sentence: "Something went wrong on the server.", ID: id}
	}
	e.Response.Header().Set("Retry-After", strconv.Itoa(outageWait(outage)))
	return Problem{Status: http.StatusServiceUnavailable, Sentence: outageSentence(outage), ID: id}
}

var stderr io.Writer = os.Stderr

func outageSentence(outage record.Outage) string {
	switch outage {
	case record.DiskFull:
		return "The server's disk is full, so your change wasn't saved. Contact your server administrator, then try again."
	case record.Busy:
		return "The server is busy, so your change wasn't saved. Try again in a few seconds."
	case record.ReadOnly:
		return "The server's disk can't be written, so your change wasn't saved. Contact your server administrator, then try again."
	}
	return "The server can't read or write its data. Contact your server administrator, then try again."
}

// outageWait is after how many seconds a program may try again.
func outageWait(outage record.Outage) int {
	if outage == record.Busy {
		return 5
	}
	return 60
}

// outages gives an outage its status behind PocketBase's own addresses, too, where it would be the user's mistake.
func outages(e *core.RequestEvent) error {
	err := e.Next()
	var api *router.ApiError
	if err == nil || e.Written() || !errors.As(err, &api) {
		return err
	}
	if cause, ok := api.RawData().(error); ok && record.OutageOf(cause) != record.NoOutage {
		problem := reported(e, cause)
		return router.NewApiError(problem.Status, problem.Sentence+" Reference: "+problem.ID+".", nil)
	}
	return err
}
