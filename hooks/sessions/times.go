package sessions

import (
	"fmt"
	"strings"
	"time"

	"usher/hooks/accounts"
	"usher/hooks/plans"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// Codes of errors about a time.
const (
	CodeBadTime     = "bad_time"
	CodePast        = "past"
	CodeTooFar      = "too_far"
	CodeBadLength   = "bad_length"
	CodeBadTimezone = "bad_timezone"
)

// maxAhead is how many years ahead a session can be scheduled.
const maxAhead = 2

// ParseLocalTime parses a date ("2026-11-22") and a time ("10:00") in a time zone. A time that the clocks skip when summer
// time begins is refused with the next valid one; of a time that occurs twice it is the first.
func ParseLocalTime(date, clock, zone string) (time.Time, error) {
	location, err := loadZone(zone)
	if err != nil {
		return time.Time{}, err
	}
	day, err := time.Parse(time.DateOnly, strings.TrimSpace(date))
	if err != nil {
		return time.Time{}, errs.Invalid("date", CodeBadTime, "Choose a date, such as 2026-11-22.")
	}
	wall, err := time.Parse("15:04", strings.TrimSpace(clock))
	if err != nil {
		return time.Time{}, errs.Invalid("time", CodeBadTime, "Enter a time from 00:00 to 23:59, such as 10:00.")
	}
	wanted := day.Add(time.Duration(wall.Hour())*time.Hour + time.Duration(wall.Minute())*time.Minute)
	at, next := resolveWallTime(wanted, location)
	if at.IsZero() {
		return time.Time{}, errs.Invalid("time", CodeBadTime, fmt.Sprintf("%s doesn't exist on %s in %s because the clocks go forward. The next possible time is %s.",
			text.TimeOfDay(wanted), wanted.Format("2 January 2006"), accounts.ZoneLabel(location), text.TimeOfDay(next)))
	}
	return at, nil
}

// The range of years that a time can be in; calendars can't show others.
const (
	firstYear = 1970
	lastYear  = 2199
)

// ParseTime parses an RFC 3339 time with a zone. An invalid time, or a year outside firstYear to lastYear, is refused under
// the field.
func ParseTime(field, value string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, value)
	if year, _, _ := strings.Cut(strings.TrimLeft(value, "+-"), "-"); err != nil && len(year) > 4 && isDigits(year) || err == nil && (at.Year() < firstYear || at.Year() > lastYear) {
		return time.Time{}, errs.Invalid(field, CodeBadTime, fmt.Sprintf("Enter a year from %d to %d.", firstYear, lastYear))
	}
	if err != nil {
		return time.Time{}, errs.Invalid(field, CodeBadTime, "Enter a time with its UTC offset, such as 2026-11-22T10:00:00+01:00.")
	}
	return at, nil
}

func isDigits(text string) bool {
	return strings.Trim(text, "0123456789") == ""
}

// TruncateMinute is the time in UTC, cut to whole minutes as for sessions and series.
func TruncateMinute(at time.Time) time.Time { return at.UTC().Truncate(time.Minute) }

// resolveWallTime is when clocks in a zone show the time that wall has in UTC, the first of two. If they skip it, at is zero
// and next is the first time after the gap.
func resolveWallTime(wall time.Time, zone *time.Location) (at, next time.Time) {
	first := time.Time{}
	// Only the offsets of the day before and the day after can apply at that time.
	for _, around := range []time.Duration{-36 * time.Hour, 36 * time.Hour} {
		_, offset := wall.Add(around).In(zone).Zone()
		candidate := wall.Add(-time.Duration(offset) * time.Second).In(zone)
		if showsWallTime(candidate, wall) && (first.IsZero() || candidate.Before(first)) {
			first = candidate
		}
	}
	if !first.IsZero() {
		return first, first
	}
	_, before := wall.Add(-36 * time.Hour).In(zone).Zone()
	_, end := wall.Add(-time.Duration(before) * time.Second).In(zone).ZoneBounds()
	start, _ := wall.Add(-time.Duration(before) * time.Second).In(zone).ZoneBounds()
	if !start.IsZero() {
		return time.Time{}, start
	}
	return time.Time{}, end
}

func showsWallTime(at, wall time.Time) bool {
	return at.Format(time.DateTime) == wall.Format(time.DateTime)
}

// wallTime is the local time in a zone, as a time in UTC for date arithmetic.
func wallTime(at time.Time, zone *time.Location) time.Time {
	local := at.In(zone)
	return time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), local.Second(), 0, time.UTC)
}

func loadZone(zone string) (*time.Location, error) {
	at, err := time.LoadLocation(zone)
	if err != nil || zone == "" || zone == "Local" {
		return nil, errs.Invalid("timezone", CodeBadTimezone, "Choose a time zone from the list, such as Europe/Lisbon.")
	}
	return at, nil
}

// zoneOrUTC is the time zone of that name, or UTC if there is none.
func zoneOrUTC(name string) *time.Location {
	at, err := loadZone(name)
	if err != nil {
		return time.UTC
	}
	return at
}

// validateStart refuses a start that is in the past or too far ahead.
func validateStart(starts, now time.Time) error {
	switch {
	case now.Truncate(time.Minute).Sub(starts) > time.Minute:
		return errs.Invalid("starts", CodePast, "The start is in the past. Choose a later time.")
	case starts.After(now.AddDate(maxAhead, 0, 0)):
		return errs.Invalid("starts", CodeTooFar, fmt.Sprintf("You can schedule sessions up to %d years ahead.", maxAhead))
	}
	return nil
}

// validateLength refuses a length that is out of range or beyond the team's plan (R93, R103).
func validateLength(minutes int, plan *plans.Plan) error {
	if err := validateMinutes(minutes); err != nil {
		return err
	}
	if most := plan.SessionMinutes(); most != plans.Unlimited && minutes > most {
		return errs.Invalid("minutes", CodeBadLength, fmt.Sprintf("On the %s plan, a session can last up to %s. Choose a shorter length. %s.",
			plan.Name(), FormatMinutes(most), plans.LargerPlanHint))
	}
	return nil
}

// validateMinutes refuses a length that no plan allows.
func validateMinutes(minutes int) error {
	switch {
	case minutes < MinMinutes:
		return errs.Invalid("minutes", CodeBadLength, fmt.Sprintf("A session must last at least %d minutes.", MinMinutes))
	case minutes > MaxMinutes:
		return errs.Invalid("minutes", CodeBadLength, fmt.Sprintf("A session can last up to %d hours.", MaxMinutes/60))
	}
	return nil
}

// FormatMinutes is a number of minutes as text: "2 hours", "1 hour 30 minutes".
func FormatMinutes(minutes int) string {
	var words []string
	for _, unit := range []struct {
		n    int
		word string
	}{{minutes / 60, "hour"}, {minutes % 60, "minute"}} {
		switch {
		case unit.n == 1:
			words = append(words, "1 "+unit.word)
		case unit.n > 1:
			words = append(words, fmt.Sprint(unit.n, " ", unit.word, "s"))
		}
	}
	if len(words) == 0 {
		return "0 minutes"
	}
	return strings.Join(words, " ")
}
