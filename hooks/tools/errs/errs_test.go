package errs_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	validation "github.com/pocketbase/ozzo-validation/v4"

	"usher/hooks/tools/errs"
)

func TestDetails_ReturnsFieldCodeAndMessage(t *testing.T) {
	wrapped := fmt.Errorf("invite: %w", errs.Invalid("email", "bad_email", "No @ in the address."))
	field, code, sentence, ok := errs.Details(wrapped)
	if field != "email" || code != "bad_email" || sentence != "No @ in the address." || !ok || errs.Code(wrapped) != "bad_email" {
		t.Errorf("%q %q %q %v", field, code, sentence, ok)
	}
	for _, err := range []error{nil, errors.New("the disk is full"), errs.ErrNotFound, validation.Errors{"a": errors.New("plain")}} {
		if _, _, _, ok := errs.Details(err); ok || errs.Code(err) != "" {
			t.Errorf("%v is a refusal", err)
		}
	}
	two := validation.Errors{"name": validation.NewError("required", "A name."), "email": validation.NewError("bad_email", "An address.")}
	if field, _, _, _ := errs.Details(two); field != "email" {
		t.Errorf("the first by name is %q, want %q", field, "email")
	}
	if errs.Code(errs.Forbidden("No.")) != errs.CodeNotAllowed {
		t.Error("Forbidden: want the code not_allowed")
	}
	var slow *errs.RateLimitError
	if err := errs.RateLimited(time.Minute, "Wait."); errs.Code(err) != errs.CodeTooMany || !errors.As(err, &slow) || slow.Wait != time.Minute {
		t.Errorf("%v", err)
	}
}
