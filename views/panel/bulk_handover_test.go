package panel_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/sessions"
	"usher/views/viewstest"
)

// hostAndStatus returns the current host and status of a session.
func (s *fixture) hostAndStatus(id string) (host, status string) {
	r := hookstest.FindRecord(s.t, s.App, "sessions", id)
	return r.GetString("host"), r.GetString("status")
}

func TestHandover_RemovedOrRevoked_HandsOverOrCancels(t *testing.T) {
	for _, c := range []struct {
		name, action, ask string
		form              url.Values
		says              string
	}{
		{"removed", "/remove", "/remove", url.Values{}, "Remove Theo from the team?"},
		{"revoked", "/revoke-role", "/revoke-role?role=organizer", url.Values{"role": {"organizer"}}, "Revoke the Organizer role from Theo?"},
	} {
		for _, handed := range []bool{true, false} {
			s := newFixture(t, true)
			session := hookstest.ScheduleSession(t, s.App, s.organizer, s.team, sessions.Form{Guests: []string{"asked@x.example"}})
			b := s.As(s.owner)
			assertPage(t, b.Get(s.userPath(s.organizer, c.ask)), http.StatusOK, c.says, "1 upcoming session loses its host. What happens to it?",
				"Cancel it", "Hand it over to Marta", "we email every invitee")
			assertNotContains(t, b.Get(s.userPath(s.organizer, c.ask)), "Hand it over to Theo", "Hand them over")
			form, host, status := url.Values{}, s.owner.Id, sessions.Scheduled
			for name, values := range c.form {
				form[name] = values
			}
			form.Set("handover", s.owner.Id)
			if !handed {
				form.Set("handover", "cancel")
				host, status = s.organizer.Id, sessions.Cancelled
			}
			if r := b.Post(s.userPath(s.organizer, c.action), form); r.Status >= 400 {
				t.Fatalf("%s: %d %s", c.name, r.Status, pageText(r.Body))
			}
			if nowHost, now := s.hostAndStatus(session.Id); now != status || nowHost != host {
				t.Errorf("%s, handed over %v: hosted by %s and %s, want %v and %v", c.name, handed, nowHost, now, status, host)
			}
		}
	}
}

func TestRemoveUser_HandoverToNonHost_IsRefused(t *testing.T) {
	s := newFixture(t, true)
	session := hookstest.ScheduleSession(t, s.App, s.organizer, s.team, sessions.Form{})
	r := s.As(s.owner).Post(s.userPath(s.organizer, "/remove"), url.Values{"handover": {s.member.Id}})
	assertPage(t, r, http.StatusUnprocessableEntity, "Choose someone who can host in this team")
	if _, status := s.hostAndStatus(session.Id); status != sessions.Scheduled || s.roles(s.organizer) == "gone" {
		t.Errorf("a refused removal left the session %s, want %v and anything but %q", status, sessions.Scheduled, "gone")
	}
}

func TestBulkRemove_HandsSessionsOver(t *testing.T) {
	s := newFixture(t, true)
	session := hookstest.ScheduleSession(t, s.App, s.organizer, s.team, sessions.Form{})
	b := s.As(s.owner)
	question := b.Get(s.selectedPath("remove", s.organizer.Id, s.member.Id))
	assertPage(t, question, http.StatusOK, "1 upcoming session loses its host")
	form := dialogForm(t, question)
	form.Set("handover", s.owner.Id)
	s.assertResult(b, b.Post(s.path("/users/selected"), form), "2 users were removed from the team", "Handed over: 1 session.")
	if host, status := s.hostAndStatus(session.Id); host != s.owner.Id || status != sessions.Scheduled {
		t.Errorf("hosted by %s and %s, want %v and %v", host, status, s.owner.Id, sessions.Scheduled)
	}
}

func TestHandover_Series_CountsEverySession(t *testing.T) {
	s := newFixture(t, true)
	hookstest.ScheduleSession(t, s.App, s.organizer, s.team, sessions.Form{Rule: "FREQ=DAILY;COUNT=3"})
	assertPage(t, s.As(s.owner).Get(s.userPath(s.organizer, "/revoke-role?role=organizer")), http.StatusOK,
		"3 upcoming sessions lose their host. What happens to them?", "Cancel them", "Hand them over to Marta", "we email every invitee")
}

