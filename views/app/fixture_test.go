package app_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/settings"
	"usher/views/viewstest"
)

const appURL = "/app/halation-post"

// fixture is a team with an account of each kind.
type fixture struct {
	*viewstest.Server
	t                               testing.TB
	team                            *teams.Team
	owner, admin, olga, paul, guest *core.Record
	stranger, foreign               *core.Record
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	return buildWith(t, hookstest.Config())
}

func buildWith(t testing.TB, config settings.Config) *fixture {
	t.Helper()
	w := &fixture{Server: viewstest.Serve(t, config), t: t}
	w.owner = hookstest.Account(t, w.App, "marta@halation.example")
	w.team = hookstest.Team(t, w.App, w.owner, "Halation Post", "pro")
	docs := hookstest.Team(t, w.App, w.owner, "Northlight Docs", "pro")
	w.admin = hookstest.Member(t, w.App, w.team, "adam@halation.example", "admin")
	w.olga = hookstest.Member(t, w.App, w.team, "olga@halation.example", "organizer")
	w.paul = hookstest.Member(t, w.App, w.team, "paul@halation.example")
	w.guest = hookstest.Guest(t, w.App, w.team, "gus@lantern.example")
	w.stranger = hookstest.Account(t, w.App, "stranger@halation.example")
	w.foreign = hookstest.Member(t, w.App, docs, "nora@northlight.example", "admin", "organizer")
	return w
}

// newSession is one of Olga's.
func (w *fixture) newSession(title string, form sessions.Form, guests ...*core.Record) *sessions.Session {
	w.t.Helper()
	form.Title = title
	for _, guest := range guests {
		form.Guests = append(form.Guests, guest.Email())
	}
	return hookstest.ScheduleSession(w.t, w.App, w.olga, w.team, form)
}

// sessionForm is a form that can be sent.
func sessionForm(change ...string) url.Values {
	tomorrow := time.Now().UTC().AddDate(0, 0, 1).Format(time.DateOnly)
	form := url.Values{"title": {"Dailies"}, "date": {tomorrow}, "time": {"10:00"}, "minutes": {"60"}, "timezone": {"UTC"},
		"recording": {"host"}, "picture": {"720p-30"}, "audio": {"speech"}, "codec": {"vp8"}}
	for n := 0; n+1 < len(change); n += 2 {
		form.Set(change[n], change[n+1])
	}
	return form
}
