package runs_test

import (
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/runs"
	"usher/hooks/sessions"
)

// BenchmarkStart starts a session, with its licence and its audit row.
func BenchmarkStart(b *testing.B) {
	app := hookstest.NewApp(b)
	team := hookstest.Team(b, app, hookstest.Account(b, app, "owner@x.example"), "Halation", "unlimited")
	host := hookstest.Member(b, app, team, "host@x.example", "organizer")
	actor := hookstest.Actor(b, app, host, team)
	form := sessions.Form{Starts: time.Now().Add(5 * time.Minute)}
	for b.Loop() {
		b.StopTimer()
		id := hookstest.ScheduleSession(b, app, host, team, form).Id
		b.StartTimer()
		if _, err := runs.Start(app, actor, id); err != nil {
			b.Fatal(err)
		}
	}
}
