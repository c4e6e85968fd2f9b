package app_test

import (
	"net/http"
	"path"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
	"usher/hooks/teams"
)

func (w *fixture) allowLinks(on bool) {
	w.t.Helper()
	if _, err := teams.Update(w.App, hookstest.Actor(w.t, w.App, w.owner, w.team), teams.Profile{OpenLinks: &on}); err != nil {
		w.t.Fatal(err)
	}
}

func TestSessionForm_OpenLink_OnlyWhereTheTeamAllowsIt(t *testing.T) {
	w := newFixture(t)
	olga := w.As(w.olga)
	open := sessionForm("link_entry", sessions.LinkWait, "access_code", "tulip-42", "guests", w.paul.Email())
	assertNotContains(t, olga.Get(appURL+"/sessions/new"), "Anyone with the link", `id="access_code"`)
	assertPage(t, olga.Post(appURL+"/sessions/new", open), 422, "open sessions to everyone who has the link. An Admin can allow it")

	w.allowLinks(true)
	assertPage(t, olga.Get(appURL+"/sessions/new"), 200, "Anyone with the link", "Join from the waiting room", `id="access_code"`)
	open.Set("access_code", "abc")
	assertPage(t, olga.Post(appURL+"/sessions/new", open), 422, "Choose an access code of 4 to 32 characters.", `href="#access_code"`, `value="abc"`)
	open.Set("access_code", "tulip-42")
	r := olga.Post(appURL+"/sessions/new", open)
	if r.Status != http.StatusSeeOther {
		t.Fatal(r.Status, r.Body)
	}
	details := appURL + "/sessions/" + path.Base(r.Location)
	assertPage(t, olga.Get(details), 200, "Anyone can join with this link and a name, from the waiting room.", "Access code:", "tulip-42")
	paul := w.As(w.paul).Get(details)
	assertPage(t, paul, 200, "They need an access code.")
	assertNotContains(t, paul, "tulip-42")
	assertPage(t, olga.Get(details+"/edit"), 200, `value="tulip-42"`)

	w.allowLinks(false)
	assertNotContains(t, olga.Get(details), "Anyone can join with this link", "tulip-42")
	assertPage(t, olga.Get(appURL+"/sessions/new?from="+path.Base(details)), 200, "Dailies")
	saved := sessionForm("title", "Dailies, moved", "guests", w.paul.Email())
	if r := olga.Post(details+"/edit", saved); r.Status != http.StatusSeeOther {
		t.Errorf("saving a session that was open before: %d %s", r.Status, r.Body)
	}
	w.allowLinks(true)
	assertNotContains(t, olga.Get(details), "Anyone can join with this link", "tulip-42")
}
