package audit

import (
	"net/url"
	"strconv"
	"time"

	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// CodeBadDate is the code of a refusal of a date that is none.
const CodeBadDate = "bad_date"

// ParseQuery reads a query from the address of a page or of a program: person, kind, result, before, and from and to,
// which are moments (RFC 3339) or days in the zone, both included. The rest is read even if a date is refused.
func ParseQuery(values url.Values, zone *time.Location) (Query, error) {
	before, _ := strconv.Atoi(values.Get("before"))
	query := Query{
		Person: text.Truncate(values.Get("person"), 200), Kind: text.Truncate(values.Get("kind"), 60),
		Result: text.Truncate(values.Get("result"), 60), Before: max(before, 0),
	}
	var faults errs.List
	var err error
	query.From, err = parseDate(values.Get("from"), "from", zone, 0)
	faults.Add(err)
	query.To, err = parseDate(values.Get("to"), "to", zone, 1)
	faults.Add(err)
	return query, faults.Err()
}

// parseDate is a moment, or the beginning of a day so many days later.
func parseDate(text, field string, zone *time.Location, days int) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if day, err := time.ParseInLocation(time.DateOnly, text, zone); err == nil {
		return day.AddDate(0, 0, days), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, errs.Invalid(field, CodeBadDate, "Write the day as year-month-day, such as 2026-11-17.")
	}
	return at, nil
}
