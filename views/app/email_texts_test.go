package app_test

import (
	"net/url"
	"strings"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
)

func TestSessionTexts_SayWhetherInviteesGetEmail(t *testing.T) {
	const tell = "Email isn&#39;t set up, so tell the invitees yourself."
	for key, want := range map[string]struct {
		changed, details, question, cancelled, form string
		never                                       []string
	}{
		"": {"was updated. " + tell, tell, tell, "was cancelled. " + tell, "Invite team members or anyone else.",
			[]string{"notified by email", "gets an email", "get an email with", "being sent"}},
		"re_test": {"was updated. Invitees are notified by email.", "Invitees are notified by email, with a file", "1 person is notified by email",
			"was cancelled. Invitees are notified by email.", "Each invitee gets an email", []string{"Email isn&#39;t set up"}},
	} {
		t.Run("key "+key, func(t *testing.T) {
			config := hookstest.Config()
			config.ResendKey = key
			w := buildWith(t, config)
			olga, session := w.As(w.olga), w.newSession("Dailies", sessions.Form{}, w.paul)
			at := appURL + "/sessions/" + session.Id
			page := func(path, text string) {
				t.Helper()
				r := olga.Get(path)
				assertPage(t, r, 200, text)
				assertNotContains(t, r, want.never...)
			}
			page(at, want.details)
			page(at+"/edit", want.form)
			olga.Post(at+"/edit", sessionForm("title", "Rushes", "guests", "paul@halation.example"))
			page(at, want.changed)
			page(at+"/cancel", want.question)
			olga.Post(at+"/cancel", url.Values{})
			page(at, want.cancelled)
		})
	}
}

func TestInviteToSession_Refused_KeepsWhatWasTyped(t *testing.T) {
	w := newFixture(t)
	olga, session := w.As(w.olga), w.newSession("Dailies", sessions.Form{}, w.paul)
	hookstest.Exec(t, w.App, "UPDATE sessions SET status = 'running', started = starts", nil)
	at := appURL + "/sessions/" + session.Id
	r := olga.Post(at+"/people", url.Values{"guests": {"new2@out.example, x@zed@y"}})
	assertPage(t, r, 422, `value="new2@out.example, x@zed@y"`, `id="invite-guests-e"`, "Not an address: “x@zed@y”. Correct or remove it.", "Then copy each personal link and share it yourself.")
	assertNotContains(t, r, "Nothing was changed.")
	r = olga.Post(at+"/people", url.Values{"guests": {"paul@halation.example"}})
	assertPage(t, r, 422, `value="paul@halation.example"`, "Everyone on this list is already invited.")
	if r := olga.Post(at+"/people", url.Values{"guests": {"new@out.example"}}); r.Status != 303 {
		t.Fatal(r.Status, r.Body)
	}
	assertNotContains(t, olga.Get(at), `value="new@out.example"`, `id="invite-guests-e"`)
}

func TestEmptyLists_PromiseEmailOnlyIfItsSent(t *testing.T) {
	for key, promised := range map[string]bool{"": false, "re_test": true} {
		config := hookstest.Config()
		config.ResendKey = key
		w := buildWith(t, config)
		for _, path := range []string{appURL, appURL + "/sessions"} {
			r := w.As(w.paul).Get(path)
			assertPage(t, r, 200, "No upcoming sessions", "Sessions you&#39;re invited to appear here.")
			if got := strings.Contains(r.Body, "You also get an email for each invitation."); got != promised {
				t.Errorf("key %q: %s promises an email: %v, want %v", key, path, got, promised)
			}
		}
	}
}
