package sessions_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

// personalCode is the personal code of an address in a session.
func (s *fixture) personalCode(session *sessions.Session, address string) string {
	s.Helper()
	p, err := sessions.FindParticipantByEmail(s.app, session.Id, address)
	if err != nil {
		s.Fatal(err)
	}
	code, err := sessions.PersonalCode(s.app, p)
	if err != nil {
		s.Fatal(err)
	}
	return code
}

// resolveLink is what a code opens: the day of the session, or "removed" or "unknown".
func (s *fixture) resolveLink(code string) string {
	s.Helper()
	lead, err := sessions.ResolveLink(s.app, code)
	switch {
	case errors.Is(err, errs.ErrNotFound):
		return "unknown"
	case err != nil:
		s.Fatal(err)
	case lead.Removed:
		return "removed"
	}
	return strings.TrimSpace(lead.Session.Status() + " " + daysAhead(lead.Session.Starts()))
}

func daysAhead(at time.Time) string {
	return at.Truncate(24 * time.Hour).Sub(time.Now().UTC().Truncate(24 * time.Hour)).String()
}

func (s *fixture) setGuests(session *sessions.Session, scope sessions.Scope, guests ...string) {
	s.Helper()
	form, err := sessions.FormOf(s.app, s.reload(session.Id))
	if err != nil {
		s.Fatal(err)
	}
	form.Guests, form.Overwrite = guests, true
	if err := sessions.Change(s.app, s.actor("organizer"), session.Id, form, scope); err != nil {
		s.Fatal(err)
	}
}

func TestPersonalLink_Series_LeadsToRunningOrNextSession(t *testing.T) {
	s := newFixture(t, "pro")
	first := s.newSession(sessions.Form{Starts: daysFromNow(1, 10), Rule: "FREQ=DAILY;COUNT=4", Guests: []string{"zed@out.example"}})
	all, _ := sessions.ListInSeries(s.app, first.SeriesID())
	code := s.personalCode(first, "zed@out.example")
	for n, one := range all {
		if got := s.personalCode(one, "zed@out.example"); got != code {
			t.Errorf("session %d has a link of its own, want %v", n, code)
		}
	}
	want := func(what, leads string) {
		t.Helper()
		if got := s.resolveLink(code); got != leads {
			t.Errorf("%s: leads to %q, want %q", what, got, leads)
		}
	}
	become := func(one *sessions.Session, status string) {
		t.Helper()
		hookstest.Exec(t, s.app, "UPDATE sessions SET status = {:status} WHERE id = {:id}", dbx.Params{"id": one.Id, "status": status})
	}
	want("scheduled", "scheduled 24h0m0s")
	s.setGuests(all[0], sessions.ScopeSession)
	want("taken off the first", "scheduled 48h0m0s")
	become(all[2], sessions.Running)
	want("the third runs", "running 72h0m0s")
	become(all[2], sessions.Ended)
	want("the third is over", "scheduled 48h0m0s")
	hookstest.Exec(t, s.app, "UPDATE participants SET state = 'out' WHERE session = {:id} AND email = 'zed@out.example'", dbx.Params{"id": all[1].Id})
	want("out of the second", "scheduled 96h0m0s")
	s.setGuests(all[0], sessions.ScopeSession, "zed@out.example")
	want("back on the first", "scheduled 24h0m0s")
	if got := s.personalCode(s.reload(all[0].Id), "zed@out.example"); got != code {
		t.Error("an invitee who was invited again got another link")
	}
	for _, one := range all {
		become(one, sessions.Cancelled)
	}
	want("all are cancelled", "cancelled 96h0m0s")
}

