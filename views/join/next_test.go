package join_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/hooks/sessions"
	"usher/views/viewstest"
)

// newSeriesFixture is a lobby of a series whose first session is over, with the others.
func newSeriesFixture(t *testing.T) (*fixture, []*sessions.Session) {
	t.Helper()
	l := newFixture(t, sessions.Form{Rule: "FREQ=DAILY;COUNT=3"})
	l.setStatus(l.session, sessions.Ended)
	all, err := sessions.ListInSeries(l.server.App, l.session.SeriesID())
	if err != nil || len(all) != 3 {
		t.Fatal(len(all), err)
	}
	return l, all
}

// setStatus gives a session a state, past every rule.
func (l *fixture) setStatus(s *sessions.Session, status string) {
	l.Helper()
	hookstest.Exec(l.T, l.server.App, "UPDATE sessions SET status = {:status} WHERE id = {:id}", dbx.Params{"id": s.Id, "status": status})
}

// personalLinkTo is the personal link of an address to another session.
func (l *fixture) personalLinkTo(s *sessions.Session, address string) string {
	there := *l
	there.session = s
	return there.personalLink(address)
}

func TestNextSession_EndedSession_LinksToNext(t *testing.T) {
	l, all := newSeriesFixture(t)
	stranger := hookstest.Account(t, l.server.App, "stranger@x.example")
	leads := func(what string, b *viewstest.Browser, link, to string) {
		t.Helper()
		r := b.Get(link)
		assertReply(t, what, r, 410, "This session has ended")
		if to == "" {
			if strings.Contains(r.Body, "Next:") || countOtherLinks(r.Body, link) > 0 {
				t.Errorf("%s is led on, want no %q", what, "Next:")
			}
			return
		}
		assertReply(t, what, r, 410, "Next: ", `href="`+to+`"`, "You're invited to the next session of the series.")
		if countOtherLinks(r.Body, link) != 1 {
			t.Errorf("%s: the page names other links, want 1", what)
		}
		assertReply(t, what+", on", b.Get(to), 200, "Weekly review")
	}
	signedOut := l.server.Anonymous()
	opens := func(what string, b *viewstest.Browser, link string, s *sessions.Session) {
		t.Helper()
		assertReply(t, what, b.Get(link), 200, "Weekly review", s.Starts().Format("Monday 2 January"))
	}
	own := func(address string) string { return l.personalLinkTo(all[0], address) }
	opens("own link", signedOut, own("new@x.example"), all[1])
	opens("own link of somebody with an account", signedOut, own("outside@x.example"), all[1])
	opens("signed in, own link", l.server.As(l.guest), own("guest@x.example"), all[1])
	leads("signed in, the session's link", l.server.As(l.invitee), l.sessionLink(), own("outside@x.example"))
	leads("signed out, the session's link", signedOut, l.sessionLink(), "")
	leads("not asked", l.server.As(stranger), l.sessionLink(), "")
	assertReply(t, "another's link", l.server.As(stranger).Get(own("new@x.example")), 200, "This link is for another address")
	assertReply(t, "another's link, asked too", l.server.As(l.guest).Get(own("new@x.example")), 200, "This link is for another address")

	hookstest.Exec(t, l.server.App, "UPDATE participants SET state = 'out' WHERE session = {:id} AND email = 'new@x.example'", dbx.Params{"id": all[1].Id})
	opens("put out of the next", signedOut, own("new@x.example"), all[2])
	l.setStatus(all[1], sessions.Cancelled)
	opens("the next is off", signedOut, own("outside@x.example"), all[2])
	row, err := sessions.FindParticipantByEmail(l.server.App, all[2].Id, "outside@x.example")
	if err != nil {
		t.Fatal(err)
	}
	link := own("outside@x.example")
	if err := l.server.App.Delete(row); err != nil {
		t.Fatal(err)
	}
	assertReply(t, "removed from the last", signedOut.Get(link), 410, "You&#39;re no longer invited", "ask the person who invited you")
	assertReply(t, "removed from the last, signed in, the session's link", l.server.As(l.invitee).Get("/s/"+all[2].Code()), 200, "You&#39;re not invited")
	if _, err := members.Remove(l.server.App, hookstest.Actor(t, l.server.App, l.owner, l.team), l.guest.Id, members.Handover{}); err != nil {
		t.Fatal(err)
	}
	leads("not in the team any more", l.server.As(l.guest), l.sessionLink(), "")
	assertReply(t, "not in the team any more, own link", signedOut.Get(own("guest@x.example")), 403, "You&#39;re no longer a member of Halation Post")
	l.setStatus(all[2], sessions.Ended)
	assertReply(t, "the last", signedOut.Get(own("new@x.example")), 410, "This session has ended")
}

// A member who was removed from one session of a series finds the next one by its link.
func TestNextSession_RemovedFromOne_LinksToNext(t *testing.T) {
	l := newFixture(t, sessions.Form{Rule: "FREQ=DAILY;COUNT=3"})
	link := l.personalLink("guest@x.example")
	row, err := sessions.FindParticipantByEmail(l.server.App, l.session.Id, "guest@x.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.server.App.Delete(row); err != nil {
		t.Fatal(err)
	}
	assertReply(t, "the session's link", l.server.As(l.guest).Get(l.sessionLink()), 200, "You&#39;re not invited", "Next: ", `href="`+link+`"`, "invited to a later one in its series")
	assertReply(t, "the link of the email", l.server.Anonymous().Get(link), 200, "Weekly review")
}

// TestNextSession_LostPersonalCode_UsesSessionLink is as after a restore: no page writes.
func TestNextSession_LostPersonalCode_UsesSessionLink(t *testing.T) {
	l, all := newSeriesFixture(t)
	hookstest.Exec(t, l.server.App, "UPDATE personal_codes SET token_hash = 'x' || id", nil)
	assertReply(t, "after a restore", l.server.As(l.invitee).Get(l.sessionLink()), 410, `href="/s/`+all[1].Code()+`"`)
}

// countOtherLinks counts the personal links on a page besides its own.
func countOtherLinks(body, own string) int {
	n := strings.Count(body, "/s/usp_")
	if strings.HasPrefix(own, "/s/usp_") {
		n -= strings.Count(body, own+"/") + strings.Count(body, own+`"`)
	}
	return n
}
