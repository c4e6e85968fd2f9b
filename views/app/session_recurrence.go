package app

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"usher/hooks/accounts"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// The kinds of repetition that the form can express. Other rules are kept unchanged.
const (
	noRepeat         = ""
	daily            = "daily"
	weekdays         = "weekdays"
	weekly           = "weekly"
	monthlyByDay     = "day"     // day of the month
	monthlyByWeekday = "weekday" // for example the third Thursday
	customRule       = "rule"
)

var dayKeys = []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}

var dayNames = map[string]string{"MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday", "SA": "Saturday", "SU": "Sunday"}

// moveWeekday selects the new weekday when the date changes, if only the previous date's weekday was selected.
func (t *formInput) moveWeekday(before string) {
	date, err := time.Parse(time.DateOnly, t.Date)
	if err != nil || dayKey(date) == before || !slices.Equal(t.Days, []string{before}) {
		return
	}
	t.Days, t.weekdayMoved = []string{dayKey(date)}, true
}

// rule returns the repetition as an RFC 5545 rule, or "" for a single session.
func (t formInput) rule(zone string) (string, error) {
	first, err := time.Parse(time.DateOnly, t.Date)
	if err != nil || t.Repeat == noRepeat {
		return "", nil // toForm reports the date
	}
	if _, err := time.LoadLocation(zone); err != nil {
		return "", nil // and the zone
	}
	if t.Repeat == customRule {
		return t.Rule, nil
	}
	rule, ok := t.frequencyRule(first)
	if !ok {
		return "", errs.Invalid("repeat", sessions.CodeBadRule, "Choose how the session repeats from the list.")
	}
	if t.Ends == "until" {
		until, err := sessions.ParseLocalTime(t.Until, "23:59", zone)
		if err != nil {
			return "", errs.Invalid("until", sessions.CodeBadRule, "Choose the last day of the series.")
		}
		if t.Until < t.Date {
			return "", errs.Invalid("until", sessions.CodeBadRule, "The last day is before the first session. Choose a later one.")
		}
		return rule + ";UNTIL=" + until.UTC().Format("20060102T150405Z"), nil
	}
	count, err := strconv.Atoi(t.Count)
	if err != nil || count < 1 || count > sessions.MaxOccurrences {
		return "", errs.Invalid("count", sessions.CodeBadRule, fmt.Sprintf("Enter a number from 1 to %d.", sessions.MaxOccurrences))
	}
	return rule + ";COUNT=" + strconv.Itoa(count), nil
}

func (t formInput) frequencyRule(first time.Time) (string, bool) {
	switch t.Repeat {
	case daily:
		return "FREQ=DAILY", true
	case weekdays:
		return "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", true
	case weekly:
		return "FREQ=WEEKLY;BYDAY=" + strings.Join(t.days(first), ","), true
	case monthlyByDay:
		return "FREQ=MONTHLY;BYMONTHDAY=" + strconv.Itoa(first.Day()), true
	case monthlyByWeekday:
		return "FREQ=MONTHLY;BYDAY=" + strconv.Itoa(weekOfMonth(first)) + dayKey(first), true
	}
	return "", false
}

// days returns the selected weekdays in order, or the weekday of the first session.
func (t formInput) days(first time.Time) []string {
	var all []string
	for _, key := range dayKeys {
		if slices.Contains(t.Days, key) {
			all = append(all, key)
		}
	}
	if len(all) == 0 {
		all = []string{dayKey(first)}
	}
	return all
}

func dayKey(at time.Time) string { return dayKeys[(int(at.Weekday())+6)%7] }

// weekOfMonth returns which one of its weekday in the month the day is: 1 to 4, or -1 for the last.
func weekOfMonth(day time.Time) int {
	if n := (day.Day() + 6) / 7; n < 5 {
		return n
	}
	return -1
}

