package account_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/settings"
	"usher/views/viewstest"
)

func serve(t *testing.T, change ...func(*settings.Config)) *viewstest.Server {
	t.Helper()
	config := hookstest.Config()
	for _, c := range change {
		c(&config)
	}
	return viewstest.Serve(t, config)
}

// says fails the test unless the reply has the status and all the words.
func says(t *testing.T, r viewstest.Reply, status int, words ...string) {
	t.Helper()
	if r.Status != status {
		t.Errorf("status %d, not %d: %s", r.Status, status, r.Body)
	}
	for _, w := range words {
		if !strings.Contains(r.Body, w) {
			t.Errorf("does not say %q: %s", w, r.Body)
		}
	}
}

func goes(t *testing.T, r viewstest.Reply, to string) {
	t.Helper()
	if r.Status != http.StatusSeeOther || r.Location != to {
		t.Errorf("%d to %q, not to %q: %s", r.Status, r.Location, to, r.Body)
	}
}

func form(pairs ...string) url.Values {
	values := url.Values{}
	for n := 0; n < len(pairs); n += 2 {
		values.Set(pairs[n], pairs[n+1])
	}
	return values
}

func cookieOf(t *testing.T, jar http.CookieJar, address string) string {
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

func TestFirstStartAsksForTheCode(t *testing.T) {
	s := serve(t)
	b := s.Visitor()
	goes(t, b.Get("/"), "/signup")
	says(t, b.Get("/signup"), 200, "Create the first account", `id="code"`, "At least 12 characters")

	person := form("email", "Marta@Halation.example", "name", "Marta Oliveira", "password", hookstest.Password, "team", "Halation Post", "code", "wrong")
	r := b.Post("/signup", person)
	says(t, r, 422, "not the code", "Marta Oliveira", "Halation Post", `value="wrong"`)
	if strings.Contains(r.Body, hookstest.Password) {
		t.Error("the password was written back")
	}
	if n := hookstest.Count(t, s.App, "users"); n != 0 {
		t.Errorf("%d accounts without the code", n)
	}

	code := accounts.FirstCode(s.App)
	page := b.Get("/signup?code=" + code)
	says(t, page, 200, `type="hidden" name="code" value="`+code+`"`)
	if strings.Contains(page.Body, `id="code"`) {
		t.Error("asks for a code that it was given")
	}
	person.Set("code", code)
	person.Set("timezone", "Europe/Lisbon")
	goes(t, b.Post("/signup", person), "/admin/halation-post")
	account, err := accounts.Find(s.App, "marta@halation.example")
	if err != nil || !account.Verified() || account.GetString("timezone") != "Europe/Lisbon" {
		t.Fatal(account, err)
	}
	goes(t, b.Get("/"), "/admin/halation-post")
	says(t, s.Visitor().Get("/signup?code="+code), 200, "Accounts are made by invitation", "help@usher.test")
	says(t, s.Visitor().Post("/signup", person), 422, "Accounts are made by invitation")
	goes(t, s.Visitor().Get("/"), "/signin")
}

func TestWeakSignUpTellsEveryFault(t *testing.T) {
	s := serve(t)
	r := s.Visitor().Post("/signup", form("email", "nobody", "name", "", "password", "short", "code", accounts.FirstCode(s.App)))
	says(t, r, 422, "No @ in the address.", "Your name is needed.", "Take at least 12.", "There are 3 problems")
}

func TestOpenSignUpAnswersAlikeForKnownAndUnknown(t *testing.T) {
	s := serve(t, func(c *settings.Config) { c.SignUp = "open" })
	hookstest.Person(t, s.App, "known@halation.example")
	var pages []viewstest.Reply
	for _, email := range []string{"known@halation.example", "new@halation.example"} {
		b := s.Visitor()
		r := b.Post("/signup", form("email", email, "name", "Somebody", "password", hookstest.Password, "team", "Theirs"))
		goes(t, r, "/signup?sent=1")
		if len(r.Header["Set-Cookie"]) != 0 {
			t.Errorf("%s got a cookie: %v", email, r.Header["Set-Cookie"])
		}
		pages = append(pages, b.Get(r.Location))
	}
	says(t, pages[0], 200, "Check your email")
	if pages[0].Body != pages[1].Body {
		t.Error("known and unknown addresses are told apart")
	}
	says(t, s.Visitor().Post("/signin", form("email", "new@halation.example", "password", hookstest.Password)), 422, "Send the link again")
	says(t, s.Visitor().Get("/signin"), 200, `href="/signup"`)
}

func TestSignInAndOut(t *testing.T) {
	s := serve(t)
	owner := hookstest.Person(t, s.App, "marta@halation.example")
	hookstest.Team(t, s.App, owner, "Halation Post", "free")
	b := s.Visitor()
	says(t, b.Get("/signin?email=marta%40halation.example&next=/account"), 200, `value="marta@halation.example"`, `value="/account"`, "help@usher.test", "Forgot your password?")

	wrong := b.Post("/signin", form("email", owner.Email(), "password", "not this one at all"))
	stranger := b.Post("/signin", form("email", "stranger@halation.example", "password", "not this one at all"))
	says(t, wrong, 422, "The email address or the password is wrong.", `value="marta@halation.example"`)
	if strings.ReplaceAll(wrong.Body, "marta@", "stranger@") != stranger.Body {
		t.Error("who has an account is told apart from who has none")
	}
	goes(t, b.Get("/account"), "/signin?next=%2Faccount")

	r := b.Post("/signin", form("email", " MARTA@halation.example", "password", hookstest.Password, "next", "/account"))
	goes(t, r, "/account")
	cookie := r.Header.Get("Set-Cookie")
	for _, flag := range []string{"usher=", "HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(cookie, flag) {
			t.Errorf("cookie without %s: %s", flag, cookie)
		}
	}
	if strings.Contains(cookie, "Secure") || strings.Contains(cookie, "Domain") {
		t.Errorf("cookie of plain http: %s", cookie)
	}
	says(t, b.Get("/account"), 200, "Your account", "At least 12 characters")
	goes(t, b.Get("/signin?next=/account"), "/account")

	goes(t, b.Post("/signout", nil), "/signin")
	goes(t, b.Get("/account"), "/signin?next=%2Faccount")
	if n := hookstest.Count(t, s.App, "logins"); n != 0 {
		t.Errorf("%d logins are left on the server", n)
	}
}

