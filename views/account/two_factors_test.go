package account_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/twofactors"
	"usher/views/viewstest"
)

var (
	keyPattern      = regexp.MustCompile(`<code>((?:[A-Z2-7]{4} ?){8})</code>`)
	recoveryPattern = regexp.MustCompile(`<code>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</code>`)
)

func isSignedIn(b *viewstest.Browser) bool { return b.Get("/account").Status == 200 }

func TestTwoFactors_SetUpSignInAndTurnOff(t *testing.T) {
	s := newServer(t)
	ada := hookstest.Account(t, s.App, "ada@x.example")
	hookstest.Team(t, s.App, ada, "Halation Post", "free")
	b, elsewhere := s.As(ada), s.As(ada)
	assertPage(t, b.Get("/account"), 200, "Off. Your password or a code by email is enough to sign in.")
	assertPage(t, b.Get("/account/two-factors?next=%2Fadmin%2Fhalation-post"), 200, "Set up two-factor authentication", `value="/admin/halation-post"`)
	assertRedirect(t, b.Post("/account/two-factors/setup", formValues("next", "/admin/halation-post")), "/account/two-factors?next=%2Fadmin%2Fhalation-post")
	page := b.Get("/account/two-factors")
	assertPage(t, page, 200, `src="data:image/png;base64,`, "1. Add Usher to your app")
	two := hookstest.TwoFactors{Secret: strings.ReplaceAll(keyPattern.FindStringSubmatch(page.Body)[1], " ", "")}
	form := formValues("password", hookstest.Password, "code", two.Code(t), "next", "/admin/halation-post")
	assertPage(t, b.Post("/account/two-factors", formValues("password", hookstest.Password, "code", "1")), 422, "This code is wrong", `id="setup-code"`)
	assertPage(t, b.Post("/account/two-factors", formValues("password", "no", "code", two.Code(t))), 422, "The current password is wrong", `href="#setup-password"`)
	done := b.Post("/account/two-factors", form)
	assertPage(t, done, 200, "Save your recovery codes", `download="usher-recovery-codes.txt"`, `href="/admin/halation-post"`)
	for _, found := range recoveryPattern.FindAllStringSubmatch(done.Body, -1) {
		two.Recovery = append(two.Recovery, found[1])
	}
	if len(two.Recovery) != 10 || !isSignedIn(b) || isSignedIn(elsewhere) {
		t.Fatalf("got %d recovery codes, signed in here %t, elsewhere %t; want 10, here only", len(two.Recovery), isSignedIn(b), isSignedIn(elsewhere))
	}
	assertPage(t, b.Get("/account/two-factors"), 200, "10 of 10 codes left", "Turn off two-factor authentication")

	assertPage(t, b.Post("/account/two-factors/codes", formValues("password", hookstest.Password, "code", "x")), 422, `id="codes-code"`, "This recovery code is wrong")
	assertPage(t, b.Post("/account/two-factors/codes", formValues("password", hookstest.Password, "code", two.Recovery[0])), 200, "Your previous recovery codes no longer work.")
	assertRedirect(t, b.Get("/account/two-factors/off"), "/account/two-factors")
	assertPage(t, b.Post("/account/two-factors/off", formValues("password", "no", "code", two.Recovery[1])), 422, `href="#off-password"`)
	hookstest.Exec(t, s.App, "UPDATE authenticators SET last_step = 0", nil)
	assertRedirect(t, b.Post("/account/two-factors/off", formValues("password", hookstest.Password, "code", two.Code(t))), "/account#two-factors")
	if other := s.As(ada); !isSignedIn(other) {
		t.Error("got a second step after two-factor authentication was turned off")
	}
}

func TestTwoFactors_CancelSetup(t *testing.T) {
	s := newServer(t)
	ada := hookstest.Account(t, s.App, "ada@x.example")
	b := s.As(ada)
	b.Post("/account/two-factors/setup", nil)
	assertRedirect(t, b.Post("/account/two-factors/cancel", nil), "/account#two-factors")
	assertPage(t, b.Get("/account/two-factors"), 200, "How it works")
	if hookstest.Count(t, s.App, "authenticators") != 0 {
		t.Error("got the cancelled setup still stored")
	}
	hookstest.EnableTwoFactors(t, s.App, ada)
	b = s.Anonymous()
	b.Post("/signin", formValues("email", "ada@x.example", "password", hookstest.Password))
	assertRedirect(t, b.Post("/account/two-factors/cancel", nil), "/signin?next=%2Faccount%2Ftwo-factors%2Fcancel")
	if err := twofactors.Cancel(s.App, ada); err != nil || hookstest.Count(t, s.App, "authenticators") != 1 {
		t.Errorf("got two-factor authentication cancelled, %v, want it still on", err)
	}
}

