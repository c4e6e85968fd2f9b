package panel_test

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
	"usher/hooks/teams"
)

func (s *fixture) reloadTeam() *teams.Team {
	s.t.Helper()
	team, err := teams.Find(s.App, s.team.Id)
	if err != nil {
		s.t.Fatal(err)
	}
	return team
}

func settingsForm() url.Values {
	return url.Values{"name": {"Halation & Sons"}, "slug": {"halation-post"}, "description": {"Grading and sound."}, "timezone": {"Europe/Lisbon"}}
}

func TestSettings_AdminSaves_IsShownImmediately(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.admin)
	assertPage(t, b.Get(s.path("/settings")), http.StatusOK, "60 characters at most", "500 characters at most", "up to 1 MB", "Only the Owner can change this", "disabled")
	form := settingsForm()
	form.Set("open", "yes") // forged: the box is disabled for Admins
	assertRedirect(t, b, b.Post(s.path("/settings"), form), s.path("/settings"), "Settings saved.")
	assertContains(t, b.Get(s.path("/users")), "Halation & Sons</bdi></strong>")
	if now := s.reloadTeam(); now.GetBool("admins_manage_admins") || now.Description() != "Grading and sound." || now.Zone().String() != "Europe/Lisbon" {
		t.Fatal(now.PublicExport())
	}
	owner := s.As(s.owner)
	assertRedirect(t, owner, owner.Post(s.path("/settings"), form), s.path("/settings"), "")
	if !s.reloadTeam().GetBool("admins_manage_admins") {
		t.Fatal("the Owner did not open it")
	}
	assertRedirect(t, b, b.Post(s.path("/settings"), settingsForm()), s.path("/settings"), "")
	if !s.reloadTeam().GetBool("admins_manage_admins") {
		t.Fatal("an Admin closed it")
	}
	owner.Post(s.path("/settings"), settingsForm())
	if s.reloadTeam().GetBool("admins_manage_admins") {
		t.Fatal("the Owner did not close it")
	}
}

func TestSettings_InvalidInput_KeepsTheForm(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.owner)
	for field, value := range map[string]string{"name": strings.Repeat("x", 61), "slug": "Not a link", "description": strings.Repeat("y", 501), "timezone": "Mars/Base"} {
		form := settingsForm()
		form.Set(field, value)
		r := b.Post(s.path("/settings"), form)
		assertPage(t, r, http.StatusUnprocessableEntity, value, `id="`+field+`-e"`, `href="#`+field+`"`, "Halation Post</bdi></strong>")
	}
	form := settingsForm()
	form.Set("name", "<script>alert(1)</script>\x00")
	r := b.Post(s.path("/settings"), form)
	if r.Status != http.StatusUnprocessableEntity || strings.Contains(r.Body, "<script>alert") {
		t.Fatal(r.Status)
	}
}

func TestSettings_NewLink_PreviousOneRedirects(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.admin)
	old := s.path("/settings")
	form := settingsForm()
	form.Set("slug", "halation")
	assertRedirect(t, b, b.Post(old, form), "/admin/halation/settings", "Settings saved.")
	for from, to := range map[string]string{
		old:                                "/admin/halation/settings",
		s.path("/users") + "?q=ada&seat=1": "/admin/halation/users?q=ada&seat=1",
		"/app/halation-post":               "/app/halation",
	} {
		if r := b.Get(from); r.Status != http.StatusSeeOther || r.Header.Get("Location") != to {
			t.Errorf("%s: got %d %s, want a redirect to %s", from, r.Status, r.Header.Get("Location"), to)
		}
	}
	form.Set("name", "Halation Two")
	assertRedirect(t, b, b.Post(old, form), "/admin/halation/settings", "Settings saved.") // a page opened before the change
	if got := s.reloadTeam(); got.Slug() != "halation" || got.Name() != "Halation Two" {
		t.Errorf("got %s %q, want halation and the new name", got.Slug(), got.Name())
	}
	assertPage(t, b.Get("/admin/"+s.team.Id+"/settings"), http.StatusOK, `value="halation"`) // by its id
}

func pngImage(t *testing.T, side int) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, side, side))); err != nil {
		t.Fatal(err)
	}
	return &b
}

func TestSettings_Logo_IsShownAndRemoved(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.owner)
	r := s.upload(b, s.path("/settings"), settingsForm(), "logo", pngImage(t, 64))
	assertRedirect(t, b, r, s.path("/settings"), "Settings saved.")
	logo := s.reloadTeam().LogoPath()
	assertContains(t, b.Get(s.path("/users")), `src="`+logo+`"`)
	assertContains(t, b.Get(s.path("/settings")), "Remove logo")
	form := settingsForm()
	form.Set("drop", "yes")
	b.Post(s.path("/settings"), form)
	if s.reloadTeam().LogoPath() != "" {
		t.Fatal("the logo is still there")
	}
}

func TestSettings_InvalidLogo_IsRefusedAtTheField(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.owner)
	r := s.upload(b, s.path("/settings"), settingsForm(), "logo", strings.NewReader("GIF89a, or not"))
	assertPage(t, r, http.StatusUnprocessableEntity, "a supported image", `id="logo-e"`, "Grading and sound.")
	r = s.upload(b, s.path("/settings"), settingsForm(), "logo", pngImage(t, 2049))
	assertPage(t, r, http.StatusUnprocessableEntity, "2048 by 2048")
	r = s.upload(b, s.path("/settings"), settingsForm(), "logo", zeros(50<<20))
	assertPage(t, r, http.StatusRequestEntityTooLarge, "larger than 1 MB", `id="logo-e"`, "Grading and sound.", "Halation & Sons")
	if s.reloadTeam().Name() != "Halation Post" {
		t.Fatal("half of the form was saved")
	}
}

