package accounts

import (
	"errors"
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"usher/hooks/tools/errs"
)

// registerEmailRequests replaces PocketBase's endpoints that email a link to an address. PocketBase's own limits and responses
// would reveal which addresses have accounts; ours count every address, and share the limits of the pages.
func registerEmailRequests(app core.App) {
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Router.Bind(&hook.Handler[*core.RequestEvent]{
			Id: "usherRequests", Func: handleEmailRequest, Priority: apis.DefaultBodyLimitMiddlewarePriority + 1,
		})
		return e.Next()
	})
	// Fallback: the middleware answers these requests before they get here.
	app.OnRecordRequestPasswordResetRequest("users").BindFunc(func(e *core.RecordRequestPasswordResetRequestEvent) error {
		return e.NoContent(http.StatusNoContent)
	})
	app.OnRecordRequestVerificationRequest("users").BindFunc(func(e *core.RecordRequestVerificationRequestEvent) error {
		return e.NoContent(http.StatusNoContent)
	})
}

// handleEmailRequest sends the requested email. The response is the same for every address: 204, or 429 with Retry-After.
func handleEmailRequest(e *core.RequestEvent) error {
	send := emailRequest(e)
	if send == nil {
		return e.Next()
	}
	var form struct {
		Email string `json:"email" form:"email"`
	}
	if err := e.BindBody(&form); err != nil {
		return e.BadRequestError("An error occurred while loading the submitted data.", err)
	}
	err := send(e.App, form.Email, "", e.RealIP())
	var limited *errs.RateLimitError
	if errors.As(err, &limited) {
		e.Response.Header().Set("Retry-After", limited.RetryAfter())
		_, _, sentence, _ := errs.Details(err)
		return e.TooManyRequestsError(sentence, nil)
	}
	if err != nil {
		return e.BadRequestError("An error occurred while validating the submitted data.", err)
	}
	return e.NoContent(http.StatusNoContent)
}

// emailRequest returns the function for the request's path, or nil.
func emailRequest(e *core.RequestEvent) func(app core.App, address, next, from string) error {
	rest, ok := strings.CutPrefix(e.Request.URL.Path, "/api/collections/")
	ref, action, _ := strings.Cut(strings.TrimSuffix(rest, "/"), "/")
	if !ok || e.Request.Method != http.MethodPost || action != "request-password-reset" && action != "request-verification" {
		return nil
	}
	collection, err := e.App.FindCachedCollectionByNameOrId(ref)
	if err != nil || collection.Name != "users" {
		return nil
	}
	if action == "request-verification" {
		return RequestConfirmation
	}
	return RequestReset
}
