package join_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/join"
	"usher/hooks/members"
	"usher/hooks/rooms"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/views/viewstest"
)

// TestRoomEvents_EveryTransition_ReachesOpenPage walks the open pages of a room through what can happen there: a member and
// the host see it, and signedOut who is signed in, where anyone may enter.
func TestRoomEvents_EveryTransition_ReachesOpenPage(t *testing.T) {
	l := newFixture(t, sessions.Form{})
	app := l.server.App
	room := newRoom(l, "Open house", rooms.AccessAnyone)
	path := "/r/" + room.Slug()
	host, owner := hookstest.Actor(t, app, l.host, l.team), hookstest.Actor(t, app, l.owner, l.team)
	member := hookstest.Member(t, app, l.team, "member@x.example")
	pages := map[string]*viewstest.Browser{"member": l.server.As(member), "host": l.server.As(l.host), "signed out": l.server.Anonymous()}
	events := map[string]<-chan string{}
	for who, b := range pages {
		assertReply(t, who+", empty", b.Get(path), 200, "No session is running in this room.")
		events[who] = openStream(t, l.server, b, path)
	}
	var session *sessions.Session
	for _, step := range []struct {
		name  string
		do    func() error
		shows string
	}{
		{"started on the spot", func() error {
			place, err := join.ResolveRoom(app, l.host, room.Slug(), "192.0.2.1")
			if err == nil {
				session, err = join.StartInRoom(app, place, "192.0.2.1")
			}
			return err
		}, "A session is running in this room."},
		{"renamed", func() error {
			name := "Corner room"
			_, err := rooms.Update(app, owner, room.Id, rooms.Profile{Name: &name})
			return err
		}, "Corner room"},
		{"ended", func() error { return runs.End(app, host, session.Id) }, "No session is running in this room."},
		{"booked", func() (err error) {
			session, err = sessions.Schedule(app, host, sessions.Form{Title: "Reel 5", Starts: time.Now().Add(5 * time.Minute), Minutes: 30, Room: room.Id})
			return err
		}, "A session is about to start in this room."},
		{"moved to no room", func() error {
			return sessions.Change(app, host, session.Id, sessions.Form{Title: "Reel 5", Starts: session.Starts(), Minutes: 30}, sessions.ScopeSession)
		}, "No session is running in this room."},
		{"archived", func() error { _, err := rooms.Archive(app, owner, room.Id); return err }, "is no longer in use"},
	} {
		for _, told := range events {
			drain(told)
		}
		l.must(step.do())
		for who, b := range pages {
			assertEvent(t, step.name+", "+who, events[who])
			r := b.Get(path)
			assertReply(t, step.name+", "+who, r, r.Status, step.shows)
		}
	}
}

// TestRoomEvents_AccessLost_ReachesOpenPage: the open page of a room says that its reader left the team, or that the team was deleted.
func TestRoomEvents_AccessLost_ReachesOpenPage(t *testing.T) {
	for name, c := range map[string]struct {
		do     func(l *fixture, by *actors.Actor, reader *core.Record) error
		status int
		shows  string
	}{
		"removed": {func(l *fixture, by *actors.Actor, reader *core.Record) error {
			_, err := members.Remove(l.server.App, by, reader.Id, members.Handover{})
			return err
		}, http.StatusForbidden, "You're no longer a member of Halation Post"},
		"team deleted": {func(l *fixture, by *actors.Actor, _ *core.Record) error {
			return teams.Delete(l.server.App, by, l.team.Name())
		}, http.StatusGone, "Halation Post was deleted"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newFixture(t, sessions.Form{})
			path := "/r/" + newRoom(l, "Studio", rooms.AccessTeam).Slug()
			reader := hookstest.Member(t, l.server.App, l.team, "member@x.example")
			b := l.server.As(reader)
			events := openStream(t, l.server, b, path)
			drain(events)
			l.must(c.do(l, hookstest.Actor(t, l.server.App, l.owner, l.team), reader))
			assertEvent(t, name, events)
			assertReply(t, name, b.Get(path), c.status, c.shows)
		})
	}
}

