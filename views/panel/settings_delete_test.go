package panel_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

func TestDeleteTeam_OwnerTypesTheName_DeletesIt(t *testing.T) {
	s := newFixture(t, true)
	hookstest.Invite(t, s.App, s.owner, s.team, "lucia@halation.example")
	hookstest.ScheduleSession(t, s.App, s.organizer, s.team, sessions.Form{Rule: "FREQ=DAILY;COUNT=3"})
	past := hookstest.ScheduleSession(t, s.App, s.organizer, s.team, sessions.Form{})
	hookstest.Exec(t, s.App, "UPDATE sessions SET status = 'ended' WHERE id = {:id}", dbx.Params{"id": past.Id})
	for _, sid := range []string{"PA_1", "PA_2"} {
		if err := s.App.SaveNoValidate(hookstest.NewRecord(t, s.App, "attendances", map[string]any{"team": s.team.Id, "session": past.Id, "sid": sid, "joined": time.Now().Add(-time.Hour), "left": time.Now()})); err != nil {
			t.Fatal(err)
		}
	}
	at := s.path("/settings/delete")
	admin, b := s.As(s.admin), s.As(s.owner)
	assertNotContains(t, admin.Get(s.path("/settings")), "/settings/delete")
	assertPage(t, admin.Get(at), http.StatusForbidden, "Only the Owner can delete the team.")
	assertPage(t, admin.Post(at, url.Values{"name": {"Halation Post"}}), http.StatusForbidden)
	assertContains(t, b.Get(s.path("/settings")), at)
	assertPage(t, b.Get(at), http.StatusOK, "Deleted immediately and permanently", "1 pending, 0 closed", "3 sessions", "1 session", "2 records", "0 tags", "0 imports", "0 rooms", "4 members, 1 guest", "Kept", "other teams", "audit log", "Type “Halation Post”")
	for _, typed := range []string{"", "halation post", "Grain and Gate"} {
		assertPage(t, b.Post(at, url.Values{"name": {typed}}), http.StatusUnprocessableEntity, "There is a problem", "Enter it exactly as", `value="`+typed+`"`)
	}
	if hookstest.Count(t, s.App, "teams") != 2 {
		t.Fatal("a wrong name deleted a team")
	}
	assertRedirect(t, b, b.Post(at, url.Values{"name": {" Halation Post "}}), "/teams", "Halation Post was deleted.")
	for _, path := range []string{"", "/users", "/settings", "/settings/delete"} {
		assertPage(t, admin.Get(s.path(path)), http.StatusGone, "Halation Post was deleted")
		assertPage(t, b.Get(s.path(path)), http.StatusGone, "Halation Post was deleted")
	}
	if hookstest.Count(t, s.App, "memberships", dbx.HashExp{"team": s.foreign.Id}) != 1 {
		t.Error("the other team was touched")
	}
}

func TestDeleteTeam_Blocked_SaysWhyInsteadOfTheForm(t *testing.T) {
	s := newFixture(t, true)
	teams.BlockDeleteWhile(s.App, func(core.App, string) error {
		return errs.Invalid("base", "session_running", "The session Dailies is running. End it first.")
	})
	b := s.As(s.owner)
	at := s.path("/settings/delete")
	for _, r := range []struct {
		status int
		name   string
	}{{http.StatusOK, ""}, {http.StatusUnprocessableEntity, "Halation Post"}} {
		reply := b.Get(at)
		if r.name != "" {
			reply = b.Post(at, url.Values{"name": {r.name}})
		}
		assertPage(t, reply, r.status, "This team can't be deleted right now.", "The session Dailies is running. End it first.")
		assertNotContains(t, reply, `name="name"`)
	}
}

func TestDeleteTeam_SaysWhetherEmailIsSent(t *testing.T) {
	for emails, sentences := range map[bool][]string{
		true:  {"Upcoming sessions: cancelled, and we email their invitees", "We email its Admins and the invitees of upcoming sessions."},
		false: {"Email isn't set up, so tell your team and the invitees of upcoming sessions yourself."},
	} {
		s := newFixture(t, emails)
		page := s.As(s.owner).Get(s.path("/settings/delete"))
		assertContains(t, page, sentences...)
		if !emails {
			assertNotContains(t, page, "we email", "We email")
		}
	}
}
