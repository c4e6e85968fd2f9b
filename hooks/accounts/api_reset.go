package accounts

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// resetFields are the fields accepted by the API to set a new password.
var resetFields = []string{"token", "password", "passwordConfirm", "name", "timezone"}

// resetByAPI applies our rules to PocketBase's password reset. For an account whose email isn't confirmed yet, a client may
// send the owner's name and time zone; the default name is the part of the email before the @.
func resetByAPI(e *core.RecordConfirmPasswordResetRequestEvent) error {
	info, err := e.RequestInfo()
	if err != nil {
		return e.BadRequestError("An error occurred while loading the submitted data.", err)
	}
	unknown := validation.Errors{}
	for _, field := range slices.Sorted(maps.Keys(info.Body)) {
		if !slices.Contains(resetFields, field) {
			unknown[field] = validation.NewError("unknown_field", "Unknown field "+text.Truncate(field, 60)+".")
		}
	}
	if len(unknown) > 0 {
		return e.BadRequestError("An error occurred while validating the submitted data.", unknown)
	}
	var body struct {
		Token    string  `json:"token" form:"token"`
		Password string  `json:"password" form:"password"`
		Name     *string `json:"name" form:"name"`
		Timezone string  `json:"timezone" form:"timezone"`
	}
	if err := e.BindBody(&body); err != nil {
		return e.BadRequestError("An error occurred while loading the submitted data.", err)
	}
	form := ResetForm{Token: body.Token, Password: body.Password, Timezone: body.Timezone, IP: e.RealIP(), Name: nameFromEmail(e.Record.Email())}
	if body.Name != nil {
		form.Name = *body.Name
	}
	_, err = ResetPassword(e.App, form)
	if errs.Code(err) != "" {
		return e.BadRequestError("Failed to set new password.", err)
	}
	if err != nil {
		return fmt.Errorf("reset a password by API: %w", err)
	}
	return e.NoContent(http.StatusNoContent)
}
