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

// Codes of refusals of a time.
const (
	CodeBadTime     = "bad_time"
	CodePast        = "past"
	CodeTooFar      = "too_far"
	CodeBadLength   = "bad_length"
	CodeBadTimezone = "bad_timezone"
)

// maxAhead is how far ahead a session can be planned, in years.
const maxAhead = 2

// ParseLocalTime reads a date ("2026-11-22") and a clock ("10:00") as they are in a time zone. A time that the clocks
// skip when summer time begins is refused, naming the next one that there is; of one that they show twice it is
// the first.
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
		return time.Time{}, errs.Invalid("time", CodeBadTime, "Give a time from 00:00 to 23:59, such as 10:00.")
	}
	wanted := day.Add(time.Duration(wall.Hour())*time.Hour + time.Duration(wall.Minute())*time.Minute)
	at, next := resolveWallTime(wanted, location)
	if at.IsZero() {
		return time.Time{}, errs.Invalid("time", CodeBadTime, fmt.Sprintf("There is no %s on %s in %s: the clocks are put forward. The next time is %s.",
			text.TimeOfDay(wanted), wanted.Format("2 January 2006"), accounts.ZoneLabel(location), text.TimeOfDay(next)))
	}
	return at, nil
}

// The years that a time may be in: further off a calendar cannot show it.
const (
	firstYear = 1970
	lastYear  = 2199
)

// ParseTime reads a moment as programs send it: RFC 3339 with a zone, with fractions of a second or without. What
// cannot be read, and a year from before 1970 or after 2199, is refused under the field.
func ParseTime(field, value string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, value)
	if year, _, _ := strings.Cut(strings.TrimLeft(value, "+-"), "-"); err != nil && len(year) > 4 && isDigits(year) || err == nil && (at.Year() < firstYear || at.Year() > lastYear) {
		return time.Time{}, errs.Invalid(field, CodeBadTime, fmt.Sprintf("Give a year from %d to %d.", firstYear, lastYear))
	}
	if err != nil {
		return time.Time{}, errs.Invalid(field, CodeBadTime, "Give a time with its zone, such as 2026-11-22T10:00:00+01:00.")
	}
	return at, nil
}

func isDigits(text string) bool {
	return strings.Trim(text, "0123456789") == ""
}

// TruncateMinute is the minute that a moment is in, in UTC: sessions and their series start on whole minutes.
func TruncateMinute(at time.Time) time.Time { return at.UTC().Truncate(time.Minute) }

// resolveWallTime is the moment at which clocks in a zone show the time that wall has in UTC: of two the first. If they
// skip it, at is zero and next the first moment behind the gap.
func resolveWallTime(wall time.Time, zone *time.Location) (at, next time.Time) {
	first := time.Time{}
	// The offsets of the day before and after are all that can hold at that time.
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

// wallTime is what clocks in its zone show at a moment, as a time in UTC: days can be counted on it.
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

// zoneOrUTC is a time zone by its name; UTC if there is none of that name.
func zoneOrUTC(name string) *time.Location {
	at, err := loadZone(name)
	if err != nil {
		return time.UTC
	}
	return at
}

// validateStart refuses a start that is past or too far ahead.
func validateStart(starts, now time.Time) error {
	switch {
	case now.Truncate(time.Minute).Sub(starts) > time.Minute:
		return errs.Invalid("starts", CodePast, "The start is past. Choose a time that is still to come.")
	case starts.After(now.AddDate(maxAhead, 0, 0)):
		return errs.Invalid("starts", CodeTooFar, fmt.Sprintf("A session can be planned at most %d years ahead.", maxAhead))
	}
	return nil
}

// validateLength refuses a length that no session has, or that is beyond what the plan of the team gives (R93, R103).
func validateLength(minutes int, plan *planLimits) error {
	switch {
	case minutes < MinMinutes:
		return errs.Invalid("minutes", CodeBadLength, fmt.Sprintf("A session lasts at least %d minutes.", MinMinutes))
	case minutes > MaxMinutes:
		return errs.Invalid("minutes", CodeBadLength, fmt.Sprintf("A session lasts at most %d hours.", MaxMinutes/60))
	case plan.minutes >= 0 && minutes > plan.minutes:
		return errs.Invalid("minutes", CodeBadLength, fmt.Sprintf("On the plan %s a session lasts at most %s. Make it shorter. %s.",
			plan.name, FormatMinutes(plan.minutes), plans.LargerPlanHint))
	}
	return nil
}

// FormatMinutes is a number of minutes in words: "2 hours", "1 hour 30 minutes".
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
