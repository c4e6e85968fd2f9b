package panel_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"usher/hooks/hookstest"
	"usher/views/viewstest"
)

// act posts a form of the details as htmx does, from the page at current.
func (s *fixture) act(b *viewstest.Browser, current, path string, form url.Values) viewstest.Reply {
	request, _ := http.NewRequest(http.MethodPost, s.URL+path, strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("HX-Request", "true")
	request.Header.Set("HX-Target", "aside#details")
	request.Header.Set("HX-Current-URL", s.URL+current)
	return b.Send(request)
}

func TestUserActions_InDetails_KeepListAndDetails(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.owner)
	at := s.userPath(s.organizer, "")
	current := at + "?q=theo&sort=status"
	r := s.act(b, current, at+"/tags", url.Values{"add": {"Vendor"}})
	assertPage(t, r, http.StatusOK, `id="details"`, `hx-swap-oob="outerMorph"`, `value="theo"`, "Tags saved for Theo.", ">Undo<", `name="drop" value="Vendor"`, `<div id="dialog" hx-swap-oob="innerHTML">`)
	assertNotContains(t, r, "<html", `autofocus`, "jonas@halation.example")
	if got := r.Header.Get("HX-Replace-Url"); got != current {
		t.Errorf("got address %q, want %q", got, current)
	}
	r = s.act(b, current, at+"/tags", url.Values{"drop": {"Vendor"}})
	assertPage(t, r, http.StatusOK, `name="add" value="Vendor"`)

	r = s.act(b, current, at+"/revoke-role", url.Values{"role": {"organizer"}})
	assertPage(t, r, http.StatusOK, "Theo is no longer an Organizer.", at+"/restore-role", ">Undo<", "Invite as Organizer…")
	r = s.act(b, current, at+"/restore-role", url.Values{"role": {"organizer"}})
	assertPage(t, r, http.StatusOK, "Theo is an Organizer again.", "Revoke role…")

	// With the details of someone else, or none.
	r = s.act(b, s.userPath(s.member, "?q=n"), at+"/tags", url.Values{"add": {"Vendor"}})
	assertPage(t, r, http.StatusOK, `aria-label="Noor"`, "Tags saved for Theo.")
	r = s.act(b, s.path("/users?q=n"), at+"/tags", url.Values{"drop": {"Vendor"}})
	assertPage(t, r, http.StatusOK, `<div id="details" hidden>`, "Tags saved for Theo.")

	// Refusals stay in the panel, with the list.
	r = s.act(b, current, at+"/tags", url.Values{"add": {strings.Repeat("x", 500)}})
	assertPage(t, r, http.StatusUnprocessableEntity, `id="details"`, "at most 40 characters", `value="theo"`)
	r = s.act(b, current, at+"/restore-role", url.Values{"role": {"admin"}})
	assertPage(t, r, http.StatusUnprocessableEntity, "No changes were made.", "This role isn't the one that was revoked last.")

	pending := hookstest.Invite(t, s.App, s.owner, s.team, "lucia@halation.example", "organizer")
	r = s.act(b, s.path("/users/"+pending.ID+"?status=pending"), s.path("/users/"+pending.ID+"/revoke"), nil)
	assertPage(t, r, http.StatusOK, "was revoked. Its link no longer works.", `id="details"`, "Invite again…")
}

func TestUserActions_WithoutScript_KeepTheQuery(t *testing.T) {
	s := newFixture(t, true)
	at := s.userPath(s.organizer, "")
	request, _ := http.NewRequest(http.MethodPost, s.URL+at+"/tags", strings.NewReader("add=Vendor"))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Referer", s.URL+at+"?q=theo")
	b := s.As(s.owner)
	r := b.Send(request)
	if want := at + "?q=theo"; r.Status != http.StatusSeeOther || r.Location != want {
		t.Errorf("got %d to %s, want %s", r.Status, r.Location, want)
	}
	assertPage(t, b.Get(at+"?q=theo"), http.StatusOK, "Tags saved for Theo.", ">Undo<")
}

// Undo acts for the account, so only the server can offer it.
func TestToast_ForgedUndo_IsNotShown(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.owner)
	tag := func() *http.Cookie {
		r := b.Post(s.userPath(s.organizer, "/tags"), url.Values{"add": {"Vendor"}})
		cookie, err := http.ParseSetCookie(r.Header.Get("Set-Cookie"))
		if err != nil {
			t.Fatal(err)
		}
		return cookie
	}
	show := func(b *viewstest.Browser, value string) viewstest.Reply {
		request, _ := http.NewRequest(http.MethodGet, s.URL+s.path("/users"), nil)
		request.AddCookie(&http.Cookie{Name: "usher-toast", Value: value})
		return b.Send(request)
	}
	cookie := tag()
	b.Get(s.path("/users")) // takes it
	text, signature, _ := strings.Cut(cookie.Value, ".")
	forged := base64.RawURLEncoding.EncodeToString([]byte(`{"Text":"Tags saved.","UndoPath":"` + s.userPath(s.organizer, "/remove") + `"}`))
	assertPage(t, show(b, cookie.Value), http.StatusOK, "Tags saved for Theo.", ">Undo<")
	for name, r := range map[string]viewstest.Reply{
		"without a signature":        show(b, text),
		"with an empty signature":    show(b, text+"."),
		"another action":             show(b, forged+"."+signature),
		"signed for somebody else":   show(s.As(s.admin), cookie.Value),
		"with a signature of others": show(b, text+"."+signature[1:]+"A"),
	} {
		assertPage(t, r, http.StatusOK, "Tags saved")
		if strings.Contains(r.Body, ">Undo<") {
			t.Errorf("%s: offers Undo", name)
		}
	}
}
