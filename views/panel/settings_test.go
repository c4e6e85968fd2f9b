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

func (s *scene) now() *teams.Team {
	s.t.Helper()
	team, err := teams.Find(s.App, s.team.Id)
	if err != nil {
		s.t.Fatal(err)
	}
	return team
}

func profile() url.Values {
	return url.Values{"name": {"Halation & Sons"}, "description": {"Grading and sound."}, "timezone": {"Europe/Lisbon"}}
}

func TestAdminsChangeTheTeamAndSeeItAtOnce(t *testing.T) {
	s := open(t, true)
	b := s.As(s.admin)
	want(t, b.Get(s.path("/settings")), http.StatusOK, "60 characters at most", "500 characters at most", "up to 1 MB", "Only the Owner decides this", "disabled")
	form := profile()
	form.Set("open", "yes") // forged: the box is disabled for Admins
	went(t, b, b.Post(s.path("/settings"), form), s.path("/settings"), "Settings saved.")
	has(t, b.Get(s.path("/users")), "<strong>Halation & Sons</strong>")
	if now := s.now(); now.GetBool("admins_manage_admins") || now.Description() != "Grading and sound." || now.Zone().String() != "Europe/Lisbon" {
		t.Fatal(now.PublicExport())
	}
	owner := s.As(s.owner)
	went(t, owner, owner.Post(s.path("/settings"), form), s.path("/settings"), "")
	if !s.now().GetBool("admins_manage_admins") {
		t.Fatal("the Owner did not open it")
	}
	went(t, b, b.Post(s.path("/settings"), profile()), s.path("/settings"), "")
	if !s.now().GetBool("admins_manage_admins") {
		t.Fatal("an Admin closed it")
	}
	owner.Post(s.path("/settings"), profile())
	if s.now().GetBool("admins_manage_admins") {
		t.Fatal("the Owner did not close it")
	}
}

func TestAWrongSettingIsToldBesideItsFieldAndKept(t *testing.T) {
	s := open(t, true)
	b := s.As(s.owner)
	for field, value := range map[string]string{"name": strings.Repeat("x", 61), "description": strings.Repeat("y", 501), "timezone": "Mars/Base"} {
		form := profile()
		form.Set(field, value)
		r := b.Post(s.path("/settings"), form)
		want(t, r, http.StatusUnprocessableEntity, value, `id="`+field+`-e"`, `href="#`+field+`"`, "<strong>Halation Post</strong>")
	}
	form := profile()
	form.Set("name", "<script>alert(1)</script>\x00")
	r := b.Post(s.path("/settings"), form)
	if r.Status != http.StatusUnprocessableEntity || strings.Contains(r.Body, "<script>alert") {
		t.Fatal(r.Status)
	}
}

func picture(t *testing.T, side int) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, side, side))); err != nil {
		t.Fatal(err)
	}
	return &b
}

func TestALogoIsShownAndRemoved(t *testing.T) {
	s := open(t, true)
	b := s.As(s.owner)
	r := s.upload(b, s.path("/settings"), profile(), "logo", picture(t, 64))
	went(t, b, r, s.path("/settings"), "Settings saved.")
	logo := s.now().LogoPath()
	has(t, b.Get(s.path("/users")), `src="`+logo+`"`)
	has(t, b.Get(s.path("/settings")), "Remove the logo")
	form := profile()
	form.Set("drop", "yes")
	b.Post(s.path("/settings"), form)
	if s.now().LogoPath() != "" {
		t.Fatal("the logo is still there")
	}
}

func TestALogoThatCannotBeIsToldBesideItsField(t *testing.T) {
	s := open(t, true)
	b := s.As(s.owner)
	r := s.upload(b, s.path("/settings"), profile(), "logo", strings.NewReader("GIF89a, or not"))
	want(t, r, http.StatusUnprocessableEntity, "no picture that we can read", `id="logo-e"`, "Grading and sound.")
	r = s.upload(b, s.path("/settings"), profile(), "logo", picture(t, 2049))
	want(t, r, http.StatusUnprocessableEntity, "2048 by 2048")
	r = s.upload(b, s.path("/settings"), profile(), "logo", zeros(50<<20))
	want(t, r, http.StatusRequestEntityTooLarge, "larger than 1 MB", `id="logo-e"`, "Grading and sound.", "Halation & Sons")
	if s.now().Name() != "Halation Post" {
		t.Fatal("half of the form was saved")
	}
}

func TestThePlanIsShownWithRealNumbers(t *testing.T) {
	s := open(t, true)
	r := s.As(s.admin).Get(s.path("/settings"))
	want(t, r, http.StatusOK, "<b>Pro</b>", "2 of 5 Admin seats used, 0 reserved, 3 free", "2 of 25 Organizer seats used", "mailto:help@usher.test")
	hasNot(t, r, "Longest session", "Storage", "Sessions at once")
}

