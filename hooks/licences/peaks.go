package licences

import (
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/record"
)

// PeakDays is the number of days of which Peaks are known, today included.
const PeakDays = 90

// DayPeak is the largest number of licences that were in use at the same time on a day.
type DayPeak struct {
	Day      time.Time // its first moment
	Licences int
}

// Peaks returns the peak of each of the last PeakDays days in the zone, oldest first. They follow from when sessions started and
// ended; one that is running counts until now, also if it has just started. A session that runs over midnight counts on both days.
func Peaks(app core.App, team string, zone *time.Location, now time.Time) ([]DayPeak, error) {
	days := daysFrom(now, 1-PeakDays, PeakDays, zone)
	starts, ends, err := findRuns(app, team, days[0], now)
	if err != nil {
		return nil, err
	}
	return dayPeaks(starts, ends, days), nil
}

// findRuns returns when the sessions that ran between two times started and ended, as stored and each in order. Those of no
// length are left out. A busy team has tens of thousands, so that they are read as one text instead of as rows.
func findRuns(app core.App, team string, from, now time.Time) (starts, ends []string, err error) {
	var row struct {
		Started string `db:"started"`
		Ended   string `db:"ended"`
	}
	err = app.DB().NewQuery(`
		SELECT coalesce(group_concat(started, ''), '') started, coalesce(group_concat(ended, ''), '') ended FROM (
			SELECT started, ended FROM sessions INDEXED BY idx_sessions_ran
				WHERE team = {:team} AND ended > {:from} AND ended != '' AND started < ended AND started != ''
			UNION ALL SELECT started, {:after} FROM sessions WHERE team = {:team} AND status = 'running' AND started < {:after} AND started != '')`).
		WithContext(record.Prepared).Bind(dbx.Params{"team": team, "from": record.FormatTime(from), "after": record.FormatTime(now.Add(time.Millisecond))}).One(&row)
	if err != nil {
		return nil, nil, fmt.Errorf("find the sessions that ran: %w", err)
	}
	return splitTimes(row.Started), splitTimes(row.Ended), nil
}

// splitTimes splits times as stored, which have the same length, and sorts them.
func splitTimes(all string) []string {
	const size = len(types.DefaultDateLayout)
	times := make([]string, 0, len(all)/size)
	for ; len(all) >= size; all = all[size:] {
		times = append(times, all[:size])
	}
	slices.Sort(times)
	return times
}

// dayPeaks counts the sessions that run at the same time, from the ordered times at which they start and end, as stored. One
// that ends when another starts doesn't overlap it.
func dayPeaks(starts, ends []string, days []time.Time) []DayPeak {
	peaks := make([]DayPeak, 0, len(days)-1)
	started, ended := 0, 0
	running := func(at string) int { // with those that start at that time
		for ended < len(ends) && ends[ended] <= at {
			ended++
		}
		return started - ended
	}
	for n, day := range days[:len(days)-1] {
		first, end := record.FormatTime(day), record.FormatTime(days[n+1])
		for started < len(starts) && starts[started] <= first {
			started++
		}
		peak := running(first)
		for started < len(starts) && starts[started] < end {
			at := starts[started]
			started++
			peak = max(peak, running(at))
		}
		peaks = append(peaks, DayPeak{Day: day, Licences: peak})
	}
	return peaks
}
