package account_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/tools/settings"
	"usher/views/viewstest"
)

func newServer(t *testing.T, change ...func(*settings.Config)) *viewstest.Server {
	t.Helper()
	config := hookstest.Config()
	for _, c := range change {
		c(&config)
	}
	return viewstest.Serve(t, config)
}

// assertPage fails the test unless the reply has the status and all the words.
func assertPage(t *testing.T, r viewstest.Reply, status int, words ...string) {
	t.Helper()
	if r.Status != status {
		t.Errorf("got status %d, want %d: %s", r.Status, status, r.Body)
	}
	for _, w := range words {
		if !strings.Contains(r.Body, w) {
			t.Errorf("got a page without %q: %s, want it to contain %q", w, r.Body, w)
		}
	}
}

func assertRedirect(t *testing.T, r viewstest.Reply, to string) {
	t.Helper()
	if r.Status != http.StatusSeeOther || r.Location != to {
		t.Errorf("got %d to %q, want %d to %q: %s", r.Status, r.Location, http.StatusSeeOther, to, r.Body)
	}
}

func formValues(pairs ...string) url.Values {
	values := url.Values{}
	for n := 0; n < len(pairs); n += 2 {
		values.Set(pairs[n], pairs[n+1])
	}
	return values
}

func loginCookie(t *testing.T, jar http.CookieJar, address string) string {
	t.Helper()
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	for _, cookie := range jar.Cookies(at) {
		if cookie.Name == "usher" {
			return cookie.Value
		}
	}
	t.Fatal("not signed in")
	return ""
}

func TestSignUp_FirstAccount_RequiresCode(t *testing.T) {
	s := newServer(t)
	b := s.Anonymous()
	assertRedirect(t, b.Get("/"), "/signup")
	assertPage(t, b.Get("/signup"), 200, "Create the first account", `id="code"`, "At least 12 characters")

	person := formValues("email", "Marta@Halation.example", "name", "Marta Oliveira", "password", hookstest.Password, "team", "Halation Post", "code", "wrong")
	r := b.Post("/signup", person)
	assertPage(t, r, 422, "the setup code", "Marta Oliveira", "Halation Post", `value="wrong"`)
	if strings.Contains(r.Body, hookstest.Password) {
		t.Error("the password was written back")
	}
	if n := hookstest.Count(t, s.App, "users"); n != 0 {
		t.Errorf("%d accounts without the code, want 0", n)
	}

	code := accounts.SetupCode(s.App)
	page := b.Get("/signup?code=" + code)
	assertPage(t, page, 200, `type="hidden" name="code" value="`+code+`"`)
	if strings.Contains(page.Body, `id="code"`) {
		t.Error("asks for a code that it was given")
	}
	person.Set("code", code)
	person.Set("timezone", "Europe/Lisbon")
	assertRedirect(t, b.Post("/signup", person), "/admin/halation-post")
	account, err := accounts.Find(s.App, "marta@halation.example")
	if err != nil || !account.Verified() || account.GetString("timezone") != "Europe/Lisbon" {
		t.Fatal(account, err)
	}
	assertRedirect(t, b.Get("/"), "/admin/halation-post")
	assertPage(t, s.Anonymous().Get("/signup?code="+code), 200, "You need an invitation", "help@usher.test")
	assertPage(t, s.Anonymous().Post("/signup", person), 422, "You need an invitation")
	assertRedirect(t, s.Anonymous().Get("/"), "/signin")
}

func TestSignUp_InvalidForm_ShowsAllErrors(t *testing.T) {
	s := newServer(t)
	r := s.Anonymous().Post("/signup", formValues("email", "nobody", "name", "", "password", "short", "code", accounts.SetupCode(s.App)))
	assertPage(t, r, 422, "No @ in the address.", "Your name is required.", "Use at least 12.", "There are 3 problems")
}

func TestSignUp_KnownAndUnknownAddress_LookAlike(t *testing.T) {
	s := newServer(t, func(c *settings.Config) { c.SignUp = "open" })
	hookstest.Account(t, s.App, "known@halation.example")
	var pages []viewstest.Reply
	for _, email := range []string{"known@halation.example", "new@halation.example"} {
		b := s.Anonymous()
		r := b.Post("/signup", formValues("email", email, "name", "Somebody", "password", hookstest.Password, "team", "Theirs"))
		assertRedirect(t, r, "/signup?sent=1")
		if len(r.Header["Set-Cookie"]) != 0 {
			t.Errorf("%s got a cookie: %v, want 0", email, r.Header["Set-Cookie"])
		}
		pages = append(pages, b.Get(r.Location))
	}
	assertPage(t, pages[0], 200, "Check your email")
	if pages[0].Body != pages[1].Body {
		t.Error("known and unknown addresses are told apart")
	}
	assertPage(t, s.Anonymous().Post("/signin", formValues("email", "new@halation.example", "password", hookstest.Password)), 422, "Resend link")
	assertPage(t, s.Anonymous().Get("/signin"), 200, `href="/signup"`)
}

