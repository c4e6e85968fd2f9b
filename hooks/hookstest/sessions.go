package hookstest

import (
	"cmp"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/teams"
)

// ScheduleSession schedules a session hosted by the account. By default it is tomorrow at 10:00 UTC for an hour.
func ScheduleSession(t testing.TB, app core.App, host *core.Record, team *teams.Team, form sessions.Form) *sessions.Session {
	t.Helper()
	session, err := sessions.Schedule(app, Actor(t, app, host, team), DefaultSessionForm(form))
	if err != nil {
		t.Fatal(err)
	}
	return session
}

// StartSession schedules a session hosted by the account that starts in five minutes, and starts it.
func StartSession(t testing.TB, app core.App, host *core.Record, team *teams.Team, form sessions.Form) *sessions.Session {
	t.Helper()
	form.Starts = time.Now().Add(5 * time.Minute)
	session, err := runs.Start(app, Actor(t, app, host, team), ScheduleSession(t, app, host, team, form).Id)
	if err != nil {
		t.Fatal(err)
	}
	return session
}

// DefaultSessionForm returns the form with the defaults: tomorrow at 10:00 UTC for an hour.
func DefaultSessionForm(form sessions.Form) sessions.Form {
	form.Title = cmp.Or(form.Title, "Weekly review")
	if form.Starts.IsZero() {
		form.Starts = time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 1).Add(10 * time.Hour)
	}
	form.Minutes = cmp.Or(form.Minutes, 60)
	form.Zone = cmp.Or(form.Zone, "UTC")
	return form
}
