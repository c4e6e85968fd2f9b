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

// registerEmailRequests answers PocketBase's endpoints that email a link to an address. PocketBase itself looks the address
// up first, so that its limits and its answers would tell who has an account; ours count the address as it is sent,
// together with the pages'.
func registerEmailRequests(app core.App) {
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Router.Bind(&hook.Handler[*core.RequestEvent]{
			Id: "usherRequests", Func: handleEmailRequest, Priority: apis.DefaultBodyLimitMiddlewarePriority + 1,
		})
		return e.Next()
	})
	// What the middleware answers never gets here; if anything does, it sends nothing.
	app.OnRecordRequestPasswordResetRequest("users").BindFunc(func(e *core.RecordRequestPasswordResetRequestEvent) error {
		return e.NoContent(http.StatusNoContent)
	})
	app.OnRecordRequestVerificationRequest("users").BindFunc(func(e *core.RecordRequestVerificationRequestEvent) error {
		return e.NoContent(http.StatusNoContent)
	})
}

// handleEmailRequest sends the email that is asked for, with the same answer for every address: 204, or 429 with the time to
// wait.
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
	var slow *errs.RateLimitError
	if errors.As(err, &slow) {
		e.Response.Header().Set("Retry-After", slow.RetryAfter())
		_, _, sentence, _ := errs.Details(err)
		return e.TooManyRequestsError(sentence, nil)
	}
	if err != nil {
		return e.BadRequestError("An error occurred while validating the submitted data.", err)
	}
	return e.NoContent(http.StatusNoContent)
}

// emailRequest is what the address of the request asks to be sent, or nil.
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
