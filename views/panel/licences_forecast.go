package panel

import (
	"strconv"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/licences"
	"usher/hooks/paths"
	"usher/hooks/plans"
	"usher/hooks/tools/text"
	"usher/views/ui"
	"usher/views/web"
)

// The hours that the forecast shows, even without sessions.
const (
	firstHour = 8
	lastHour  = 18
)

// maxConflicts is how many conflicts the forecast lists.
const maxConflicts = 12

func newForecastProps(e *core.RequestEvent, report *licences.Report) ForecastProps {
	f := report.Forecast
	props := ForecastProps{Limit: f.Limit, Unlimited: f.Limit == plans.Unlimited, First: firstHour, Last: lastHour}
	for _, day := range f.Days {
		row := ForecastRow{Day: day.Day.In(report.Zone), Hours: map[int]HourCell{}}
		for _, hour := range day.Hours {
			clock := hour.Start.In(report.Zone).Hour()
			cell := row.Hours[clock] // known already in the hour that the clocks repeat
			cell.Start = hour.Start.In(report.Zone)
			cell.Sessions, cell.Past = max(cell.Sessions, hour.Sessions), hour.Past
			cell.State = props.stateOf(cell.Sessions)
			row.Hours[clock] = cell
			if hour.Sessions > 0 {
				props.First, props.Last, props.Any = min(props.First, clock), max(props.Last, clock), true
			}
		}
		props.Rows = append(props.Rows, row)
	}
	for _, c := range f.Conflicts[:min(len(f.Conflicts), maxConflicts)] {
		props.Conflicts = append(props.Conflicts, newConflictRow(e, c, report))
	}
	props.More = len(f.Conflicts) - len(props.Conflicts)
	return props
}

func newConflictRow(e *core.RequestEvent, c licences.Conflict, report *licences.Report) ConflictRow {
	zone := text.ReaderZone{Zone: report.Zone, Chosen: true} // the page names it
	row := ConflictRow{When: ui.FormatRange(c.From, c.To, report.At, zone), Peak: c.Peak}
	for _, s := range c.Sessions {
		line := ConflictSession{Title: s.Title, Href: paths.Session(web.Actor(e).TeamSlug(), s.ID), Host: s.HostName,
			When: ui.FormatRange(s.Starts.Time(), s.Ends.Time(), report.At, zone)}
		switch {
		case s.Running:
			line.Note = "Running"
		case s.External:
			line.Note = "In another tool"
		}
		row.Sessions = append(row.Sessions, line)
	}
	return row
}

func (p ForecastProps) stateOf(sessions int) string {
	switch {
	case sessions == 0:
		return ""
	case p.Unlimited || sessions < p.Limit:
		return "some"
	case sessions == p.Limit:
		return "full"
	}
	return "over"
}

// hours lists the hours that are shown.
func (p ForecastProps) hours() []int {
	var all []int
	for hour := p.First; hour <= p.Last; hour++ {
		all = append(all, hour)
	}
	return all
}

func formatHour(hour int) string {
	if hour < 10 {
		return "0" + strconv.Itoa(hour)
	}
	return strconv.Itoa(hour)
}

// label describes an hour: "Tue 1 Dec, 11:00: 3 sessions, more than the 2 licences".
func (c HourCell) label(limit int) string {
	words := text.DateAndTime(c.Start, "Mon 2 Jan") + ": " + ui.Count(c.Sessions, "session", "sessions")
	switch c.State {
	case "full":
		words += ", all licences"
	case "over":
		words += ", more than the " + ui.Count(limit, "licence", "licences")
	}
	return words
}

func (p ForecastProps) conflictTitle() string {
	return "More sessions than licences at " + ui.Count(len(p.Conflicts)+p.More, "time", "times") + "."
}
