package join_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
	"usher/views/viewstest"
)

// goesOn is a lobby of a series whose first session is over, with the others.
func goesOn(t *testing.T) (*lobby, []*sessions.Session) {
	t.Helper()
	l := openLobby(t, sessions.Form{Rule: "FREQ=DAILY;COUNT=3"})
	l.become(l.session, sessions.Ended)
	all, err := sessions.InSeries(l.server.App, l.session.SeriesID())
	if err != nil || len(all) != 3 {
		t.Fatal(len(all), err)
	}
	return l, all
}

// become gives a session a state, past every rule.
func (l *lobby) become(s *sessions.Session, status string) {
	l.Helper()
	hookstest.Exec(l.T, l.server.App, "UPDATE sessions SET status = {:status} WHERE id = {:id}", dbx.Params{"id": s.Id, "status": status})
}

// ownAt is the personal link of an address to another session.
func (l *lobby) ownAt(s *sessions.Session, address string) string {
	there := *l
	there.session = s
	return there.own(address)
}

func TestALinkToWhatIsOverLeadsOnInItsSeries(t *testing.T) {
	l, all := goesOn(t)
	stranger := hookstest.Person(t, l.server.App, "stranger@x.example")
	leads := func(what string, b *viewstest.Browser, link, to string) {
		t.Helper()
		r := b.Get(link)
		tells(t, what, r, 410, "This session has ended")
		if to == "" {
			if strings.Contains(r.Body, "Next:") || others(r.Body, link) > 0 {
				t.Errorf("%s is led on", what)
			}
			return
		}
		tells(t, what, r, 410, "Next: ", `href="`+to+`"`, "You're invited to the next session of the series.")
		if others(r.Body, link) != 1 {
			t.Errorf("%s: the page names other links", what)
		}
		tells(t, what+", on", b.Get(to), 200, "Weekly review")
	}
	nobody := l.server.Visitor()
	leads("own link", nobody, l.own("new@x.example"), l.ownAt(all[1], "new@x.example"))
	leads("own link of somebody with an account", nobody, l.own("outside@x.example"), l.ownAt(all[1], "outside@x.example"))
	leads("signed in, the session's link", l.server.As(l.outside), l.link(), l.ownAt(all[1], "outside@x.example"))
	leads("signed in, own link", l.server.As(l.guest), l.own("guest@x.example"), l.ownAt(all[1], "guest@x.example"))
	leads("nobody, the session's link", nobody, l.link(), "")
	leads("not asked", l.server.As(stranger), l.link(), "")
	leads("another's link", l.server.As(stranger), l.own("new@x.example"), "")
	leads("another's link, asked too", l.server.As(l.guest), l.own("new@x.example"), "")

	hookstest.Exec(t, l.server.App, "UPDATE participants SET state = 'out' WHERE session = {:id} AND email = 'new@x.example'", dbx.Params{"id": all[1].Id})
	leads("put out of the next", nobody, l.own("new@x.example"), l.ownAt(all[2], "new@x.example"))
	l.become(all[1], sessions.Cancelled)
	leads("the next is off", nobody, l.own("outside@x.example"), l.ownAt(all[2], "outside@x.example"))
	hookstest.Exec(t, l.server.App, "DELETE FROM participants WHERE session = {:id} AND email = 'outside@x.example'", dbx.Params{"id": all[2].Id})
	leads("not asked to the next", nobody, l.own("outside@x.example"), "")
	if _, err := sessions.Remove(l.server.App, hookstest.Actor(t, l.server.App, l.owner, l.team), l.guest.Id, ""); err != nil {
		t.Fatal(err)
	}
	leads("not in the team any more", l.server.As(l.guest), l.link(), "")
	leads("not in the team any more, own link", nobody, l.own("guest@x.example"), "")
	l.become(all[2], sessions.Ended)
	leads("the last", nobody, l.own("new@x.example"), "")
}

// TestALinkOnIsTheSessionsWhereTheRowDoesNotKnowItsOwn is as after a restore: no page writes.
func TestALinkOnIsTheSessionsWhereTheRowDoesNotKnowItsOwn(t *testing.T) {
	l, all := goesOn(t)
	hookstest.Exec(t, l.server.App, "UPDATE participants SET token_hash = 'x' || id WHERE session = {:id}", dbx.Params{"id": all[1].Id})
	tells(t, "after a restore", l.server.As(l.outside).Get(l.link()), 410, `href="/s/`+all[1].Code()+`"`)
}

// others counts the personal links on a page besides its own.
func others(body, own string) int {
	n := strings.Count(body, "/s/usp_")
	if strings.HasPrefix(own, "/s/usp_") {
		n -= strings.Count(body, own+"/") + strings.Count(body, own+`"`)
	}
	return n
}
