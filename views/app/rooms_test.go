package app_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/rooms"
	"usher/hooks/teams"
	"usher/views/viewstest"
)

// roomFixture is a team with an account in every role and two rooms, where the organizer has the first from 10:00 to 11:10
// tomorrow, in UTC.
type roomFixture struct {
	*viewstest.Server
	t                                             *testing.T
	owner, admin, organizer, other, member, guest *core.Record
	team                                          *teams.Team
	suite, bay                                    *rooms.Room
	day                                           string
}

const roomsURL = "/app/halation-post/rooms"

func newRoomFixture(t *testing.T) *roomFixture {
	t.Helper()
	l := &roomFixture{Server: viewstest.Serve(t, hookstest.Config()), t: t}
	l.owner = hookstest.Account(t, l.App, "marta@halation.example")
	l.team = hookstest.Team(t, l.App, l.owner, "Halation Post", "pro")
	l.admin = hookstest.Member(t, l.App, l.team, "adam@halation.example", "admin")
	l.organizer = hookstest.Member(t, l.App, l.team, "olga@halation.example", "organizer")
	l.other = hookstest.Member(t, l.App, l.team, "otto@halation.example", "organizer")
	l.member = hookstest.Member(t, l.App, l.team, "paul@halation.example")
	l.guest = hookstest.Guest(t, l.App, l.team, "gus@lantern.example")
	tomorrow := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)
	l.day = tomorrow.Format(time.DateOnly)
	return l
}

func (l *roomFixture) newRoom(name string) *rooms.Room {
	l.t.Helper()
	room, err := rooms.Create(l.App, hookstest.Actor(l.t, l.App, l.owner, l.team), rooms.Profile{Name: &name})
	if err != nil {
		l.t.Fatal(err)
	}
	return room
}

func (l *roomFixture) addRooms() {
	l.t.Helper()
	l.suite, l.bay = l.newRoom("Grading suite"), l.newRoom("Edit bay")
	l.book(l.suite, "10:00", 70)
}

func (l *roomFixture) book(room *rooms.Room, clock string, minutes int) {
	l.t.Helper()
	from, err := time.Parse("2006-01-02 15:04", l.day+" "+clock)
	if err != nil {
		l.t.Fatal(err)
	}
	r := hookstest.NewRecord(l.t, l.App, "sessions", map[string]any{"team": l.team.Id, "host": l.organizer.Id, "host_name": "Olga", "title": "Reel 4",
		"room": room.Id, "starts": from, "minutes": minutes, "ends": from.Add(time.Duration(minutes) * time.Minute), "timezone": "UTC",
		"status": "scheduled", "code": core.GenerateDefaultRandomId(), "resolution": "720p", "fps": 25, "codec": "vp8", "audio": "speech"})
	if err := l.App.Save(r); err != nil {
		l.t.Fatal(err)
	}
}

// formURL is the address of the form of a session in the room at that time, as it stands in a page.
func (l *roomFixture) formURL(room *rooms.Room, clock string) string {
	return "/app/halation-post/sessions/new?date=" + l.day + "&amp;room=" + room.Id + "&amp;time=" + url.QueryEscape(clock) + "&amp;zone=UTC"
}