// TestRevokeRole_BecomesGuest_AsksForHandover runs in a team where all members can host: a former guest without a role is
// a guest again.
func TestRevokeRole_BecomesGuest_AsksForHandover(t *testing.T) {
	s := newFixture(t, true)
	hookstest.Exec(t, s.App, "UPDATE memberships SET came_as_guest = TRUE WHERE user = {:user}", map[string]any{"user": s.organizer.Id})
	s.team.Set("organizer_seats", -1)
	if err := s.App.Save(s.team); err != nil {
		t.Fatal(err)
	}
	session := hookstest.ScheduleSession(t, s.App, s.organizer, s.team, sessions.Form{})
	b, path := s.As(s.owner), s.userPath(s.organizer, "/revoke-role")
	assertPage(t, b.Get(path+"?role=organizer"), http.StatusOK, "1 upcoming session loses its host")
	if r := b.Post(path, url.Values{"role": {"organizer"}, "handover": {s.owner.Id}}); r.Status >= 400 {
		t.Fatalf("%d %s", r.Status, pageText(r.Body))
	}
	if host, status := s.hostAndStatus(session.Id); host != s.owner.Id || status != sessions.Scheduled {
		t.Errorf("hosted by %s and %s, want %v and %v", host, status, s.owner.Id, sessions.Scheduled)
	}
}

func TestRemoveUser_AdminWithSentInvitations_OffersToRevokeThem(t *testing.T) {
	for _, c := range []struct {
		name, ask, post string
		form            url.Values
		says, want      string
	}{
		{"removed", "/remove", "/remove", url.Values{"revoke_sent": {"1"}}, "Revoked: 2 invitations they had sent.", invitations.Revoked},
		{"removed, kept", "/remove", "/remove", url.Values{}, "was removed from the team.", invitations.Pending},
		{"role revoked", "/revoke-role?role=admin", "/revoke-role", url.Values{"role": {"admin"}, "revoke_sent": {"1"}}, "", invitations.Revoked},
		{"role revoked, and removed", "/revoke-role?role=admin", "/revoke-role", url.Values{"role": {"admin"}, "also": {"remove"}, "revoke_sent": {"1"}},
			"Revoked: 2 invitations they had sent.", invitations.Revoked},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newFixture(t, true)
			var sent []string
			for _, email := range []string{"nia@x.example", "pedro@x.example"} {
				sent = append(sent, hookstest.Invite(t, s.App, s.admin, s.team, email).ID)
			}
			b := s.As(s.owner)
			assertPage(t, b.Get(s.userPath(s.admin, c.ask)), http.StatusOK, "Also revoke the 2 pending invitations they sent", "nia@x.example, pedro@x.example", "checked")
			r := b.Post(s.userPath(s.admin, c.post), c.form)
			if r.Status >= 400 {
				t.Fatalf("%d %s", r.Status, pageText(r.Body))
			}
			if c.says != "" {
				assertPage(t, b.Get(r.Header.Get("Location")), http.StatusOK, c.says)
			}
			for _, id := range sent {
				if got := hookstest.FindRecord(t, s.App, "invitations", id).GetString("status"); got != c.want {
					t.Errorf("an invitation is %s, want %s", got, c.want)
				}
			}
		})
	}
	s := newFixture(t, true)
	assertNotContains(t, s.As(s.owner).Get(s.userPath(s.admin, "/remove")), "pending invitation")
}

