package api

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"usher/views/web"
)

// asJSON gives every error of an action PocketBase's shape. A fault of the server has a reference and nothing else; the
// log has the cause under it.
func asJSON(e *core.RequestEvent) error {
	err := e.Next()
	if err == nil || e.Written() {
		return err
	}
	problem := web.ProblemOf(e, err, http.StatusBadRequest)
	if problem.ID != "" {
		e.Response.Header().Set("X-Request-Id", problem.ID)
		problem.Sentence += " Reference: " + problem.ID + "."
	}
	return router.NewApiError(problem.Status, problem.Sentence, problem.Fields)
}

// signedIn lets through the accounts of people. Superusers are none: they have PocketBase's own API.
func signedIn(e *core.RequestEvent) error {
	if e.Auth == nil || e.Auth.Collection().Name != "users" {
		return noToken(e)
	}
	return e.Next()
}

// signedInOrNobody is signedIn for a request that has a token at all.
func signedInOrNobody(e *core.RequestEvent) error {
	if e.Request.Header.Get("Authorization") == "" {
		return e.Next()
	}
	return signedIn(e)
}

func noToken(e *core.RequestEvent) error {
	return e.UnauthorizedError("The request requires valid record authorization token.", nil)
}

func keepNothing(e *core.RequestEvent) error {
	e.Response.Header().Set("Cache-Control", "private, no-store")
	return e.Next()
}