func TestPersonalLink_RemovedInvitee_LeadsToRemoved(t *testing.T) {
	s := newFixture(t, "pro")
	first := s.newSession(sessions.Form{Starts: daysFromNow(1, 10), Rule: "FREQ=DAILY;COUNT=3", Guests: []string{"zed@out.example", "kim@out.example"}})
	all, _ := sessions.ListInSeries(s.app, first.SeriesID())
	zed, kim := s.personalCode(first, "zed@out.example"), s.personalCode(first, "kim@out.example")
	s.setGuests(first, sessions.ScopeSeries, "kim@out.example")
	if got := s.resolveLink(zed); got != "removed" {
		t.Errorf("removed from the series: %q, want %q", got, "removed")
	}
	hookstest.Exec(t, s.app, "UPDATE sessions SET status = 'ended' WHERE id = {:id}", dbx.Params{"id": all[0].Id})
	s.setGuests(all[1], sessions.ScopeSeries)
	if got := s.resolveLink(kim); got != "removed" {
		t.Errorf("was in the first, then removed: %q, want %q", got, "removed")
	}
	hookstest.Exec(t, s.app, "UPDATE sessions SET status = 'ended' WHERE series = {:id}", dbx.Params{"id": first.SeriesID()})
	if got := s.resolveLink(kim); got != "ended 24h0m0s" {
		t.Errorf("was in the first, and the series is over: %q, want %q", got, "ended 24h0m0s")
	}
	alone := s.newSession(sessions.Form{Title: "Alone", Guests: []string{"zed@out.example"}})
	code := s.personalCode(alone, "zed@out.example")
	s.setGuests(alone, sessions.ScopeSession)
	if got := s.resolveLink(code); got != "removed" {
		t.Errorf("removed from a session: %q, want %q", got, "removed")
	}
	if got := s.resolveLink("usp_nowhere"); got != "unknown" {
		t.Errorf("an unknown code: got %q, want %q", got, "unknown")
	}
}

func TestPersonalLink_SingleSessionInvitee_KeepsLinkWhenInvitedToSeries(t *testing.T) {
	s := newFixture(t, "pro")
	first := s.newSession(sessions.Form{Starts: daysFromNow(1, 10), Rule: "FREQ=DAILY;COUNT=3"})
	all, _ := sessions.ListInSeries(s.app, first.SeriesID())
	s.setGuests(all[1], sessions.ScopeSession, "zed@out.example")
	code := s.personalCode(all[1], "zed@out.example")
	if got := s.resolveLink(code); got != "scheduled 48h0m0s" {
		t.Errorf("invited to one: %q, want %q", got, "scheduled 48h0m0s")
	}
	s.setGuests(all[1], sessions.ScopeSeries, "zed@out.example")
	if got := s.resolveLink(code); got != "scheduled 24h0m0s" || s.personalCode(first, "zed@out.example") != code {
		t.Errorf("invited to all: %q, want %q and %v", got, "scheduled 24h0m0s", code)
	}
	twin := s.newSession(sessions.Form{Starts: daysFromNow(1, 12), Rule: "FREQ=DAILY;COUNT=3", Guests: []string{"zed@out.example"}})
	if s.personalCode(twin, "zed@out.example") == code {
		t.Error("another series has the same link")
	}
}

func TestPersonalLink_FollowsChangedAddress(t *testing.T) {
	s := newFixture(t, "pro")
	first := s.newSession(sessions.Form{Starts: daysFromNow(1, 10), Rule: "FREQ=DAILY;COUNT=2", Guests: []string{"guest@x.example"}})
	code := s.personalCode(first, "guest@x.example")
	guest := s.users["guest"]
	guest.SetEmail("moved@x.example")
	if err := s.app.Save(guest); err != nil {
		t.Fatal(err)
	}
	s.setGuests(first, sessions.ScopeSession)
	s.setGuests(first, sessions.ScopeSession, "moved@x.example")
	if got := s.personalCode(s.reload(first.Id), "moved@x.example"); got != code || s.resolveLink(code) != "scheduled 24h0m0s" {
		t.Errorf("the link is another one, or leads to %q, want %v and %q", s.resolveLink(code), code, "scheduled 24h0m0s")
	}
}