// TestRoomEvents_OtherRooms_AreNotSent: changes in another room send no event, nor do sessions that the reader can't see.
func TestRoomEvents_OtherRooms_AreNotSent(t *testing.T) {
	l := newFixture(t, sessions.Form{})
	app := l.server.App
	room, other := newRoom(l, "Studio", rooms.AccessInvited), newRoom(l, "Atrium", rooms.AccessTeam)
	host := hookstest.Actor(t, app, l.host, l.team)
	session, err := sessions.Schedule(app, host, sessions.Form{Title: "Reel 5", Starts: time.Now().Add(5 * time.Minute), Minutes: 30, Room: room.Id})
	l.must(err)
	member := openStream(t, l.server, l.server.As(hookstest.Member(t, app, l.team, "member@x.example")), "/r/"+other.Slug())
	signedOut := openStream(t, l.server, l.server.Anonymous(), "/r/"+room.Slug())
	drain(member)
	drain(signedOut)
	l.must(sessions.Change(app, host, session.Id, sessions.Form{Title: "Secret", Starts: session.Starts(), Minutes: 30, Room: room.Id}, sessions.ScopeSession))
	select { // the last event arrives within the time for which changes are batched
	case event := <-member:
		t.Errorf("the page of another room got %q, want no event", event)
	case event := <-signedOut:
		t.Errorf("a signed-out page got %q, want no event", event)
	case <-time.After(600 * time.Millisecond):
	}
}

func TestRoomEvents_UnknownLink_IsNotFound(t *testing.T) {
	l := newFixture(t, sessions.Form{})
	if r := l.server.Anonymous().Get("/r/nowhere/events"); r.Status != http.StatusNotFound {
		t.Errorf("got %d, want 404", r.Status)
	}
}

// TestEvents_SessionFillsUp_ReachesOpenPage: the page of a reader who could join follows when the session fills up, and when there is a place again.
func TestEvents_SessionFillsUp_ReachesOpenPage(t *testing.T) {
	l := newFixture(t, sessions.Form{}).startIn(5).start()
	app := l.server.App
	hookstest.Exec(t, app, "UPDATE sessions SET people = 2 WHERE id = {:id}", dbx.Params{"id": l.session.Id})
	b := l.server.As(l.guest)
	events := openStream(t, l.server, b, l.sessionLink())
	assertReply(t, "a place is free", b.Get(l.sessionLink()), 200, "The session is running.")
	takes := func(address string) *core.Record {
		t.Helper()
		p := l.participant(address)
		p.Set("state", sessions.StateAdmitted)
		p.Set("passed", types.NowDateTime())
		l.must(app.Save(p))
		return p.ProxyRecord()
	}
	leaves := func(p *core.Record) {
		t.Helper()
		p.Set("passed", "")
		l.must(app.Save(p))
	}
	takes("host@x.example")
	drain(events)
	other := takes("outside@x.example")
	assertEvent(t, "filled up", events)
	assertReply(t, "filled up", b.Get(l.sessionLink()), 200, "The session is full", "You join automatically when")
	if due := refreshPattern.FindStringSubmatch(b.Get(l.sessionLink()).Body); due == nil || due[1] == "" {
		t.Error("the page of a full session does not ask again by itself")
	}
	drain(events)
	leaves(other)
	assertEvent(t, "a place came free", events)
	assertReply(t, "a place came free", b.Get(l.sessionLink()), 200, "The session is running.")
	drain(events)
	attendance := hookstest.NewRecord(t, app, "attendances", map[string]any{"team": l.team.Id, "session": l.session.Id, "participant": other.Id, "sid": "PA_1", "joined": types.NowDateTime()})
	l.must(app.Save(attendance))
	assertEvent(t, "somebody is seen in the last place", events)
	assertReply(t, "somebody is seen in the last place", b.Get(l.sessionLink()), 200, "The session is full")
	drain(events)
	attendance.Set("left", types.NowDateTime())
	l.must(app.Save(attendance))
	assertEvent(t, "they left", events)
	assertReply(t, "they left", b.Get(l.sessionLink()), 200, "The session is running.")
}