func TestRooms_VisibilityByRole(t *testing.T) {
	l := newRoomFixture(t)
	l.addRooms()
	stranger := hookstest.Account(t, l.App, "stranger@halation.example")
	at := roomsURL + "?date=" + l.day
	for _, who := range []*core.Record{l.owner, l.organizer, l.other} {
		r := l.As(who).Get(at)
		assertPage(t, r, 200, "Grading suite", "Until 10:00", "From 11:15", "All day", "10:00 to 11:10", "Olga", l.formURL(l.suite, "11:15"), l.formURL(l.bay, "09:00"), l.formURL(l.suite, "00:00"))
		assertNotContains(t, r, l.formURL(l.suite, "10:00"), l.formURL(l.suite, "11:00"), "you can't book them")
	}
	for _, who := range []*core.Record{l.admin, l.member} {
		r := l.As(who).Get(at)
		assertPage(t, r, 200, "Grading suite", "Until 10:00", "you can't book them", "You need the Organizer role to book rooms")
		assertNotContains(t, r, "/sessions/new")
	}
	assertPage(t, l.As(l.member).Get(at), 200, "Marta</a> (Owner)", "Adam</a> (Admin)")
	assertPage(t, l.As(l.admin).Get(at), 200, "Give yourself the role", "/admin/halation-post/rooms")
	assertPage(t, l.As(l.guest).Get(at), 403, "Only members of Halation Post can see its rooms.")
	assertNotContains(t, l.As(l.guest).Get("/app/halation-post"), roomsURL)
	assertPage(t, l.As(l.member).Get("/app/halation-post"), 200, `href="`+roomsURL+`"`)
	assertPage(t, l.As(stranger).Get(at), 404)
	if r := l.Anonymous().Get(roomsURL); r.Status != 303 || !strings.HasPrefix(r.Location, "/signin") {
		t.Error(r.Status, r.Location)
	}
	for _, who := range []*core.Record{l.owner, l.admin, l.organizer} {
		assertPage(t, l.As(who).Get(at), 200, "Reel 4")
	}
	for _, who := range []*core.Record{l.other, l.member} {
		assertNotContains(t, l.As(who).Get(at), "Reel 4")
	}
}

func TestRooms_Week_LinksToDays(t *testing.T) {
	l := newRoomFixture(t)
	l.addRooms()
	assertPage(t, l.As(l.member).Get(roomsURL+"?view=week&date="+l.day), 200, "1.2 h taken", "Free", roomsURL+"?date="+l.day+"#"+l.suite.Id, `title="Edit bay`)
}

func TestRooms_PastDayOrArchivedRoom_CannotBeBooked(t *testing.T) {
	l := newRoomFixture(t)
	l.addRooms()
	b := l.As(l.organizer)
	r := b.Get(roomsURL + "?date=2020-01-01")
	assertPage(t, r, 200, "Wed 1 Jan 2020", "No free time on this day")
	assertNotContains(t, r, "/sessions/new")
	if _, err := rooms.Archive(l.App, hookstest.Actor(t, l.App, l.owner, l.team), l.suite.Id); err != nil {
		t.Fatal(err)
	}
	assertNotContains(t, b.Get(roomsURL+"?date="+l.day), "Grading suite")
	for _, odd := range []string{"?date=nonsense", "?view=month", "?hours=all", "?date=9999-12-31", "?date=0001-01-01&view=week", "?date=2027-03-28", "?date=2026-10-25&view=week"} {
		assertPage(t, b.Get(roomsURL+odd), 200, "Edit bay")
	}
}

func TestRooms_NoRooms_ExplainsHowToGetThem(t *testing.T) {
	l := newRoomFixture(t)
	assertPage(t, l.As(l.member).Get(roomsURL), 200, "No rooms yet", "To get a room, ask", "Marta</a> (Owner)")
	r := l.As(l.owner).Get(roomsURL)
	assertPage(t, r, 200, "/admin/halation-post/rooms/new")
	assertNotContains(t, r, "can create and change rooms")
}

func TestRooms_HourSkippedByDST_IsNotOffered(t *testing.T) {
	l := newRoomFixture(t)
	l.addRooms()
	l.organizer.Set("timezone", "Europe/Berlin")
	if err := l.App.Save(l.organizer); err != nil {
		t.Fatal(err)
	}
	year := time.Now().Year() + 1
	last := time.Date(year, time.March, 31, 0, 0, 0, 0, time.UTC)
	last = last.AddDate(0, 0, -int(last.Weekday()))
	r := l.As(l.organizer).Get(roomsURL + "?hours=all&date=" + last.Format(time.DateOnly))
	assertPage(t, r, 200, "time=01%3A00", "time=03%3A00", "zone=Europe%2FBerlin")
	assertNotContains(t, r, "time=02%3A00")
}
