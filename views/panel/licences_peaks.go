package panel

import (
	"strconv"

	"usher/hooks/licences"
	"usher/hooks/plans"
	"usher/views/ui"
)

// maxTicks is the largest number of lines of a chart above its zero.
const maxTicks = 4

func newPeaksProps(report *licences.Report) PeaksProps {
	props := PeaksProps{Limit: report.Use.Limit, Unlimited: report.Use.Limit == plans.Unlimited}
	top := 1
	if !props.Unlimited {
		top = max(top, report.Use.Limit)
	}
	for _, peak := range report.Peaks {
		day := peak.Day.In(report.Zone)
		props.Days = append(props.Days, PeakDay{Day: day, Licences: peak.Licences, Full: !props.Unlimited && peak.Licences > 0 && peak.Licences >= report.Use.Limit})
		top = max(top, peak.Licences)
	}
	props.Top, props.Ticks = newScale(top)
	return props
}

// newScale returns the top of a chart that shows values up to n, and where its lines are: whole numbers, at even distances.
func newScale(n int) (top int, ticks []int) {
	step := 1
	for (n+step-1)/step > maxTicks {
		step = nextStep(step)
	}
	top = (n + step - 1) / step * step
	for tick := 0; tick <= top; tick += step {
		ticks = append(ticks, tick)
	}
	return top, ticks
}

// nextStep goes through 1, 2, 5, 10, 20, 50, 100, …
func nextStep(step int) int {
	first := step
	for first >= 10 {
		first /= 10
	}
	if first == 2 {
		return step / 2 * 5
	}
	return step * 2
}

// busiest returns the highest peak and the last day with it, or nil if no licence was used.
func (p PeaksProps) busiest() *PeakDay {
	var found *PeakDay
	for n, day := range p.Days {
		if day.Licences > 0 && (found == nil || day.Licences >= found.Licences) {
			found = &p.Days[n]
		}
	}
	return found
}

// summary describes the chart in a sentence or two.
func (p PeaksProps) summary() string {
	busiest := p.busiest()
	if busiest == nil {
		return "No session has run in the last " + ui.Number(len(p.Days)) + " days."
	}
	words := "At most " + ui.Count(busiest.Licences, "licence", "licences") + " at the same time, last on " + busiest.Day.Format("2 January") + "."
	full := 0
	for _, day := range p.Days {
		if day.Full {
			full++
		}
	}
	if full > 0 {
		words += " All were in use on " + ui.Count(full, "day", "days") + "."
	}
	return words
}

func (p PeaksProps) height(n int) float64 { return 100 * float64(n) / float64(p.Top) }

// y returns how far below the top of the chart a value is.
func (p PeaksProps) y(n int) string { return percent(100 - p.height(n)) }

func percent(n float64) string { return strconv.FormatFloat(n, 'f', 2, 64) + "%" }

// x returns the left edge of a day, and width that of its bar.
func (p PeaksProps) x(n int) string { return percent((float64(n) + 0.12) * 100 / float64(len(p.Days))) }

func (p PeaksProps) width() string { return percent(76 / float64(len(p.Days))) }

// middle returns the middle of a day's bar.
func (p PeaksProps) middle(n int) string {
	return percent((float64(n) + 0.5) * 100 / float64(len(p.Days)))
}

// label describes a day.
func (d PeakDay) label() string {
	words := d.Day.Format("Mon 2 January") + ": " + ui.Count(d.Licences, "licence", "licences")
	if d.Full {
		words += ", all in use"
	}
	return words
}

// months returns the days at which a month begins, but none close to the right edge.
func (p PeaksProps) months() []int {
	var first []int
	for n, day := range p.Days {
		if day.Day.Day() == 1 && n < len(p.Days)-6 {
			first = append(first, n)
		}
	}
	return first
}