func TestSignInLeadsOnlyToOurPages(t *testing.T) {
	s := serve(t)
	team := hookstest.Team(t, s.App, hookstest.Person(t, s.App, "marta@halation.example"), "Halation Post", "free")
	noor := hookstest.Member(t, s.App, team, "noor@halation.example")
	for _, bad := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "/%2f/evil.example", "javascript:alert(1)", "/%5cevil.example"} {
		b := s.Visitor()
		goes(t, b.Post("/signin", form("email", noor.Email(), "password", hookstest.Password, "next", bad)), "/app/halation-post")
		goes(t, b.Post("/signout", form("next", bad)), "/signin")
	}
}

func TestSignInIsSlowedDown(t *testing.T) {
	s := serve(t)
	hookstest.Person(t, s.App, "marta@halation.example")
	b := s.Visitor()
	for range 10 {
		says(t, b.Post("/signin", form("email", "marta@halation.example", "password", "wrong")), 422)
	}
	r := b.Post("/signin", form("email", "marta@halation.example", "password", hookstest.Password))
	says(t, r, 429, "Too many failed sign-ins")
	if r.Header.Get("Retry-After") == "" {
		t.Error("does not say how long to wait")
	}
}

func TestOtherSitesChangeNothing(t *testing.T) {
	s := serve(t)
	owner := hookstest.Person(t, s.App, "marta@halation.example")
	hookstest.Team(t, s.App, owner, "Halation Post", "free")
	b := s.As(owner)
	for _, path := range []string{"/signout", "/account", "/account/password", "/teams", "/signin"} {
		request, _ := http.NewRequest(http.MethodPost, s.URL+path, strings.NewReader(form("name", "Evil").Encode()))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Sec-Fetch-Site", "cross-site")
		request.Header.Set("Origin", "https://evil.example")
		if r := b.Send(request); r.Status != http.StatusForbidden {
			t.Errorf("%s: %d", path, r.Status)
		}
	}
	says(t, b.Get("/account"), 200, `value="Marta"`)
	if n := hookstest.Count(t, s.App, "teams"); n != 1 {
		t.Errorf("%d teams", n)
	}
}

