package account_test

import (
	"regexp"
	"strings"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/mail/resendtest"
)

var codePattern = regexp.MustCompile(`\n(\d{4} \d{4})\n`)

func TestSignInWithCode_Pages(t *testing.T) {
	s, post := newServerWithEmail(t)
	owner := hookstest.Account(t, s.App, "marta@halation.example")
	hookstest.Team(t, s.App, owner, "Halation Post", "free")
	b := s.Anonymous()
	assertPage(t, b.Get("/signin"), 200, "Email me a code", `formaction="/signin/code/send"`)
	assertRedirect(t, b.Get("/signin/code?next=%2Faccount"), "/signin?next=%2Faccount")
	assertPage(t, b.Post("/signin/code/send", formValues("email", "nonsense")), 422, "Sign in with a code", `value="nonsense"`)

	stranger := s.Anonymous()
	assertRedirect(t, stranger.Post("/signin/code/send", formValues("email", "unknown@x.example")), "/signin/code")
	assertPage(t, stranger.Get("/signin/code"), 200, "If there&#39;s an account for unknown@x.example")
	assertPage(t, stranger.Post("/signin/code", formValues("code", "12345678")), 422, "This code is wrong")

	assertRedirect(t, b.Post("/signin/code/send", formValues("email", "Marta@halation.example", "password", "ignored", "next", "/account")), "/signin/code?next=%2Faccount")
	assertPage(t, b.Get("/signin/code?next=%2Faccount"), 200, "If there&#39;s an account for marta@halation.example", "10 more minutes", `name="next" value="/account"`)
	code := codePattern.FindStringSubmatch(post.WaitFor(t, "marta@halation.example").Text)[1]
	assertPage(t, stranger.Post("/signin/code", formValues("code", code)), 422, "This code is wrong")
	assertPage(t, b.Post("/signin/code", formValues("code", "1")), 422, "This code is wrong")
	assertRedirect(t, b.Post("/signin/code", formValues("code", code, "next", "/account")), "/account")
	assertPage(t, b.Get("/account"), 200, "marta@halation.example")
	assertRedirect(t, b.Get("/signin/code"), "/")

	for range 5 {
		stranger.Post("/signin/code", formValues("code", "12345678"))
	}
	r := stranger.Post("/signin/code", formValues("code", "12345678"))
	assertPage(t, r, 422, "Too many wrong codes", "Send new code")
	if strings.Contains(r.Body, `id="code"`) {
		t.Error("a locked request still asks for a code")
	}
	assertPage(t, s.Anonymous().Post("/signin/code", formValues("code", "12345678")), 422, "This code has expired", `id="email"`)
}

// Without email, a code couldn't arrive.
func TestSignIn_EmailOff_OffersNoCode(t *testing.T) {
	s := newServer(t)
	hookstest.Account(t, s.App, "marta@halation.example")
	if r := s.Anonymous().Get("/signin"); strings.Contains(r.Body, "Email me a code") {
		t.Error("got the offer of a code, want none")
	}
}

// waitForKind waits for an email to ada@x.example whose subject contains the words, and skips others.
func waitForKind(t *testing.T, post *resendtest.Server, words string) resendtest.Email {
	t.Helper()
	for {
		if email := post.WaitFor(t, "ada@x.example"); strings.Contains(email.Subject, words) {
			return email
		}
	}
}
