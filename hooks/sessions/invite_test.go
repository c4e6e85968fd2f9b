package sessions_test

import (
	"errors"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

func TestInvite_RunningSession_AddsAndEmails(t *testing.T) {
	s := newFixture(t, "pro")
	session := s.newRunning(sessions.Form{Guests: []string{"ada@out.example"}})
	for who, address := range map[string]string{"organizer": "zed@out.example", "owner": "yan@out.example", "admin": "xia@out.example"} {
		added, err := sessions.Invite(s.app, s.actor(who), session.Id, []string{address, "ada@out.example"})
		if err != nil || added != 1 {
			t.Errorf("%s: %d added, %v, want 1", who, added, err)
		}
		p, err := sessions.FindParticipantByEmail(s.app, session.Id, address)
		if err != nil || p.Role() != sessions.Attendee || p.State() != sessions.StateInvited {
			t.Fatalf("%s: %v, %v, want an invited attendee", who, p, err)
		}
		if n := hookstest.Count(t, s.app, "outbox", dbx.HashExp{"kind": mail.KindSessionInvitation, "recipient": address}); n != 1 {
			t.Errorf("%s: %d emails to %s, want 1", who, n, address)
		}
	}
}

func TestInvite_Refused(t *testing.T) {
	s := newFixture(t, "pro")
	session := s.newRunning(sessions.Form{MaxPeople: 3, Guests: []string{"ada@out.example", "bob@out.example"}})
	hookstest.Exec(t, s.app, "UPDATE participants SET state = 'out' WHERE email = 'bob@out.example'", nil)
	invite := func(who string, lines ...string) error {
		_, err := sessions.Invite(s.app, s.actor(who), session.Id, lines)
		return err
	}
	if err := invite("member", "zed@out.example"); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("a member who isn't invited: %v, want not found", err)
	}
	hookstest.AssertCode(t, "already invited", invite("organizer", "ada@out.example"), sessions.CodeAlreadyInvited)
	hookstest.AssertCode(t, "removed by a host", invite("organizer", "bob@out.example"), sessions.CodeRemoved)
	hookstest.AssertCode(t, "no address", invite("organizer"), "bad_email")
	hookstest.AssertCode(t, "not an address", invite("organizer", "zed@out.example", "zed"), "bad_email")
	hookstest.AssertCode(t, "one too many", invite("organizer", "zed@out.example", "yan@out.example"), sessions.CodeTooManyPeople)
	if n := hookstest.Count(t, s.app, "participants", dbx.HashExp{"session": session.Id}); n != 3 {
		t.Errorf("%d people after refusals, want 3", n)
	}
	hookstest.Exec(t, s.app, "UPDATE sessions SET status = 'ended'", nil)
	hookstest.AssertCode(t, "ended", invite("organizer", "zed@out.example"), sessions.CodeEnded)
}

func TestInviteAndChange_HostGone_AreRefused(t *testing.T) {
	s := newFixture(t, "pro")
	running, scheduled := s.newRunning(sessions.Form{}), s.newSession(sessions.Form{Starts: daysFromNow(2, 10)})
	hookstest.Exec(t, s.app, "UPDATE sessions SET host = ''", nil)
	_, err := sessions.Invite(s.app, s.actor("owner"), running.Id, []string{"zed@out.example"})
	hookstest.AssertCode(t, "invite", err, sessions.CodeNoHost)
	form, err := sessions.FormOf(s.app, s.reload(scheduled.Id))
	if err != nil {
		t.Fatal(err)
	}
	hookstest.AssertCode(t, "change", sessions.Change(s.app, s.actor("owner"), scheduled.Id, form, sessions.ScopeSession), sessions.CodeNoHost)
}

// The others are refused by the rule of participants, which has its own control.
func TestInvite_ConcurrentForTheLastPlace_InvitesOne(t *testing.T) {
	s := newFixture(t, "pro")
	session := s.newRunning(sessions.Form{MaxPeople: 2})
	hookstest.SlowWrites(s.app, "participants")
	addresses := []string{"zed@out.example", "yan@out.example", "xia@out.example"}
	results := hookstest.Race(len(addresses), func(n int) error {
		_, err := sessions.Invite(s.app, s.actor("organizer"), session.Id, addresses[n:n+1])
		return err
	})
	if won := hookstest.CountSucceeded(t, results, sessions.CodeTooManyPeople); won != 1 {
		t.Errorf("%d invited, want 1: %v", won, results)
	}
}
