package audit

import (
	"net/url"
	"strconv"
	"time"

	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// CodeBadDate is the code of an invalid date.
const CodeBadDate = "bad_date"

// ParseQuery parses the parameters person, kind, result, before, from and to. from and to are times (RFC 3339) or dates in
// the zone, both inclusive. If a date is invalid, the rest of the query is still returned with the error.
func ParseQuery(values url.Values, zone *time.Location) (Query, error) {
	before, _ := strconv.Atoi(values.Get("before"))
	query := Query{
		Person: text.CleanSearch(text.Truncate(values.Get("person"), 200)), Kind: text.Truncate(values.Get("kind"), 60),
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

// parseDate parses a time, or returns the start of the date plus a number of days.
func parseDate(text, field string, zone *time.Location, days int) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if day, err := time.ParseInLocation(time.DateOnly, text, zone); err == nil {
		return day.AddDate(0, 0, days), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, errs.Invalid(field, CodeBadDate, "Enter the date as YYYY-MM-DD, such as 2026-11-17.")
	}
	return at, nil
}