func TestTestLettersGoToTheirOwnAskerThreeAMinute(t *testing.T) {
	off := open(t, false)
	silent := off.As(off.admin).Get(off.path("/settings"))
	want(t, silent, http.StatusOK, "Mail is off.", "usher user confirm ADDRESS", "Send me a test letter")
	hasNot(t, silent, "Sender")
	s := open(t, true)
	b := s.As(s.admin)
	want(t, b.Get(s.path("/settings")), http.StatusOK, "Sender", "Letters leave through Resend.", "Usher <usher@usher.test>", "Send me a test letter")
	var at string
	for range 3 {
		r := b.Post(s.path("/settings/test-letter"), nil)
		if at = r.Location; r.Status != http.StatusSeeOther {
			t.Fatal(r.Status, words(r.Body))
		}
	}
	r := b.Post(s.path("/settings/test-letter"), nil)
	want(t, r, http.StatusTooManyRequests)
	if r.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	at, _, _ = strings.Cut(at, "#")
	want(t, b.Get(at), http.StatusOK, "Test letter to jonas@halation.example", "Queued")
	_, letter, _ := strings.Cut(at, "letter=")
	want(t, s.fragment(b, s.path("/settings/test-letter/"+letter), "div#test-letter"), http.StatusOK, "Queued")
	for _, path := range []string{"/settings?letter=" + letter, "/settings?letter=nope"} {
		r := s.As(s.owner).Get(s.path(path))
		want(t, r, http.StatusOK)
		hasNot(t, r, "Test letter to")
	}
	want(t, s.As(s.owner).Get(s.path("/settings/test-letter/"+letter)), http.StatusNotFound)
	if n := hookstest.Count(t, s.App, "outbox"); n != 3 {
		t.Fatalf("%d letters", n)
	}
}

func TestEveryMemberMayHostIsOfferedWhereSeatsAreUnlimited(t *testing.T) {
	s := open(t, true)
	b := s.As(s.admin)
	want(t, b.Get(s.path("/settings")), http.StatusOK, "Every member may host", "Not on your plan: its Organizer seats are limited")
	form := profile()
	form.Set("hosts", "yes") // forged: the box is disabled
	went(t, b, b.Post(s.path("/settings"), form), s.path("/settings"), "Settings saved.")
	if s.now().GetString("members_host") != "" {
		t.Error("said where it cannot be")
	}
	plan, err := s.App.FindFirstRecordByData("plans", "key", "unlimited")
	if err != nil {
		t.Fatal(err)
	}
	team := s.now()
	team.Set("plan", plan.Id)
	if err := s.App.Save(team); err != nil {
		t.Fatal(err)
	}
	r := b.Get(s.path("/settings"))
	want(t, r, http.StatusOK, `name="hosts" value="yes" checked>`, "Guests never host")
	went(t, b, b.Post(s.path("/settings"), profile()), s.path("/settings"), "")
	if s.now().GetString("members_host") != "off" {
		t.Error("it was not turned off")
	}
	went(t, b, b.Post(s.path("/settings"), form), s.path("/settings"), "")
	if s.now().GetString("members_host") != "on" {
		t.Error("it was not turned on")
	}
}

func TestTheSettingsSayWhatEndsWhenNotEveryMemberMayHostAnyMore(t *testing.T) {
	s := open(t, true)
	plan, err := s.App.FindFirstRecordByData("plans", "key", "unlimited")
	if err != nil {
		t.Fatal(err)
	}
	team := s.now()
	team.Set("plan", plan.Id)
	if err := s.App.Save(team); err != nil {
		t.Fatal(err)
	}
	b := s.As(s.admin)
	hookstest.Session(t, s.App, s.organizer, s.team, sessions.Form{Title: "Kept"})
	hasNot(t, b.Get(s.path("/settings")), "Turning it off cancels")
	lost := hookstest.Session(t, s.App, s.member, s.team, sessions.Form{Title: "Lost"})
	has(t, b.Get(s.path("/settings")), "Turning it off cancels 1 session.", "Its host is a member without the Organizer role")
	hookstest.Session(t, s.App, s.member, s.team, sessions.Form{Title: "Lost, too", Starts: time.Now().Add(72 * time.Hour)})
	has(t, b.Get(s.path("/settings")), "Turning it off cancels 2 sessions.", "whoever is asked gets a letter")
	wrong := profile()
	wrong.Set("name", "")
	want(t, b.Post(s.path("/settings"), wrong), http.StatusUnprocessableEntity, "Turning it off cancels 2 sessions.")
	went(t, b, b.Post(s.path("/settings"), profile()), s.path("/settings"), "Settings saved.")
	hasNot(t, b.Get(s.path("/settings")), "Turning it off cancels")
	if got := hookstest.Stored(t, s.App, "sessions", lost.Id).GetString("status"); got != sessions.Cancelled {
		t.Error(got)
	}
}
