package usage

import (
	"fmt"
	"time"

	"usher/hooks/tools/dates"
	"usher/hooks/tools/errs"
)

// CodeBadMonth is the code of an error about a month.
const CodeBadMonth = "bad_month"

// The years that a month can be in.
const (
	firstYear = 2000
	lastYear  = 2199
)

// Month is a month in a team's time zone.
type Month struct {
	year  int
	month time.Month
	zone  *time.Location
}

// MonthOf returns the month of a time in the zone.
func MonthOf(at time.Time, zone *time.Location) Month {
	local := at.In(zone)
	return Month{local.Year(), local.Month(), zone}
}

// ParseMonth parses a month such as "2026-11"; "" is the month of now.
func ParseMonth(text string, now time.Time, zone *time.Location) (Month, error) {
	if text == "" {
		return MonthOf(now, zone), nil
	}
	at, err := time.Parse("2006-01", text)
	if err != nil || at.Year() < firstYear || at.Year() > lastYear {
		return Month{}, errs.Invalid("month", CodeBadMonth, fmt.Sprintf("Enter a month from %d-01 to %d-12, such as 2026-11.", firstYear, lastYear))
	}
	return Month{at.Year(), at.Month(), zone}, nil
}

// String is the month as ParseMonth reads it.
func (m Month) String() string { return fmt.Sprintf("%04d-%02d", m.year, m.month) }

// Name is the month for readers: "November 2026".
func (m Month) Name() string { return m.date(1).Format("January 2006") }

// Zone is the time zone of the month.
func (m Month) Zone() *time.Location { return m.zone }

// Add returns the month n months later.
func (m Month) Add(n int) Month {
	at := time.Date(m.year, m.month+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	return Month{at.Year(), at.Month(), m.zone}
}

// Exists reports whether ParseMonth accepts the month.
func (m Month) Exists() bool { return m.year >= firstYear && m.year <= lastYear }

// Before reports whether the month is earlier than another one.
func (m Month) Before(other Month) bool {
	return m.year < other.year || m.year == other.year && m.month < other.month
}

// Start is the first instant of the month.
func (m Month) Start() time.Time {
	return dates.StartOfDay(time.Date(m.year, m.month, 1, 12, 0, 0, 0, m.zone), 0)
}

// End is the first instant of the next month.
func (m Month) End() time.Time { return m.Add(1).Start() }

// Days is the number of days of the month.
func (m Month) Days() int { return m.date(1).AddDate(0, 1, -1).Day() }

// date is a day of the month, in UTC for date arithmetic.
func (m Month) date(day int) time.Time { return time.Date(m.year, m.month, day, 0, 0, 0, 0, time.UTC) }

// zoneOffset is the offset of the zone from UTC in seconds, until the time.
type zoneOffset struct {
	until  time.Time
	offset int
}

// offsets lists the offsets that apply in the month, in order.
func (m Month) offsets() []zoneOffset {
	var all []zoneOffset
	for at, end := m.Start(), m.End(); at.Before(end); {
		_, until := at.ZoneBounds()
		_, offset := at.Zone()
		if until.IsZero() || until.After(end) {
			until = end
		}
		all = append(all, zoneOffset{until, offset})
		at = until.In(m.zone)
	}
	return all
}
