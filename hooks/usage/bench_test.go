package usage_test

import (
	"io"
	"slices"
	"testing"
	"time"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/usage"

	"github.com/pocketbase/pocketbase/core"
)

// newBenchFixture returns a team with 10,000 sessions and 100,000 attendances in May 2026, and as many in other months.
func newBenchFixture(b *testing.B, others int) (core.App, *actors.Actor, usage.Month) {
	b.Helper()
	app := hookstest.NewApp(b)
	owner := hookstest.Account(b, app, "owner@x.example")
	team := hookstest.Team(b, app, owner, "Halation", "unlimited")
	start := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	for n := range others + 1 {
		hookstest.SeedUsage(b, app, team.Id, owner, start.AddDate(0, -n, 0), 10_000, 100_000)
	}
	hookstest.Exec(b, app, "ANALYZE", nil)
	return app, hookstest.Actor(b, app, owner, team), usage.MonthOf(start, time.UTC)
}

// BenchmarkMonth loads a page of a month with 10,000 sessions, all its rows and the CSV file, without and with two years of others.
func BenchmarkMonth(b *testing.B) {
	for _, history := range []struct {
		name   string
		months int
	}{{"alone", 0}, {"of 25", 24}} {
		app, actor, month := newBenchFixture(b, history.months)
		measure := func(name string, f func() error) {
			b.Run(history.name+"/"+name, func(b *testing.B) {
				var times []time.Duration
				for b.Loop() {
					start := time.Now()
					if err := f(); err != nil {
						b.Fatal(err)
					}
					times = append(times, time.Since(start))
				}
				slices.Sort(times)
				b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "p50-ms")
			})
		}
		load := func(query usage.Query) func() error {
			return func() error { _, err := usage.Load(app, actor, query); return err }
		}
		measure("page", load(usage.Query{Month: month}))
		measure("last page", load(usage.Query{Month: month, Page: 200}))
		measure("by actual time", load(usage.Query{Month: month, Sort: "-actual"}))
		measure("all rows", load(usage.Query{Month: month, All: true}))
		measure("csv", func() error { return usage.Export(app, actor, usage.Query{Month: month}, io.Discard) })
	}
}