func TestConfirmingAnAddressTakesAPress(t *testing.T) {
	s := serve(t)
	account, err := accounts.Draft(s.App, accounts.New{Email: "noor@halation.example", Name: "Noor", Password: hookstest.Password})
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
	b := s.Visitor()
	says(t, b.Get("/verify/"+token), 200, "Confirm my address", "noor@halation.example")
	if verified() {
		t.Fatal("a look at the link confirmed the address")
	}
	says(t, b.Post("/verify/"+token, url.Values{"password": {"not the one of the sign-up"}}), 422, "not the password of the sign-up", "/reset?email=noor%40halation.example")
	if verified() {
		t.Fatal("confirmed without the password")
	}
	goes(t, b.Post("/verify/"+token, url.Values{"password": {hookstest.Password}}), "/")
	if !verified() {
		t.Fatal("not confirmed")
	}
	says(t, b.Get("/teams"), 200, "Your address is confirmed.")
	says(t, b.Get("/verify/nonsense"), 410, "not good any more", `action="/signin/confirm"`)
	says(t, b.Post("/verify/nonsense", nil), 410, "not good any more")
}

func TestLettersAreAskedForAlike(t *testing.T) {
	s := serve(t)
	hookstest.Person(t, s.App, "known@halation.example")
	for path, sent := range map[string]string{"/reset": "/reset?sent=1", "/signin/confirm": "/signin?sent=1"} {
		b := s.Visitor()
		for _, email := range []string{"known@halation.example", "unknown@halation.example"} {
			goes(t, b.Post(path, form("email", email)), sent)
		}
		says(t, b.Get(sent), 200, "Check your email", "console")
		says(t, b.Post(path, form("email", "nobody")), 422, "No @ in the address.", `value="nobody"`)
	}
}

func TestResetSetsAPasswordOnce(t *testing.T) {
	s := serve(t)
	owner := hookstest.Person(t, s.App, "marta@halation.example")
	hookstest.Team(t, s.App, owner, "Halation Post", "free")
	elsewhere := s.As(owner)
	token, err := owner.NewPasswordResetToken()
	if err != nil {
		t.Fatal(err)
	}
	b := s.Visitor()
	says(t, b.Get("/reset/"+token), 200, "marta@halation.example", "At least 12 characters")
	says(t, b.Post("/reset/"+token, form("password", "short")), 422, "Take at least 12.")
	goes(t, b.Post("/reset/"+token, form("password", "three entirely new words")), "/")
	says(t, b.Get("/account"), 200, "Your new password is set")
	goes(t, elsewhere.Get("/account"), "/signin?next=%2Faccount")
	says(t, b.Get("/reset/"+token), 410, "not good any more", "that password is good", `action="/reset"`)
	says(t, b.Post("/reset/"+token, form("password", "three entirely new words")), 422, "not good any more")
}

func TestProfile(t *testing.T) {
	s := serve(t)
	owner := hookstest.Person(t, s.App, "marta@halation.example")
	hookstest.Team(t, s.App, owner, "Halation Post", "free")
	b := s.As(owner)
	goes(t, b.Post("/account", form("name", "Marta Oliveira", "timezone", "Europe/Lisbon")), "/account")
	says(t, b.Get("/account"), 200, "Your profile is saved.", `value="Marta Oliveira"`, `value="Europe/Lisbon"`)
	says(t, b.Post("/account", form("name", "", "timezone", "Europe/Lisbon")), 422, "Your name is needed.", "<b>Marta Oliveira</b>")
	says(t, b.Post("/account", form("name", "Somebody Else", "timezone", "Mars/Olympus")), 422, "Choose a time zone", `value="Mars/Olympus"`,
		`value="Somebody Else"`, "<b>Marta Oliveira</b>")
}

func TestLoginDiesWithThePassword(t *testing.T) {
	s := serve(t)
	owner := hookstest.Person(t, s.App, "marta@halation.example")
	hookstest.Team(t, s.App, owner, "Halation Post", "free")
	here, there := s.As(owner), s.As(owner)
	says(t, here.Post("/account/password", form("current", "wrong", "new", "three entirely new words")), 422, "This is not your current password.")
	says(t, here.Post("/account/password", form("current", hookstest.Password, "new", "short")), 422, "Take at least 12.")
	says(t, there.Get("/account"), 200)

	r := here.Post("/account/password", form("current", hookstest.Password, "new", "three entirely new words"))
	goes(t, r, "/account")
	if r.Header.Get("Set-Cookie") == "" {
		t.Error("no new login after the change")
	}
	says(t, here.Get("/account"), 200, "Your password is changed.")
	goes(t, there.Get("/account"), "/signin?next=%2Faccount")
	says(t, s.Visitor().Post("/signin", form("email", owner.Email(), "password", hookstest.Password)), 422)
}
