package panel_test

import (
	"net/http"
	"net/url"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
)

// hosts is who hosts a session now, and its state.
func (s *scene) hosts(id string) (host, status string) {
	r := hookstest.Stored(s.t, s.App, "sessions", id)
	return r.GetString("host"), r.GetString("status")
}

func TestTheSessionsOfWhoGoesAreHandedOverOrCancelled(t *testing.T) {
	for _, c := range []struct {
		name, deed, ask string
		form            url.Values
		says            string
	}{
		{"removed", "/remove", "/remove", url.Values{}, "Remove Theo from the team?"},
		{"revoked", "/revoke-role", "/revoke-role?role=organizer", url.Values{"role": {"organizer"}}, "Revoke the role Organizer of Theo?"},
	} {
		for _, handed := range []bool{true, false} {
			s := open(t, true)
			session := hookstest.Session(t, s.App, s.organizer, s.team, sessions.Form{Guests: []string{"asked@x.example"}})
			b := s.As(s.owner)
			want(t, b.Get(s.user(s.organizer, c.ask)), http.StatusOK, c.says, "Sessions to come that lose their host: 1", "Cancel them", "Hand them over to")
			hasNot(t, b.Get(s.user(s.organizer, c.ask)), "Hand them over to Theo")
			form, host, status := url.Values{}, s.owner.Id, sessions.Scheduled
			for name, values := range c.form {
				form[name] = values
			}
			form.Set("handover", s.owner.Id)
			if !handed {
				form.Set("handover", "")
				host, status = s.organizer.Id, sessions.Cancelled
			}
			if r := b.Post(s.user(s.organizer, c.deed), form); r.Status >= 400 {
				t.Fatalf("%s: %d %s", c.name, r.Status, words(r.Body))
			}
			if nowHost, now := s.hosts(session.Id); now != status || nowHost != host {
				t.Errorf("%s, handed over %v: hosted by %s and %s", c.name, handed, nowHost, now)
			}
		}
	}
}

func TestSessionsAreHandedOnlyToWhoMayHost(t *testing.T) {
	s := open(t, true)
	session := hookstest.Session(t, s.App, s.organizer, s.team, sessions.Form{})
	r := s.As(s.owner).Post(s.user(s.organizer, "/remove"), url.Values{"handover": {s.member.Id}})
	want(t, r, http.StatusUnprocessableEntity, "Hand the sessions to somebody else who may host in this team")
	if _, status := s.hosts(session.Id); status != sessions.Scheduled || s.roles(s.organizer) == "gone" {
		t.Errorf("a refused removal left the session %s", status)
	}
}

func TestManyAreRemovedAndOneTakesTheirSessions(t *testing.T) {
	s := open(t, true)
	session := hookstest.Session(t, s.App, s.organizer, s.team, sessions.Form{})
	b := s.As(s.owner)
	question := b.Get(s.chosen("remove", s.organizer.Id, s.member.Id))
	want(t, question, http.StatusOK, "Sessions to come that lose their host: 1")
	form := dialogForm(t, question)
	form.Set("handover", s.owner.Id)
	s.handed(b, b.Post(s.path("/users/selected"), form), "2 people were removed from the team", "Handed over: 1 session.")
	if host, status := s.hosts(session.Id); host != s.owner.Id || status != sessions.Scheduled {
		t.Errorf("hosted by %s and %s", host, status)
	}
}