func TestSignIn_SignOut(t *testing.T) {
	s := newServer(t)
	owner := hookstest.Account(t, s.App, "marta@halation.example")
	hookstest.Team(t, s.App, owner, "Halation Post", "free")
	b := s.Anonymous()
	assertPage(t, b.Get("/signin?email=marta%40halation.example&next=/account"), 200, `value="marta@halation.example"`, `value="/account"`, "help@usher.test", "Forgot your password?")

	wrong := b.Post("/signin", formValues("email", owner.Email(), "password", "not this one at all"))
	stranger := b.Post("/signin", formValues("email", "stranger@halation.example", "password", "not this one at all"))
	assertPage(t, wrong, 422, "Wrong email address or password.", `value="marta@halation.example"`)
	if strings.ReplaceAll(wrong.Body, "marta@", "stranger@") != stranger.Body {
		t.Error("who has an account is told apart from who has none")
	}
	assertRedirect(t, b.Get("/account"), "/signin?next=%2Faccount")

	r := b.Post("/signin", formValues("email", " MARTA@halation.example", "password", hookstest.Password, "next", "/account"))
	assertRedirect(t, r, "/account")
	cookie := r.Header.Get("Set-Cookie")
	for _, flag := range []string{"usher=", "HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(cookie, flag) {
			t.Errorf("cookie without %s: %s, want it to contain %q", flag, cookie, flag)
		}
	}
	if strings.Contains(cookie, "Secure") || strings.Contains(cookie, "Domain") {
		t.Errorf("cookie of plain http: %s, want no %q or %q", cookie, "Secure", "Domain")
	}
	assertPage(t, b.Get("/account"), 200, "Your account", "At least 12 characters")
	assertRedirect(t, b.Get("/signin?next=/account"), "/account")

	assertRedirect(t, b.Post("/signout", nil), "/signin")
	assertRedirect(t, b.Get("/account"), "/signin?next=%2Faccount")
	if n := hookstest.Count(t, s.App, "logins"); n != 0 {
		t.Errorf("%d logins are left on the server, want 0", n)
	}
}

func TestSignIn_ExternalNext_IsIgnored(t *testing.T) {
	s := newServer(t)
	team := hookstest.Team(t, s.App, hookstest.Account(t, s.App, "marta@halation.example"), "Halation Post", "free")
	noor := hookstest.Member(t, s.App, team, "noor@halation.example")
	for _, bad := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "/%2f/evil.example", "javascript:alert(1)", "/%5cevil.example"} {
		b := s.Anonymous()
		assertRedirect(t, b.Post("/signin", formValues("email", noor.Email(), "password", hookstest.Password, "next", bad)), "/app/halation-post")
		assertRedirect(t, b.Post("/signout", formValues("next", bad)), "/signin")
	}
}

func TestSignIn_IsRateLimited(t *testing.T) {
	s := newServer(t)
	hookstest.Account(t, s.App, "marta@halation.example")
	b := s.Anonymous()
	for range 10 {
		assertPage(t, b.Post("/signin", formValues("email", "marta@halation.example", "password", "wrong")), 422)
	}
	r := b.Post("/signin", formValues("email", "marta@halation.example", "password", hookstest.Password))
	assertPage(t, r, 429, "Too many failed sign-ins")
	if r.Header.Get("Retry-After") == "" {
		t.Error("does not say how long to wait")
	}
}

func TestForms_CrossSite_AreRefused(t *testing.T) {
	s := newServer(t)
	owner := hookstest.Account(t, s.App, "marta@halation.example")
	hookstest.Team(t, s.App, owner, "Halation Post", "free")
	b := s.As(owner)
	for _, path := range []string{"/signout", "/account", "/account/password", "/teams", "/signin"} {
		request, _ := http.NewRequest(http.MethodPost, s.URL+path, strings.NewReader(formValues("name", "Evil").Encode()))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Sec-Fetch-Site", "cross-site")
		request.Header.Set("Origin", "https://evil.example")
		if r := b.Send(request); r.Status != http.StatusForbidden {
			t.Errorf("%s: %d, want %v", path, r.Status, http.StatusForbidden)
		}
	}
	assertPage(t, b.Get("/account"), 200, `value="Marta"`)
	if n := hookstest.Count(t, s.App, "teams"); n != 1 {
		t.Errorf("%d teams, want 1", n)
	}
}

