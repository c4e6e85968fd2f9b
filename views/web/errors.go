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
	"usher/hooks/actors"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// FormErrors maps fields to their error messages. "base" holds the message of the whole form.
type FormErrors map[string]string

// FormErrorsOf returns the messages of an error for a form. ok is false for an error that a form can't show; return that error.
func FormErrorsOf(err error) (faults FormErrors, ok bool) {
	var fields validation.Errors
	if !errors.As(err, &fields) || errs.Code(err) == errs.CodeNotAllowed {
		return nil, false
	}
	faults = FormErrors{}
	for field, fault := range fields {
		faults[field] = fault.Error()
	}
	return faults, true
}

// StatusCode returns the HTTP status of a refusal on a page: 403 for a missing right, 429 for a rate limit, otherwise 422.
func StatusCode(err error) int {
	var slow *errs.RateLimitError
	switch {
	case errors.As(err, &slow):
		return http.StatusTooManyRequests
	case isForbidden(err):
		return http.StatusForbidden
	}
	return http.StatusUnprocessableEntity
}

func isForbidden(err error) bool {
	code := errs.Code(err)
	return code == errs.CodeNotAllowed || code == accounts.CodeWrongAccount || code == actors.CodeTwoFactorsRequired
}

// SetRetryAfter sets the Retry-After header for a rate limit.
func SetRetryAfter(e *core.RequestEvent, err error) {
	var slow *errs.RateLimitError
	if errors.As(err, &slow) {
		e.Response.Header().Set("Retry-After", slow.RetryAfter())
	}
}

// Problem is an error as users see it: a status, a message and, for an error of the server, the ID under which the log and stderr
// have the cause.
type Problem struct {
	Status  int
	Message string
	ID      string
	Fields  validation.Errors
}

// ProblemOf converts an error. It logs errors of the server, whose text never leaves it. refused is the status of an ordinary
// refusal.
func ProblemOf(e *core.RequestEvent, err error, refused int) Problem {
	var fields validation.Errors
	var api *router.ApiError
	switch {
	case errors.Is(err, errs.ErrNotFound):
		return Problem{Status: http.StatusNotFound, Message: "The requested resource wasn't found."}
	case errors.As(err, &fields):
		SetRetryAfter(e, err)
		_, _, sentence, _ := errs.Details(err)
		status := StatusCode(err)
		if status == http.StatusUnprocessableEntity {
			status = refused
		}
		return Problem{Status: status, Message: sentence, Fields: fields}
	case errors.As(err, &api) && api.Status < 500:
		return Problem{Status: api.Status, Message: api.Message}
	}
	return reportProblem(e, err)
}

// reportProblem logs an error of the server under a new ID, and prints it on stderr as well: on a full disk there is no other log.
func reportProblem(e *core.RequestEvent, err error) Problem {
	id, path := security.RandomString(10), redact(e.Request.URL.Path)
	e.App.Logger().Error("request failed", "id", id, "error", err.Error(), "method", e.Request.Method, "path", path)
	fmt.Fprintf(stderr, "usher: request failed: id=%s method=%s path=%s error=%q\n", id, e.Request.Method, path, err.Error())
	outage := record.OutageOf(err)
	if outage == record.NoOutage {
		return Problem{Status: http.StatusInternalServerError, Message: "Something went wrong on the server.", ID: id}
	}
	e.Response.Header().Set("Retry-After", strconv.Itoa(outageRetryAfter(outage)))
	return Problem{Status: http.StatusServiceUnavailable, Message: outageMessage(outage), ID: id}
}

var stderr io.Writer = os.Stderr

func outageMessage(outage record.Outage) string {
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

// outageRetryAfter returns the seconds after which a client may try again.
func outageRetryAfter(outage record.Outage) int {
	if outage == record.Busy {
		return 5
	}
	return 60
}

// handleOutages answers outages with their status on PocketBase's own routes, too, which would report a client error.
func handleOutages(e *core.RequestEvent) error {
	err := e.Next()
	var api *router.ApiError
	if err == nil || e.Written() || !errors.As(err, &api) {
		return err
	}
	if cause, ok := api.RawData().(error); ok && record.OutageOf(cause) != record.NoOutage {
		problem := reportProblem(e, cause)
		return router.NewApiError(problem.Status, problem.Message+" Reference: "+problem.ID+".", nil)
	}
	return err
}
