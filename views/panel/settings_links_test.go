package panel_test

import (
	"net/http"
	"testing"
)

func TestSettings_OpenLinks_AdminTurnsOnAndOff(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.admin)
	assertPage(t, b.Get(s.path("/settings")), http.StatusOK, "Hosts can open sessions to anyone with the link")
	form := settingsForm()
	form.Set("links", "yes")
	assertRedirect(t, b, b.Post(s.path("/settings"), form), s.path("/settings"), "Settings saved.")
	if !s.reloadTeam().OpenLinks() {
		t.Fatal("still off")
	}
	assertRedirect(t, b, b.Post(s.path("/settings"), settingsForm()), s.path("/settings"), "Settings saved.")
	if s.reloadTeam().OpenLinks() {
		t.Fatal("still on")
	}
}
