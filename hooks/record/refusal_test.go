package record_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	validation "github.com/pocketbase/ozzo-validation/v4"

	"usher/hooks/record"
)

func TestDetails_ReturnsFieldCodeAndMessage(t *testing.T) {
	wrapped := fmt.Errorf("invite: %w", record.Invalid("email", "bad_email", "No @ in the address."))
	field, code, sentence, ok := record.Details(wrapped)
	if field != "email" || code != "bad_email" || sentence != "No @ in the address." || !ok || record.Code(wrapped) != "bad_email" {
		t.Errorf("%q %q %q %v", field, code, sentence, ok)
	}
	for _, err := range []error{nil, errors.New("the disk is full"), record.NotFound, validation.Errors{"a": errors.New("plain")}} {
		if _, _, _, ok := record.Details(err); ok || record.Code(err) != "" {
			t.Errorf("%v is a refusal", err)
		}
	}
	two := validation.Errors{"name": validation.NewError("required", "A name."), "email": validation.NewError("bad_email", "An address.")}
	if field, _, _, _ := record.Details(two); field != "email" {
		t.Errorf("the first by name is %q", field)
	}
	if record.Code(record.Forbidden("No.")) != record.CodeNotAllowed {
		t.Error("Forbidden: want the code not_allowed")
	}
	var slow *record.RateLimitError
	if err := record.RateLimited(time.Minute, "Wait."); record.Code(err) != record.CodeTooMany || !errors.As(err, &slow) || slow.Wait != time.Minute {
		t.Errorf("%v", err)
	}
}
