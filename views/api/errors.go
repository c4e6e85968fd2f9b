package api

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"usher/views/web"
)

// renderErrors renders errors in PocketBase's format. For an error of the server the response has only a reference, under which the
// log has the cause.
func renderErrors(e *core.RequestEvent) error {
	err := e.Next()
	if err == nil || e.Written() {
		return err
	}
	problem := web.ProblemOf(e, err, http.StatusBadRequest)
	if problem.ID != "" {
		e.Response.Header().Set("X-Request-Id", problem.ID)
		problem.Message += " Reference: " + problem.ID + "."
	}
	return router.NewApiError(problem.Status, problem.Message, problem.Fields)
}

// requireSignIn lets through users. Superusers are refused: they have PocketBase's own API.
func requireSignIn(e *core.RequestEvent) error {
	if e.Auth == nil || e.Auth.Collection().Name != "users" {
		return unauthorized(e)
	}
	return e.Next()
}

// optionalSignIn is requireSignIn for requests with a token; others pass.
func optionalSignIn(e *core.RequestEvent) error {
	if e.Request.Header.Get("Authorization") == "" {
		return e.Next()
	}
	return requireSignIn(e)
}

func unauthorized(e *core.RequestEvent) error {
	return e.UnauthorizedError("The request requires valid record authorization token.", nil)
}

func noStore(e *core.RequestEvent) error {
	e.Response.Header().Set("Cache-Control", "private, no-store")
	return e.Next()
}