func TestConfirmEmail_RequiresPostAndPassword(t *testing.T) {
	s := newServer(t)
	account, err := accounts.New(s.App, accounts.Params{Email: "noor@halation.example", Name: "Noor", Password: hookstest.Password})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.App.Save(account); err != nil {
		t.Fatal(err)
	}
	token, err := account.NewVerificationToken()
	if err != nil {
		t.Fatal(err)
	}
	verified := func() bool {
		found, err := accounts.Find(s.App, account.Email())
		return err == nil && found.Verified()
	}
	b := s.Anonymous()
	assertPage(t, b.Get("/verify/"+token), 200, "Confirm email address", "noor@halation.example")
	if verified() {
		t.Fatal("a look at the link confirmed the address")
	}
	assertPage(t, b.Post("/verify/"+token, url.Values{"password": {"not the one of the sign-up"}}), 422, "the password you signed up with", "/reset?email=noor%40halation.example")
	if verified() {
		t.Fatal("confirmed without the password")
	}
	assertRedirect(t, b.Post("/verify/"+token, url.Values{"password": {hookstest.Password}}), "/")
	if !verified() {
		t.Fatal("not confirmed")
	}
	assertPage(t, b.Get("/teams"), 200, "Email address confirmed.")
	assertPage(t, b.Get("/verify/nonsense"), 410, "no longer works", `action="/signin/confirm"`)
	assertPage(t, b.Post("/verify/nonsense", nil), 410, "no longer works")
}

func TestEmailRequests_KnownAndUnknownAddress_LookAlike(t *testing.T) {
	s := newServer(t)
	hookstest.Account(t, s.App, "known@halation.example")
	for path, sent := range map[string]string{"/reset": "/reset?sent=1", "/signin/confirm": "/signin?sent=1"} {
		b := s.Anonymous()
		for _, email := range []string{"known@halation.example", "unknown@halation.example"} {
			assertRedirect(t, b.Post(path, formValues("email", email)), sent)
		}
		assertPage(t, b.Get(sent), 200, "Check your email", "console")
		assertPage(t, b.Post(path, formValues("email", "nobody")), 422, "No @ in the address.", `value="nobody"`)
	}
}

func TestReset_LinkWorksOnce(t *testing.T) {
	s := newServer(t)
	owner := hookstest.Account(t, s.App, "marta@halation.example")
	hookstest.Team(t, s.App, owner, "Halation Post", "free")
	elsewhere := s.As(owner)
	token, err := owner.NewPasswordResetToken()
	if err != nil {
		t.Fatal(err)
	}
	b := s.Anonymous()
	assertPage(t, b.Get("/reset/"+token), 200, "marta@halation.example", "At least 12 characters")
	assertPage(t, b.Post("/reset/"+token, formValues("password", "short")), 422, "Use at least 12.")
	assertRedirect(t, b.Post("/reset/"+token, formValues("password", "three entirely new words")), "/")
	assertPage(t, b.Get("/account"), 200, "New password set.")
	assertRedirect(t, elsewhere.Get("/account"), "/signin?next=%2Faccount")
	assertPage(t, b.Get("/reset/"+token), 410, "no longer works", "sign in with that password", `action="/reset"`)
	assertPage(t, b.Post("/reset/"+token, formValues("password", "three entirely new words")), 422, "no longer works")
}

func TestSaveProfile(t *testing.T) {
	s := newServer(t)
	owner := hookstest.Account(t, s.App, "marta@halation.example")
	hookstest.Team(t, s.App, owner, "Halation Post", "free")
	b := s.As(owner)
	assertRedirect(t, b.Post("/account", formValues("name", "Marta Oliveira", "timezone", "Europe/Lisbon")), "/account")
	assertPage(t, b.Get("/account"), 200, "Profile saved.", `value="Marta Oliveira"`, `value="Europe/Lisbon"`)
	assertPage(t, b.Post("/account", formValues("name", "", "timezone", "Europe/Lisbon")), 422, "Your name is required.", "Marta Oliveira</bdi></b>")
	assertPage(t, b.Post("/account", formValues("name", "Someone Else", "timezone", "Mars/Olympus")), 422, "Choose a time zone", `value="Mars/Olympus"`,
		`value="Someone Else"`, "Marta Oliveira</bdi></b>")
}

func TestChangePassword_EndsOtherLogins(t *testing.T) {
	s := newServer(t)
	owner := hookstest.Account(t, s.App, "marta@halation.example")
	hookstest.Team(t, s.App, owner, "Halation Post", "free")
	here, there := s.As(owner), s.As(owner)
	assertPage(t, here.Post("/account/password", formValues("current", "wrong", "new", "three entirely new words")), 422, "The current password is wrong.")
	assertPage(t, here.Post("/account/password", formValues("current", hookstest.Password, "new", "short")), 422, "Use at least 12.")
	assertPage(t, there.Get("/account"), 200)

	r := here.Post("/account/password", formValues("current", hookstest.Password, "new", "three entirely new words"))
	assertRedirect(t, r, "/account")
	if r.Header.Get("Set-Cookie") == "" {
		t.Error("no new login after the change")
	}
	assertPage(t, here.Get("/account"), 200, "Password changed.")
	assertRedirect(t, there.Get("/account"), "/signin?next=%2Faccount")
	assertPage(t, s.Anonymous().Post("/signin", formValues("email", owner.Email(), "password", hookstest.Password)), 422)
}