func TestUsers_InvitationRevokedBeforeEmailSent_SaysNotSent(t *testing.T) {
	s := newFixture(t, true)
	id := hookstest.Invite(t, s.App, s.owner, s.team, "nia@x.example", "organizer").ID
	if _, err := invitations.Revoke(s.App, hookstest.Actor(t, s.App, s.owner, s.team), id); err != nil {
		t.Fatal(err)
	}
	b := s.As(s.owner)
	email, err := mail.FindNewest(s.App, id)
	if err != nil {
		t.Fatal(err)
	}
	if email.Status() != mail.Dropped {
		t.Skipf("the email was already sent: its status is %s", email.Status())
	}
	assertPage(t, b.Get(s.path("/users/"+id)), http.StatusOK, "Not sent: the invitation was revoked")
	assertNotContains(t, b.Get(s.path("/users/"+id)), "Failed")
	assertPage(t, b.Get(s.path("/users?status=revoked")), http.StatusOK, "email not sent")
}

// TestHandover_CancelIsNeverPreselected: handing over to the actor is preselected, and nothing if no one can take over.
func TestHandover_CancelIsNeverPreselected(t *testing.T) {
	s := newFixture(t, true)
	hookstest.ScheduleSession(t, s.App, s.organizer, s.team, sessions.Form{})
	b := s.As(s.owner)
	for _, page := range []string{s.userPath(s.organizer, "/remove"), s.userPath(s.organizer, "/revoke-role?role=organizer"), s.selectedPath("remove", s.organizer.Id)} {
		r := b.Get(page)
		if !strings.Contains(r.Body, `<option value="`+s.owner.Id+`" selected`) || strings.Contains(r.Body, `value="cancel" selected`) {
			t.Errorf("%s does not preselect who acts, want it to contain %q and no %q", page, `<option value="`+s.owner.Id+`" selected`, `value="cancel" selected`)
		}
	}
	hookstest.Exec(t, s.App, "UPDATE memberships SET organizer = FALSE WHERE user != {:user}", dbx.Params{"user": s.organizer.Id})
	r := b.Get(s.userPath(s.organizer, "/remove"))
	if !strings.Contains(r.Body, `<option value="" selected`) || strings.Contains(r.Body, `value="cancel" selected`) {
		t.Error("an option is preselected although no one can take over")
	}
}

// TestHandover_NoChoice_IsRefusedAtTheField: without a choice, no session is cancelled and no user is removed.
func TestHandover_NoChoice_IsRefusedAtTheField(t *testing.T) {
	const says = "Choose who takes over the sessions, or cancel them."
	for name, post := range map[string]func(s *fixture, b *viewstest.Browser, form url.Values) viewstest.Reply{
		"removed": func(s *fixture, b *viewstest.Browser, form url.Values) viewstest.Reply {
			return b.Post(s.userPath(s.organizer, "/remove"), form)
		},
		"role revoked": func(s *fixture, b *viewstest.Browser, form url.Values) viewstest.Reply {
			form.Set("role", "organizer")
			return b.Post(s.userPath(s.organizer, "/revoke-role"), form)
		},
		"several removed": func(s *fixture, b *viewstest.Browser, form url.Values) viewstest.Reply {
			form.Set("operation", "remove")
			form["person"] = []string{s.member.Id, s.organizer.Id}
			return b.Post(s.path("/users/selected"), form)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newFixture(t, true)
			session := hookstest.ScheduleSession(t, s.App, s.organizer, s.team, sessions.Form{})
			b := s.As(s.owner)
			for _, form := range []url.Values{{}, {"handover": {""}}} {
				r := post(s, b, form)
				assertPage(t, r, http.StatusUnprocessableEntity, says, "1 upcoming session loses its host")
				assertContains(t, r, `id="handover"`)
				assertContains(t, r, `aria-invalid="true"`)
			}
			if _, status := s.hostAndStatus(session.Id); status != sessions.Scheduled || s.roles(s.organizer) != "Organizer" || s.roles(s.member) == "gone" {
				t.Errorf("the session is %s, want %v, %q and anything but %q", status, sessions.Scheduled, "Organizer", "gone")
			}
			if r := post(s, b, url.Values{"handover": {"cancel"}}); r.Status >= 400 {
				t.Fatalf("%d %s", r.Status, pageText(r.Body))
			}
			if _, status := s.hostAndStatus(session.Id); status != sessions.Cancelled {
				t.Errorf("after the choice the session is %s, want %v", status, sessions.Cancelled)
			}
		})
	}
}
