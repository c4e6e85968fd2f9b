package app_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
)

func TestInvitees_EmailOff_HostCopiesPersonalLinks(t *testing.T) {
	w := newFixture(t)
	olga := w.As(w.olga)
	if body := olga.Get(appURL + "/sessions/new").Body; !strings.Contains(body, "Email isn&#39;t set up.") {
		t.Error("the form doesn't say that email is off")
	}
	if r := olga.Post(appURL+"/sessions/new", sessionForm("guests", "zed@out.example")); r.Status >= 400 {
		t.Fatal(r.Status)
	}
	s := w.newSession("Review", sessions.Form{Guests: []string{"Zed <zed@out.example>"}}, w.paul)
	at := appURL + "/sessions/" + s.Id
	body := olga.Get(at).Body
	zed, err := sessions.FindParticipantByEmail(w.App, s.Id, "zed@out.example")
	if err != nil {
		t.Fatal(err)
	}
	link := at + "/people/" + zed.Id + "/link"
	for _, want := range []string{"Email isn&#39;t set up.", "Email not sent", `action="` + link + `"`, "Copy personal link"} {
		if !strings.Contains(body, want) {
			t.Errorf("the details have no %q, want it to contain %q", want, want)
		}
	}
	if strings.Contains(body, "Resend invitation") || strings.Contains(body, "/s/usp_") {
		t.Error("the details offer to resend without email, or show a personal link unasked")
	}
	r := olga.Post(link, url.Values{})
	at0 := strings.Index(r.Body, "/s/usp_")
	if r.Status != 200 || at0 < 0 || !strings.Contains(r.Body, "Personal link for Zed") {
		t.Fatalf("status %d, and no link, want 200, at least 0 and it with %q", r.Status, "Personal link for Zed")
	}
	code := r.Body[at0+3 : at0+3+47]
	if lead, err := sessions.ResolveLink(w.App, code); err != nil || !lead.Shown || lead.Participant.Id != zed.Id {
		t.Errorf("%q leads to %+v, %v", code, lead, err)
	}
	if rows := strings.Join(hookstest.QueryRows(t, w.App, "SELECT * FROM personal_codes"), "\n"); strings.Contains(rows, code) {
		t.Error("the code is stored in clear")
	}
	for _, c := range []struct {
		who    *core.Record
		status int
	}{{w.paul, 403}, {w.guest, 404}, {w.stranger, 404}, {w.admin, 200}} {
		if got := w.As(c.who).Post(link, url.Values{}).Status; got != c.status {
			t.Errorf("%s: status %d, want %d", c.who.Email(), got, c.status)
		}
	}
	if body := w.As(w.paul).Get(at).Body; strings.Contains(body, "Email not sent") || strings.Contains(body, "Copy personal link") {
		t.Error("an invitee sees the state of emails")
	}
}
