package panel

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"usher/hooks/usage"
	"usher/views/ui"
)

// The chart of days, in units of its view box.
const (
	chartWidth  = 1090.0
	chartHeight = 141.0
	chartLeft   = 50.0
	chartTop    = 8.0
	chartBottom = 119.0
)

// maxBars is the number of organizers or rooms in the chart; the rest are summed up.
const maxBars = 12

// ChartProps describes the time scheduled and actual by day, organizer or room. Days are drawn as columns with a line, others
// as bars beside their figures.
type ChartProps struct {
	Title, Unit string // Unit is the name of the first column of the table
	Description string
	Columns     []ChartColumn // of days
	Lines       []string      // points of the parts of the line of actual time
	Grid        []ChartMark
	Labels      []ChartMark
	Rows        []ChartRow
	Upcoming    bool
}

// ChartColumn is a day that has sessions.
type ChartColumn struct {
	X, Y, Height         string // of the bar of scheduled time
	FutureY, FutureH     string // of the part that is to come; empty if there is none
	HitX, PointX, PointY string // PointX is empty without actual time
	Text                 string
}

// ChartMark is a label at a position.
type ChartMark struct {
	At, Text string
	Strong   bool
}

// ChartRow has the figures of a day, organizer or room, and their parts of the longest bar in percent.
type ChartRow struct {
	Label                       string
	Sessions, Scheduled, Actual string
	ScheduledWidth, FutureWidth string // FutureWidth is the part of ScheduledWidth that is to come
	ActualWidth                 string
}

// chartOf describes the chart of a report.
func chartOf(report *usage.Report, by string, now time.Time) ChartProps {
	switch by {
	case usage.ByOrganizer:
		return barChart("Hours by organizer", "Organizer", report.ByHost, "Former user")
	case usage.ByRoom:
		return barChart("Hours by room", "Room", report.ByRoom, "No room")
	}
	return dayChart(report, now.In(report.Month.Zone()).Format(time.DateOnly))
}

// dayChart draws a column per day. today is a date.
func dayChart(report *usage.Report, today string) ChartProps {
	chart := ChartProps{Title: "Hours by day", Unit: "Day", Upcoming: report.Totals.Upcoming > 0}
	top := 0
	for _, day := range report.Days {
		top = max(top, day.ScheduledSeconds, day.ActualSeconds)
	}
	step := gridStep(top)
	most := max(1, (top+step-1)/step) * step
	for at := 0; at <= most; at += step {
		chart.Grid = append(chart.Grid, ChartMark{At: formatY(at, most), Text: strconv.FormatFloat(float64(at)/3600, 'f', -1, 64) + " h"})
	}
	chart.Grid[0].Text = "0"
	width := (chartWidth - chartLeft) / float64(len(report.Days))
	var line []string
	for n, day := range report.Days {
		date, _ := time.Parse(time.DateOnly, day.Key)
		center := chartLeft + width*(float64(n)+0.5)
		if weekday := date.Weekday(); day.Key == today || weekday == time.Monday || weekday == time.Thursday {
			chart.Labels = append(chart.Labels, ChartMark{formatPoint(center), strconv.Itoa(date.Day()), day.Key == today})
		}
		if day.Past() == 0 {
			chart.Lines, line = endLine(chart.Lines, line)
		}
		if day.Sessions == 0 {
			continue
		}
		column := ChartColumn{X: formatPoint(center - 10), HitX: formatPoint(center - width/2), Y: formatY(day.ScheduledSeconds, most), Height: formatHeight(day.ScheduledSeconds, most),
			Text: date.Format("Monday 2 January") + ": " + groupText(day.Totals)}
		if day.UpcomingSeconds > 0 {
			column.FutureY, column.FutureH = column.Y, formatHeight(day.UpcomingSeconds, most)
		}
		if day.Past() > 0 {
			column.PointX, column.PointY = formatPoint(center), formatY(day.ActualSeconds, most)
			line = append(line, column.PointX+","+column.PointY)
		}
		chart.Columns = append(chart.Columns, column)
		chart.Rows = append(chart.Rows, chartRow(date.Format("Mon 2 Jan"), day.Totals, 0))
	}
	chart.Lines, _ = endLine(chart.Lines, line)
	chart.Description = fmt.Sprintf("%s: %s. The table of figures has every day.", report.Month.Name(), groupText(report.Totals))
	return chart
}

