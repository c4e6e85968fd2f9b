package mail_test

import (
	"strings"
	"testing"

	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
)

func TestDeliver_RefusedByResend_SaysWhatToDo(t *testing.T) {
	for name, s := range map[string]struct {
		fault resendtest.Fault
		want  string
	}{
		"wrong key":      {resendtest.Reject(403, "invalid_api_key", "API key is invalid"), "set it as RESEND_API_KEY"},
		"no key":         {resendtest.Reject(401, "missing_api_key", "Missing API key in the authorization header."), "set it as RESEND_API_KEY"},
		"other domain":   {resendtest.Reject(403, "validation_error", "The halation.film domain is not verified."), "Verify it at resend.com/domains"},
		"account's own":  {resendtest.Reject(403, "validation_error", "You can only send testing emails to your own email address."), "until a domain is verified"},
		"something else": {resendtest.Reject(403, "not_allowed", "This account is suspended."), "Check RESEND_API_KEY and USHER_MAIL_FROM"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newFixture(t)
			o.resend.FailNext(s.fault)
			id := queue(t, o, newMessage(lucia))
			o.deliver()
			m := o.find(t, id)
			assertStatus(t, m, mail.Queued)
			for _, text := range []string{m.LastError(), mail.Problem(o)} {
				if !strings.Contains(text, s.want) || !strings.Contains(text, "Resend says: “") {
					t.Errorf("%q does not say %q and why, want it to contain %q and %q", text, s.want, s.want, "Resend says: “")
				}
			}
		})
	}
}
