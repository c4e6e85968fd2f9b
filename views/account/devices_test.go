package account_test

import (
	"net/http"
	"strings"
	"testing"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
)

const firefoxUserAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"

func TestEndDevice_ListedDevice_IsSignedOut(t *testing.T) {
	s := newServer(t)
	owner := hookstest.Account(t, s.App, "marta@halation.example")
	eve := hookstest.Account(t, s.App, "eve@halation.example")
	if _, err := accounts.StartLogin(s.App, owner, firefoxUserAgent, "203.0.113.77"); err != nil {
		t.Fatal(err)
	}
	here := s.As(owner)
	page := here.Get("/account")
	assertPage(t, page, 200, "Firefox on Linux", "203.0.113.77", "This device", "A browser")
	if strings.Count(page.Body, "This device") != 1 {
		t.Error("not one device is this one")
	}
	var id string
	devices, err := accounts.Devices(s.App, owner)
	if err != nil || len(devices) != 2 {
		t.Fatal(devices, err)
	}
	for _, d := range devices {
		if d.Device() == "Firefox on Linux" {
			id = d.Id
		}
	}
	assertPage(t, here.Get("/account/devices/"+id), 200, "Sign out Firefox on Linux?", `action="/account/devices/`+id+`"`, "open pages close")
	assertPage(t, s.As(eve).Get("/account/devices/"+id), 404)
	assertRedirect(t, s.As(eve).Post("/account/devices/"+id, nil), "/account#devices")
	if n := len(must(accounts.Devices(s.App, owner))); n != 2 {
		t.Fatalf("%d devices after a stranger's try, want 2", n)
	}
	assertRedirect(t, here.Post("/account/devices/"+id, nil), "/account#devices")
	page = here.Get("/account")
	assertPage(t, page, 200, "Firefox on Linux was signed out.", "This device")
	if strings.Contains(page.Body, "203.0.113.77") {
		t.Error("it is still listed")
	}
	assertRedirect(t, here.Post("/account/devices/"+id, nil), "/account#devices")
	assertPage(t, here.Get("/account"), 200, "already signed out")
	assertPage(t, here.Get("/account/devices/"+id), 404)
	assertRedirect(t, s.Anonymous().Post("/account/devices/others", nil), "/signin?next=%2Faccount%2Fdevices%2Fothers")
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func TestEndOtherDevices_KeepsCurrentDevice(t *testing.T) {
	s := newServer(t)
	owner := hookstest.Account(t, s.App, "marta@halation.example")
	here, there := s.As(owner), s.As(owner)
	token := s.Token(owner)
	assertPage(t, here.Get("/account/devices/others"), 200, "Sign out all other devices?", "You stay signed in on this device.")
	assertRedirect(t, here.Post("/account/devices/others", nil), "/account#devices")
	assertPage(t, here.Get("/account"), 200, "All other devices were signed out.")
	assertRedirect(t, there.Get("/account"), "/signin?next=%2Faccount")
	if status, _ := s.Call(token, "GET", "/api/teams", nil); status != http.StatusUnauthorized {
		t.Errorf("a program's token: %d, want %v", status, http.StatusUnauthorized)
	}
	if n := hookstest.Count(t, s.App, "logins"); n != 1 {
		t.Errorf("%d logins, want 1", n)
	}
}