// parseRule sets the fields from a rule.
func (t *formInput) parseRule(rule string, zone *time.Location) {
	t.Rule = rule
	if rule == "" {
		return
	}
	parts := map[string]string{}
	for part := range strings.SplitSeq(strings.TrimPrefix(rule, "RRULE:"), ";") {
		name, value, _ := strings.Cut(part, "=")
		parts[strings.ToUpper(name)] = value
	}
	if count := parts["COUNT"]; count != "" {
		t.Ends, t.Count = "count", count
	} else if until, err := time.Parse("20060102T150405Z", parts["UNTIL"]); err == nil {
		t.Ends, t.Until = "until", until.In(zone).Format(time.DateOnly)
	}
	for _, repeat := range []string{daily, weekdays, weekly, monthlyByDay, monthlyByWeekday} {
		t.Repeat = repeat
		t.Days = nil
		if repeat == weekly {
			t.Days = strings.Split(parts["BYDAY"], ",")
		}
		if made, err := t.rule(zone.String()); err == nil && sameRule(made, rule) {
			return
		}
	}
	t.Repeat = customRule
}

func sameRule(a, b string) bool {
	split := func(rule string) []string {
		parts := strings.Split(strings.TrimPrefix(strings.ToUpper(rule), "RRULE:"), ";")
		slices.Sort(parts)
		return parts
	}
	return slices.Equal(split(a), split(b))
}

var ordinals = map[int]string{1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}

// frequencyText describes the repetition: "every week on Monday and Thursday".
func (t formInput) frequencyText(first time.Time) string {
	switch t.Repeat {
	case daily:
		return "every day"
	case weekdays:
		return "every weekday, Monday to Friday"
	case weekly:
		var names []string
		for _, key := range t.days(first) {
			names = append(names, dayNames[key])
		}
		return "every week on " + text.JoinList(names)
	case monthlyByDay:
		sentence := "every month on day " + strconv.Itoa(first.Day())
		if first.Day() > 28 {
			sentence += ", skipping shorter months"
		}
		return sentence
	case monthlyByWeekday:
		return "every month on the " + ordinals[weekOfMonth(first)] + " " + first.Weekday().String()
	}
	return "on the same schedule"
}

// endText describes the end of the repetition, to follow frequencyText.
func (t formInput) endText() string {
	if until, err := time.Parse(time.DateOnly, t.Until); t.Ends == "until" && err == nil {
		return ", until " + until.Format("Mon 2 Jan 2006")
	}
	if count, err := strconv.Atoi(t.Count); err == nil {
		return ", " + text.Count(count, "session", "sessions")
	}
	return ""
}

func repeatLabel(repeat string, first time.Time) string {
	words := formInput{Repeat: repeat, Days: []string{dayKey(first)}}.frequencyText(first)
	return text.Capitalize(words)
}

// repeatText describes the series in a sentence: how often, how many and until when. wrong is the error if the rule is invalid.
func (t formInput) repeatText() (sentence, wrong string) {
	first, err := time.Parse(time.DateOnly, t.Date)
	if err != nil || t.Repeat == noRepeat || t.Scope == string(sessions.ScopeSession) || t.Ends == "until" && t.Until == "" {
		return "", ""
	}
	zone, err := time.LoadLocation(t.Zone)
	if err != nil {
		return "", ""
	}
	starts, err := sessions.ParseLocalTime(t.Date, t.Time, zone.String())
	if err != nil {
		return "", ""
	}
	rule, err := t.rule(zone.String())
	if err == nil && t.Scope == string(sessions.ScopeSeries) && sameRule(rule, t.Rule) {
		return "The series stays the same: " + t.frequencyText(first) + t.endText() + ". A new time applies to all sessions that haven't started.", ""
	}
	if err == nil {
		var all []time.Time
		if _, all, err = sessions.ExpandRule(rule, starts, zone); err == nil {
			last := all[len(all)-1].In(zone)
			return fmt.Sprintf("%d sessions: %s, from %s to %s. Each starts at %s %s time, all year round.", len(all), t.frequencyText(first),
				starts.In(zone).Format("Mon 2 Jan 2006"), last.Format("Mon 2 Jan 2006"), text.TimeOfDay(starts.In(zone)), accounts.ZoneLabel(zone)), ""
		}
	}
	_, _, wrong, _ = errs.Details(err)
	return "", wrong
}