// endLine ends a part of the line; a single point needs none.
func endLine(lines, points []string) (all, none []string) {
	if len(points) > 1 {
		lines = append(lines, strings.Join(points, " "))
	}
	return lines, nil
}

// groupText says how much was scheduled and ran: "3 sessions, 4 h scheduled, 3 h 6 min actual".
func groupText(totals usage.Totals) string {
	words := ui.Count(totals.Sessions, "session", "sessions") + ", " + usage.FormatSeconds(totals.ScheduledSeconds) + " scheduled"
	if totals.Past() > 0 {
		words += ", " + usage.FormatSeconds(totals.ActualSeconds) + " actual"
	}
	return words
}

// gridStep is the distance of the lines of the grid in seconds, so that there are at most four.
func gridStep(most int) int {
	for _, minutes := range []int{15, 30, 60, 120, 240, 300, 600, 1200, 3000, 6000} {
		if step := minutes * 60; step*4 >= most {
			return step
		}
	}
	return most
}

func formatPoint(at float64) string { return strconv.FormatFloat(at, 'f', 1, 64) }

func scale(seconds, most int) float64 {
	return float64(seconds) / float64(most) * (chartBottom - chartTop)
}

func formatY(seconds, most int) string { return formatPoint(chartBottom - scale(seconds, most)) }

func formatHeight(seconds, most int) string { return formatPoint(scale(seconds, most)) }

// barChart draws two bars per organizer or room.
func barChart(title, unit string, groups []usage.Group, unnamed string) ChartProps {
	chart := ChartProps{Title: title, Unit: unit}
	most := 1
	rest := usage.Group{}
	shown := groups
	if len(groups) > maxBars {
		shown = groups[:maxBars-1]
		for _, group := range groups[maxBars-1:] {
			rest.Totals = addTotals(rest.Totals, group.Totals)
		}
		rest.Name = ui.Count(len(groups)-len(shown), "other", "others")
		shown = append(shown[:len(shown):len(shown)], rest)
	}
	for _, group := range shown {
		most = max(most, group.ScheduledSeconds, group.ActualSeconds)
		chart.Upcoming = chart.Upcoming || group.Upcoming > 0
	}
	for _, group := range shown {
		chart.Rows = append(chart.Rows, chartRow(groupName(group, unnamed), group.Totals, most))
	}
	return chart
}

func addTotals(a, b usage.Totals) usage.Totals {
	return usage.Totals{Sessions: a.Sessions + b.Sessions, ScheduledSeconds: a.ScheduledSeconds + b.ScheduledSeconds, ActualSeconds: a.ActualSeconds + b.ActualSeconds,
		Upcoming: a.Upcoming + b.Upcoming, UpcomingSeconds: a.UpcomingSeconds + b.UpcomingSeconds, Running: a.Running + b.Running}
}

// chartRow has the figures of a group; most is the longest bar, or 0 without bars.
func chartRow(label string, totals usage.Totals, most int) ChartRow {
	row := ChartRow{Label: label, Sessions: ui.Number(totals.Sessions), Scheduled: usage.FormatSeconds(totals.ScheduledSeconds), Actual: usage.FormatSeconds(totals.ActualSeconds)}
	if totals.Past() == 0 {
		row.Actual = "–"
	}
	if most > 0 {
		percent := func(seconds int) string { return formatPoint(float64(seconds) * 100 / float64(most)) }
		row.ScheduledWidth, row.ActualWidth = percent(totals.ScheduledSeconds), percent(totals.ActualSeconds)
		if totals.UpcomingSeconds > 0 {
			row.FutureWidth = percent(totals.UpcomingSeconds)
		}
	}
	return row
}

// futureX is where the part that is to come begins.
func (r ChartRow) futureX() string {
	all, _ := strconv.ParseFloat(r.ScheduledWidth, 64)
	future, _ := strconv.ParseFloat(r.FutureWidth, 64)
	return formatPoint(max(0, all-future)) + "%"
}