func TestSendTestEmail_ThreeAMinute_OnlyForTheSender(t *testing.T) {
	off := newFixture(t, false)
	silent := off.As(off.admin).Get(off.path("/settings"))
	assertPage(t, silent, http.StatusOK, "Email isn't set up.", "usher user confirm ADDRESS", "Send test email")
	assertNotContains(t, silent, "Sender")
	s := newFixture(t, true)
	b := s.As(s.admin)
	assertPage(t, b.Get(s.path("/settings")), http.StatusOK, "Sender", "Emails are sent through Resend.", "Usher <usher@usher.test>", "Send test email")
	var at string
	for range 3 {
		r := b.Post(s.path("/settings/test-email"), nil)
		if at = r.Location; r.Status != http.StatusSeeOther {
			t.Fatal(r.Status, pageText(r.Body))
		}
	}
	r := b.Post(s.path("/settings/test-email"), nil)
	assertPage(t, r, http.StatusTooManyRequests)
	if r.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	at, _, _ = strings.Cut(at, "#")
	assertPage(t, b.Get(at), http.StatusOK, "Test email to jonas@halation.example", "Queued")
	_, email, _ := strings.Cut(at, "email=")
	assertPage(t, s.fragment(b, s.path("/settings/test-email/"+email), "div#test-email"), http.StatusOK, "Queued")
	for _, path := range []string{"/settings?email=" + email, "/settings?email=nope"} {
		r := s.As(s.owner).Get(s.path(path))
		assertPage(t, r, http.StatusOK)
		assertNotContains(t, r, "Test email to")
	}
	assertPage(t, s.As(s.owner).Get(s.path("/settings/test-email/"+email)), http.StatusNotFound)
	if n := hookstest.Count(t, s.App, "outbox"); n != 3 {
		t.Fatalf("%d emails, want 3", n)
	}
}

func TestSettings_MembersHost_NeedsUnlimitedSeats(t *testing.T) {
	s := newFixture(t, true)
	b := s.As(s.admin)
	assertPage(t, b.Get(s.path("/settings")), http.StatusOK, "All members can host", "Not available on your plan.")
	form := settingsForm()
	form.Set("hosts", "yes") // forged: the box is disabled
	assertRedirect(t, b, b.Post(s.path("/settings"), form), s.path("/settings"), "Settings saved.")
	if s.reloadTeam().GetString("members_host") != "" {
		t.Error("said where it cannot be")
	}
	s.putOnUnlimitedPlan()
	r := b.Get(s.path("/settings"))
	assertPage(t, r, http.StatusOK, `name="hosts" value="yes" checked>`, "Guests can never host")
	assertRedirect(t, b, b.Post(s.path("/settings"), settingsForm()), s.path("/settings"), "")
	if s.reloadTeam().GetString("members_host") != "off" {
		t.Error("it was not turned off")
	}
	assertRedirect(t, b, b.Post(s.path("/settings"), form), s.path("/settings"), "")
	if s.reloadTeam().GetString("members_host") != "on" {
		t.Error("it was not turned on")
	}
}

// putOnUnlimitedPlan lets all members of the team host.
func (s *fixture) putOnUnlimitedPlan() {
	s.t.Helper()
	plan, err := s.App.FindFirstRecordByData("plans", "key", "unlimited")
	if err != nil {
		s.t.Fatal(err)
	}
	team := s.reloadTeam()
	team.Set("plan", plan.Id)
	if err := s.App.Save(team); err != nil {
		s.t.Fatal(err)
	}
}

func TestSettings_MembersHostOff_SaysWhichSessionsAreCancelled(t *testing.T) {
	s := newFixture(t, true)
	s.putOnUnlimitedPlan()
	b := s.As(s.admin)
	hookstest.ScheduleSession(t, s.App, s.organizer, s.team, sessions.Form{Title: "Kept"})
	assertNotContains(t, b.Get(s.path("/settings")), "Turning this off cancels")
	lost := hookstest.ScheduleSession(t, s.App, s.member, s.team, sessions.Form{Title: "Lost"})
	assertContains(t, b.Get(s.path("/settings")), "Turning this off cancels 1 session.", "Its host isn't an Organizer")
	hookstest.ScheduleSession(t, s.App, s.member, s.team, sessions.Form{Title: "Lost, too", Starts: time.Now().Add(72 * time.Hour)})
	assertContains(t, b.Get(s.path("/settings")), "Turning this off cancels 2 sessions.", "All invitees get an email")
	wrong := settingsForm()
	wrong.Set("name", "")
	assertPage(t, b.Post(s.path("/settings"), wrong), http.StatusUnprocessableEntity, "Turning this off cancels 2 sessions.")
	assertRedirect(t, b, b.Post(s.path("/settings"), settingsForm()), s.path("/settings"), "Settings saved.")
	assertNotContains(t, b.Get(s.path("/settings")), "Turning this off cancels")
	if got := hookstest.FindRecord(t, s.App, "sessions", lost.Id).GetString("status"); got != sessions.Cancelled {
		t.Error(got)
	}
}

func TestSettings_MembersHostOff_SaysWhetherEmailIsSent(t *testing.T) {
	for emails, want := range map[bool]string{true: "All invitees get an email.", false: "Email isn't set up, so tell the invitees yourself."} {
		s := newFixture(t, emails)
		s.putOnUnlimitedPlan()
		hookstest.ScheduleSession(t, s.App, s.member, s.team, sessions.Form{Title: "Lost"})
		page := s.As(s.admin).Get(s.path("/settings"))
		assertContains(t, page, "Turning this off cancels 1 session.", want)
		if !emails {
			assertNotContains(t, page, "get an email")
		}
	}
}
