package licences

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/plans"
	"usher/hooks/record"
	"usher/hooks/runs"
	"usher/hooks/sessions"
)

// ForecastDays is the number of days of a Forecast, today included.
const ForecastDays = 7

// Forecast is how many licences the schedule needs from now on.
type Forecast struct {
	From, Until time.Time
	Limit       int // or plans.Unlimited
	Days        []ForecastDay
	Conflicts   []Conflict
}

// ForecastDay has the hours of a day: 23 or 25 when the clocks change.
type ForecastDay struct {
	Day   time.Time // its first moment
	Hours []Hour
}

// Hour has the largest number of sessions at the same time within an hour. Those of hours that have passed aren't counted.
type Hour struct {
	Start    time.Time
	Sessions int
	Past     bool
	Over     bool // more sessions than licences
}

// Conflict is a time with more sessions than licences, and the sessions.
type Conflict struct {
	From, To time.Time
	Peak     int
	Sessions []Planned
}

// Planned is a session that runs or is scheduled, in Usher or another tool.
type Planned struct {
	ID       string         `db:"id"`
	Title    string         `db:"title"`
	Host     string         `db:"host"` // account ID; empty if it was deleted
	HostName string         `db:"host_name"`
	Running  bool           `db:"running"`
	External bool           `db:"external"`
	Starts   types.DateTime `db:"starts"` // as scheduled
	Ends     types.DateTime `db:"ends"`

	from, until time.Time // in which it counts
}

// NewForecast counts the sessions that run or are scheduled until the end of the ForecastDays in the zone. A running session
// is expected to end on time, and one that is over time when it is ended automatically.
func NewForecast(app core.App, team string, limit int, zone *time.Location, now time.Time) (*Forecast, error) {
	days := daysFrom(now, 0, ForecastDays, zone)
	until := days[len(days)-1]
	planned, err := findPlanned(app, team, now, until)
	if err != nil {
		return nil, err
	}
	f := &Forecast{From: now, Until: until, Limit: limit, Conflicts: findConflicts(planned, limit)}
	for n, day := range days[:len(days)-1] {
		f.Days = append(f.Days, newForecastDay(planned, limit, now, day, days[n+1]))
	}
	return f, nil
}

// findPlanned lists the sessions in that time, in the order in which they count.
func findPlanned(app core.App, team string, now, until time.Time) ([]Planned, error) {
	var all []Planned
	const columns = "id, title, host, host_name, elsewhere != '' external, starts, ends"
	err := app.DB().NewQuery(`
		SELECT ` + columns + `, 1 running FROM sessions WHERE team = {:team} AND status = 'running'
		UNION ALL SELECT ` + columns + `, 0 FROM sessions INDEXED BY idx_sessions_team
			WHERE team = {:team} AND starts > {:since} AND starts < {:until} AND ends > {:now} AND status = 'scheduled'`).
		WithContext(record.Prepared).Bind(dbx.Params{"team": team, "now": record.FormatTime(now), "until": record.FormatTime(until),
		"since": record.FormatTime(now.Add(-sessions.MaxMinutes * time.Minute))}).All(&all)
	if err != nil {
		return nil, fmt.Errorf("find the sessions of the coming days: %w", err)
	}
	for n := range all {
		all[n].setCounted(now, until)
	}
	slices.SortFunc(all, func(a, b Planned) int {
		return cmp.Or(a.from.Compare(b.from), a.Starts.Compare(b.Starts), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

// setCounted sets when the session counts within that time.
func (p *Planned) setCounted(now, until time.Time) {
	p.from, p.until = now, p.Ends.Time()
	if !p.Running {
		p.from = later(p.Starts.Time(), now)
	} else if !p.until.After(now) {
		p.until = later(p.until.Add(runs.GracePeriod), now.Add(time.Minute))
	}
	if p.until.After(until) {
		p.until = until
	}
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

func newForecastDay(planned []Planned, limit int, now, day, next time.Time) ForecastDay {
	one := ForecastDay{Day: day}
	for start := day; start.Before(next); start = start.Add(time.Hour) {
		end := start.Add(time.Hour)
		if end.After(next) {
			end = next
		}
		hour := Hour{Start: start, Past: !end.After(now)}
		hour.Sessions = countAtOnce(planned, start, end)
		hour.Over = isOver(hour.Sessions, limit)
		one.Hours = append(one.Hours, hour)
	}
	return one
}

func isOver(sessions, limit int) bool { return limit != plans.Unlimited && sessions > limit }

// countAtOnce returns the largest number of sessions at the same time within an hour. Sessions that touch don't overlap.
func countAtOnce(planned []Planned, from, until time.Time) int {
	var starts, ends []string
	for _, p := range planned {
		if p.from.Before(until) && p.until.After(from) {
			starts, ends = append(starts, record.FormatTime(p.from)), append(ends, record.FormatTime(p.until))
		}
	}
	slices.Sort(starts)
	slices.Sort(ends)
	return dayPeaks(starts, ends, []time.Time{from, until})[0].Licences
}

// findConflicts finds the times with more sessions than licences. planned is in the order in which they count.
func findConflicts(planned []Planned, limit int) []Conflict {
	var found []Conflict
	var running []Planned
	var current *Conflict
	step := func(at time.Time) { // a new time with another number of sessions begins
		switch over := isOver(len(running), limit); {
		case over && current == nil:
			current = &Conflict{From: at}
			fallthrough
		case over:
			current.Peak = max(current.Peak, len(running))
			for _, p := range running {
				if !slices.ContainsFunc(current.Sessions, func(known Planned) bool { return known.ID == p.ID }) {
					current.Sessions = append(current.Sessions, p)
				}
			}
		case current != nil:
			current.To = at
			found, current = append(found, *current), nil
		}
	}
	for n := 0; n < len(planned) || len(running) > 0; {
		at := nextTime(planned[n:], running)
		running = slices.DeleteFunc(running, func(p Planned) bool { return !p.until.After(at) })
		for ; n < len(planned) && !planned[n].from.After(at); n++ {
			if planned[n].until.After(at) {
				running = append(running, planned[n])
			}
		}
		step(at)
	}
	return found
}

// nextTime is when the next session starts or ends.
func nextTime(planned, running []Planned) time.Time {
	var next time.Time
	if len(planned) > 0 {
		next = planned[0].from
	}
	for _, p := range running {
		if next.IsZero() || p.until.Before(next) {
			next = p.until
		}
	}
	return next
}
