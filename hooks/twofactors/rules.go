package twofactors

import (
	"errors"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/mail"
	"usher/hooks/tools/errs"
)

// Register registers the second step of every way to sign in.
func Register(app core.App) {
	accounts.RegisterSecondStep(app, func(app core.App, account *core.Record) (bool, error) { return actors.HasTwoFactors(app, account.Id) })
	app.OnRecordAuthRequest("users").BindFunc(requireCode)
	accounts.OnConfirm(app, discard)
	mail.RegisterCondition(app, mail.AlwaysSend, mail.KindTwoFactorsOn, mail.KindTwoFactorsOff, mail.KindRecoveryCodeUsed)
}

// requireCode requires a code in the body of PocketBase's sign-in endpoints, whatever the first factor was. Refreshing a token has no
// method: that token took a code.
func requireCode(e *core.RecordAuthRequestEvent) error {
	needed, err := actors.HasTwoFactors(e.App, e.Record.Id)
	if err != nil {
		return err
	}
	if e.AuthMethod == "" || !needed {
		return e.Next()
	}
	var form struct {
		Code string `json:"code" form:"code"`
	}
	if err := e.BindBody(&form); err != nil {
		return e.BadRequestError("An error occurred while loading the submitted data.", err)
	}
	if form.Code == "" {
		err = errs.Invalid("code", CodeRequired, "This account has two-factor authentication. Send a code from the authenticator app, or a recovery code, in the field code.")
	} else {
		_, err = check(e.App, e.Record, "", form.Code, e.RealIP())
	}
	var limited *errs.RateLimitError
	switch {
	case err == nil:
		return e.Next()
	case errors.As(err, &limited):
		e.Response.Header().Set("Retry-After", limited.RetryAfter())
		return e.Error(http.StatusTooManyRequests, limited.Error(), err)
	case errs.Code(err) != "":
		return e.BadRequestError("Failed to authenticate.", err)
	}
	return err
}

// discard removes the two-factor authentication of an account, or its setup, in the caller's transaction.
func discard(tx core.App, account *core.Record) error {
	a, err := find(tx, account.Id)
	if err != nil {
		return errs.IgnoreNotFound(err)
	}
	return tx.Delete(a)
}
