package member_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
	"usher/hooks/settings"
	"usher/hooks/teams"
	"usher/views/viewstest"
)

const app = "/app/halation-post"

// world is a team with everybody who can knock at a page of it.
type world struct {
	*viewstest.Server
	t                                       testing.TB
	team                                    *teams.Team
	owner, admin, olga, paul, guest, nobody *core.Record
	stranger, foreign                       *core.Record
}

func build(t testing.TB) *world {
	t.Helper()
	return buildWith(t, hookstest.Config())
}

func buildWith(t testing.TB, config settings.Config) *world {
	t.Helper()
	w := &world{Server: viewstest.Serve(t, config), t: t}
	w.owner = hookstest.Person(t, w.App, "marta@halation.example")
	w.team = hookstest.Team(t, w.App, w.owner, "Halation Post", "pro")
	docs := hookstest.Team(t, w.App, w.owner, "Northlight Docs", "pro")
	w.admin = hookstest.Member(t, w.App, w.team, "adam@halation.example", "admin")
	w.olga = hookstest.Member(t, w.App, w.team, "olga@halation.example", "organizer")
	w.paul = hookstest.Member(t, w.App, w.team, "paul@halation.example")
	w.guest = hookstest.Guest(t, w.App, w.team, "gus@lantern.example")
	w.stranger = hookstest.Person(t, w.App, "stranger@halation.example")
	w.foreign = hookstest.Member(t, w.App, docs, "nora@northlight.example", "admin", "organizer")
	return w
}

// session is one of Olga's.
func (w *world) session(title string, form sessions.Form, guests ...*core.Record) *sessions.Session {
	w.t.Helper()
	form.Title = title
	for _, guest := range guests {
		form.Guests = append(form.Guests, guest.Email())
	}
	return hookstest.Session(w.t, w.App, w.olga, w.team, form)
}

// filled is a form that can be sent.
func filled(change ...string) url.Values {
	tomorrow := time.Now().UTC().AddDate(0, 0, 1).Format(time.DateOnly)
	form := url.Values{"title": {"Dailies"}, "date": {tomorrow}, "time": {"10:00"}, "minutes": {"60"}, "timezone": {"UTC"},
		"recording": {"host"}, "picture": {"720p-30"}, "audio": {"speech"}, "codec": {"vp8"}}
	for n := 0; n+1 < len(change); n += 2 {
		form.Set(change[n], change[n+1])
	}
	return form
}
