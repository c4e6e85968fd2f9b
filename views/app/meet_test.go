package app_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/record"
	"usher/hooks/sessions"
)

const meetURL = appURL + "/meet"

// runningOf is the session that the account hosts now.
func (l *roomFixture) runningOf(host *core.Record) *sessions.Session {
	l.t.Helper()
	r, err := l.App.FindFirstRecordByFilter("sessions", "host = {:host} && status = 'running'", dbx.Params{"host": host.Id})
	if err != nil {
		l.t.Fatal(err)
	}
	return &sessions.Session{Record: r}
}

func TestMeetNow_ButtonsForEveryoneWhoCanHost(t *testing.T) {
	l := newRoomFixture(t)
	l.addRooms()
	link := l.suite.Link(l.App)
	for _, path := range []string{appURL, appURL + "/calendar", roomsURL} {
		for _, who := range []*core.Record{l.owner, l.organizer} {
			assertPage(t, l.As(who).Get(path), 200, `action="`+meetURL+`"`, "Meet now")
		}
		for _, who := range []*core.Record{l.admin, l.member} {
			assertNotContains(t, l.As(who).Get(path), meetURL, "Meet now", link)
		}
	}
	for _, view := range []string{"", "?view=week"} {
		assertPage(t, l.As(l.other).Get(roomsURL+view), 200, `data-copy="`+link+`"`, "/r/"+l.suite.Slug())
	}
	assertPage(t, l.As(l.organizer).Get(appURL+"/find?q=meet"), 200, `action="`+meetURL+`"`)
	assertNotContains(t, l.As(l.member).Get(appURL+"/find?q=meet"), meetURL)
}

func TestMeetNow_LeadsIntoSessionWithItsLink(t *testing.T) {
	l := newRoomFixture(t)
	b := l.As(l.organizer)
	r := b.Post(meetURL, url.Values{"from": {"home"}})
	session := l.runningOf(l.organizer)
	if r.Status != 303 || r.Location != "/live/"+session.Id {
		t.Fatalf("got %d %s, want the session", r.Status, r.Location)
	}
	assertPage(t, b.Get(r.Location), 200, "Session with Olga", `value="`+session.Link(l.App)+`"`, "Copy link")
	if r := b.Get(meetURL); r.Status != 303 || r.Location != appURL {
		t.Errorf("reading it again: %d %s, want Home", r.Status, r.Location)
	}
}

func TestMeetNow_InRoom(t *testing.T) {
	l := newRoomFixture(t)
	l.addRooms()
	if r := l.As(l.organizer).Post(meetURL, url.Values{"from": {"rooms"}, "room": {l.bay.Id}}); r.Status != 303 || l.runningOf(l.organizer).RoomID() != l.bay.Id {
		t.Fatalf("got %d %s", r.Status, r.Location)
	}
	page := l.As(l.other).Get(roomsURL)
	assertPage(t, page, 200, "Meet now in Grading suite")
	assertNotContains(t, page, "Meet now in Edit bay")
	// A page that was opened before still has the button.
	r := l.As(l.other).Post(meetURL, url.Values{"from": {"rooms"}, "room": {l.bay.Id}})
	assertPage(t, r, 422, `id="meet-`+l.bay.Id+`-e"`, "is already booked:", `data-fresh-at="`+roomsURL+`"`)
	r = l.As(l.other).Post(meetURL, url.Values{"from": {"rooms"}, "room": {"nosuchroom00000"}})
	assertPage(t, r, 422, "This team has no such room.")
}

func TestMeetNow_WithoutLicence_SaysWhyNextToButton(t *testing.T) {
	l := newRoomFixture(t)
	l.addRooms()
	hookstest.Exec(t, l.App, "UPDATE teams SET licences = 0", nil)
	for from, path := range map[string]string{"home": appURL, "calendar": appURL + "/calendar"} {
		r := l.As(l.organizer).Post(meetURL, url.Values{"from": {from}})
		assertPage(t, r, 422, `href="#meet-now"`, "This team has no licences", `id="meet-now"`, `data-fresh-at="`+path+`"`)
	}
	r := l.As(l.organizer).Post(meetURL, url.Values{"from": {"rooms"}, "room": {l.suite.Id}})
	assertPage(t, r, 422, `id="meet-`+l.suite.Id+`-e"`, "This team has no licences")
	if n := hookstest.Count(t, l.App, "sessions", dbx.HashExp{"status": "running"}); n != 0 {
		t.Errorf("%d sessions run", n)
	}
}

func TestMeetNow_ByOthers_IsRefused(t *testing.T) {
	l := newRoomFixture(t)
	for _, who := range []*core.Record{l.admin, l.member, l.guest} {
		if r := l.As(who).Post(meetURL, nil); r.Status != 403 {
			t.Errorf("%s: %d, want 403", who.Email(), r.Status)
		}
	}
	if r := l.As(hookstest.Account(t, l.App, "stranger@halation.example")).Post(meetURL, nil); r.Status != 404 {
		t.Errorf("a stranger: %d, want 404", r.Status)
	}
	if r := l.Anonymous().Post(meetURL, nil); r.Status != 303 || !strings.HasPrefix(r.Location, "/signin") {
		t.Errorf("nobody: %d %s", r.Status, r.Location)
	}
}

// A room that is booked too soon for a session has no button.
func TestMeetNow_RoomBookedSoon_HasNoButton(t *testing.T) {
	l := newRoomFixture(t)
	l.addRooms()
	starts := time.Now().Add(10 * time.Minute)
	hookstest.Exec(t, l.App, "UPDATE sessions SET starts = {:starts}, ends = {:ends} WHERE room = {:room}",
		dbx.Params{"room": l.suite.Id, "starts": record.FormatTime(starts), "ends": record.FormatTime(starts.Add(time.Hour))})
	page := l.As(l.organizer).Get(roomsURL)
	assertNotContains(t, page, "Meet now in Grading suite")
	assertPage(t, page, 200, "Meet now in Edit bay")
}