func TestSecondStep_Pages(t *testing.T) {
	s := newServer(t)
	ada := hookstest.Account(t, s.App, "ada@x.example")
	hookstest.Team(t, s.App, ada, "Halation Post", "free")
	two := hookstest.EnableTwoFactors(t, s.App, ada)
	b := s.Anonymous()
	assertRedirect(t, b.Get("/signin/two-factors?next=%2Faccount"), "/signin?next=%2Faccount")
	assertPage(t, b.Post("/signin/two-factors", formValues("code", two.Code(t))), 422, "This sign-in has expired")
	first := formValues("email", "ada@x.example", "password", hookstest.Password, "next", "/account")
	assertRedirect(t, b.Post("/signin", first), "/signin/two-factors?next=%2Faccount")
	if isSignedIn(b) {
		t.Fatal("got signed in after the first step")
	}
	assertPage(t, b.Get("/signin/two-factors?next=%2Faccount"), 200, "Enter your authenticator code", "ada@x.example", "Lost your authenticator app?", "/signin/two-factors?recovery=1&amp;next=%2Faccount")
	assertPage(t, b.Get("/signin/two-factors?recovery=1"), 200, "Enter a recovery code", `name="recovery"`)
	assertPage(t, b.Post("/signin/two-factors", formValues("code", two.WrongCode(t), "next", "/account")), 422, "This code is wrong", `value="/account"`)
	assertPage(t, b.Post("/signin/two-factors", formValues("code", "nope", "recovery", "1")), 422, "This recovery code is wrong", "Enter a recovery code")
	code := two.Code(t)
	assertRedirect(t, b.Post("/signin/two-factors", formValues("code", code, "next", "/account")), "/account")
	if !isSignedIn(b) {
		t.Error("got signed out after the second step")
	}

	b = s.Anonymous()
	b.Post("/signin", first)
	assertPage(t, b.Post("/signin/two-factors", formValues("code", code)), 422, "This code was already used")
	assertRedirect(t, b.Post("/signin/two-factors", formValues("code", two.Recovery[0], "next", "/account")), "/account")
	assertPage(t, b.Get("/account"), 200, "You used a recovery code. 9 are left.", "Create new ones")
}

// Every way to a login but the renewal of an existing one takes the second step.
func TestSecondStep_EveryWayToSignIn(t *testing.T) {
	s, post := newServerWithEmail(t)
	owner := hookstest.Account(t, s.App, "owner@x.example")
	team := hookstest.Team(t, s.App, owner, "Halation Post", "pro")
	account := hookstest.Account(t, s.App, "ada@x.example")
	two := hookstest.EnableTwoFactors(t, s.App, account)
	invitation := hookstest.Invite(t, s.App, owner, team, "ada@x.example", "organizer")
	link := strings.TrimPrefix(post.FindLink(waitForKind(t, post, "invited you"), "/invite/"), s.URL)

	ways := map[string]func(b *viewstest.Browser) viewstest.Reply{
		"password": func(b *viewstest.Browser) viewstest.Reply {
			return b.Post("/signin", formValues("email", "ada@x.example", "password", hookstest.Password))
		},
		"one-time code": func(b *viewstest.Browser) viewstest.Reply {
			b.Post("/signin/code/send", formValues("email", "ada@x.example"))
			return b.Post("/signin/code", formValues("code", codePattern.FindStringSubmatch(waitForKind(t, post, "sign-in code").Text)[1]))
		},
		"invitation": func(b *viewstest.Browser) viewstest.Reply {
			return b.Post(link+"/accept", formValues("password", hookstest.Password))
		},
		"confirmation": func(b *viewstest.Browser) viewstest.Reply {
			token, err := account.NewVerificationToken()
			if err != nil {
				t.Fatal(err)
			}
			return b.Post("/verify/"+token, formValues("password", hookstest.Password))
		},
		"password reset": func(b *viewstest.Browser) viewstest.Reply { // the last one: it changes the password
			token, err := account.NewPasswordResetToken()
			if err != nil {
				t.Fatal(err)
			}
			return b.Post("/reset/"+token, formValues("password", "copper velvet harbour cloud"))
		},
	}
	for _, name := range []string{"password", "one-time code", "invitation", "confirmation", "password reset"} {
		b := s.Anonymous()
		r := ways[name](b)
		if r.Status != 303 || !strings.HasPrefix(r.Location, "/signin/two-factors") || isSignedIn(b) {
			t.Errorf("%s: got %d to %q, signed in %t, want the second step: %s", name, r.Status, r.Location, isSignedIn(b), r.Body)
			continue
		}
		if name == "invitation" {
			if stored := hookstest.FindRecord(t, s.App, "invitations", invitation.ID); stored.GetString("status") != "pending" {
				t.Errorf("got the invitation %s after the first step, want it pending", stored.GetString("status"))
			}
			next, _ := url.Parse(r.Location)
			if next.Query().Get("next") != link {
				t.Errorf("got %s, want it to lead back to the invitation", r.Location)
			}
		}
		hookstest.Exec(t, s.App, "UPDATE authenticators SET last_step = 0", nil)
		b.Post("/signin/two-factors", formValues("code", two.Code(t), "next", "/account"))
		if !isSignedIn(b) {
			t.Errorf("%s: got signed out after the second step", name)
		}
	}
	for outcome, want := range map[string]int{"account.signin.first": 3, "account.signin": 5} {
		rows := hookstest.QueryRows(t, s.App, "SELECT id FROM audit WHERE action = '"+outcome+"' AND result = 'ok' AND actor = '"+account.Id+"'")
		if len(rows) != want {
			t.Errorf("got %d entries %s, want %d", len(rows), outcome, want)
		}
	}
	if _, err := accounts.SignIn(s.App, "ada@x.example", "copper velvet harbour cloud", ""); err != nil {
		t.Error(err)
	}
}
