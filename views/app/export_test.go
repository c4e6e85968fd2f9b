package app

import "time"

// Segment and Stretch are what a day of the calendar is laid out of.
type (
	Segment  = segment
	TimeSpan = timeSpan
)

// NewTimeSpan is a time.
func NewTimeSpan(from, to time.Time) TimeSpan { return timeSpan{from, to} }

// The pure parts of the calendar and the form.
var (
	DaySegments     = daySegments
	VisibleHours    = visibleHours
	AddDays         = addDays
	Monday          = monday
	NextSameWeekday = nextSameWeekday
)

// SegmentValues is a piece as a test compares it: of, from, to, lane and lanes.
func SegmentValues(p Segment) [5]int { return [5]int{p.index, p.from, p.to, p.lane, p.lanes} }

// NewSegment is a piece from one quarter to another, of a session that may begin before the day and end after it.
func NewSegment(from, to int, before, after bool) Segment {
	return segment{from: from, to: to, before: before, after: after}
}

// RuleRoundTrip is the rule of a repetition as it is typed, and what the fields are when that rule is read back.
func RuleRoundTrip(date, repeat string, days []string, count string) (rule, again string, daysAgain []string, err error) {
	t := newFormInput("Europe/Lisbon")
	t.Date, t.Time, t.Repeat, t.Days, t.Count = date, "10:00", repeat, days, count
	if rule, err = t.rule("Europe/Lisbon"); err != nil {
		return "", "", nil, err
	}
	zone, _ := time.LoadLocation("Europe/Lisbon")
	back := newFormInput("Europe/Lisbon")
	back.Date, back.Time = date, "10:00"
	back.parseRule(rule, zone)
	return rule, back.Repeat, back.Days, nil
}

// SeriesChangeText is the sentence about a change of a series of so many daily sessions, which had four.
func SeriesChangeText(scope, count string) string {
	t := newFormInput("Europe/Lisbon")
	t.Date, t.Time = "2026-11-26", "10:00"
	t.parseRule("FREQ=DAILY;COUNT=4", time.UTC)
	t.Scope, t.Count = scope, count
	says, _ := t.repeatText()
	return says
}

// RepeatText is the sentence about a repetition.
func RepeatText(date, repeat string, days []string, count string) (string, string) {
	t := newFormInput("Europe/Lisbon")
	t.Date, t.Time, t.Repeat, t.Days, t.Count = date, "10:00", repeat, days, count
	return t.repeatText()
}
