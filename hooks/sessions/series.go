package sessions

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/teambition/rrule-go"

	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// What a series may have (R105).
const (
	MaxOccurrences   = 200
	MaxSeriesInvites = 5_000 // people times sessions

	CodeBadRule = "bad_rule"
)

var _ core.RecordProxy = (*Series)(nil)

// Series is a rule by which sessions recur. Each of them is a session of its own.
type Series struct{ *core.Record }

// PreValidate makes sure that the proxy holds a series.
func (s *Series) PreValidate(context.Context, core.App) error {
	if s.Record == nil || s.Collection().Name != "series" {
		return errors.New("not a series")
	}
	return nil
}

// ProxyRecord returns the record.
func (s *Series) ProxyRecord() *core.Record { return s.Record }

// SetProxyRecord sets the record.
func (s *Series) SetProxyRecord(r *core.Record) { s.Record = r }

// Rule is the recurrence rule (RFC 5545, 3.3.10), with an end.
func (s *Series) Rule() string { return s.GetString("rule") }

// Starts is when its first session starts by the rule, on a whole minute.
func (s *Series) Starts() time.Time { return TruncateMinute(s.GetDateTime("starts").Time()) }

// Zone is the time zone in which the rule counts.
func (s *Series) Zone() *time.Location { return zoneOrUTC(s.GetString("timezone")) }

// Occurrences are the starts of the series by its rule.
func (s *Series) Occurrences() ([]time.Time, error) {
	_, times, err := ExpandRule(s.Rule(), s.Starts(), s.Zone())
	return times, err
}

// FindSeries reads a series by its id, or record.ErrNotFound.
func FindSeries(app core.App, id string) (*Series, error) {
	found := []*Series{}
	if err := app.RecordQuery("series").AndWhere(idIs(id)).Limit(1).All(&found); err != nil {
		return nil, fmt.Errorf("find a series: %w", err)
	}
	if len(found) == 0 {
		return nil, errs.NotFound
	}
	return found[0], nil
}

// ListInSeries lists the sessions of a series in any of the states, or all of them without one, as the rule has them.
func ListInSeries(app core.App, series string, states ...string) ([]*Session, error) {
	found := []*Session{}
	query := app.RecordQuery("sessions").AndWhere(dbx.HashExp{"series": series}).OrderBy("occurrence", "(status = 'cancelled')", "starts", "id")
	if len(states) > 0 {
		in := make([]any, len(states))
		for n := range states {
			in[n] = states[n]
		}
		query.AndWhere(dbx.In("status", in...))
	}
	if err := query.All(&found); err != nil {
		return nil, fmt.Errorf("list the sessions of a series: %w", err)
	}
	return found, nil
}

// ExpandRule reads a recurrence rule for sessions that start at first: it returns the rule as it is kept, and all starts.
// They are at the same time of the clock, whatever the clocks do; a time that the clocks skip is left out (RFC 5545,
// 3.3.10). All are on whole minutes, the first too. A rule without an end is refused, and one that the first session
// is not of.
func ExpandRule(rule string, first time.Time, zone *time.Location) (kept string, starts []time.Time, err error) {
	defer func() {
		if recover() != nil { // rules that are no rules make the library reach beyond its tables
			kept, starts, err = "", nil, ruleError("Usher cannot read the rule.")
		}
	}()
	if first.IsZero() {
		return "", nil, errs.Invalid("starts", CodeBadTime, "Choose when the first session starts.")
	}
	first = TruncateMinute(first)
	option, err := parseRule(rule, zone)
	if err != nil {
		return "", nil, err
	}
	count, until := option.Count, option.Until
	walk := *option
	walk.Count, walk.Dtstart = 0, wallTime(first, zone)
	last := first.AddDate(maxAhead+1, 0, 0)
	walk.Until = wallTime(last, zone)
	recurrence, err := rrule.NewRRule(walk)
	if err != nil {
		return "", nil, ruleError("Usher cannot read the rule.")
	}
	for next := recurrence.Iterator(); ; {
		wall, more := next()
		if !more || count > 0 && len(starts) == count {
			break
		}
		at, _ := resolveWallTime(wall, zone)
		if at.IsZero() {
			continue
		}
		if !until.IsZero() && at.After(until) {
			break
		}
		if starts = append(starts, at.UTC()); len(starts) > MaxOccurrences {
			return "", nil, ruleError(fmt.Sprintf("A series has at most %d sessions. End it earlier.", MaxOccurrences))
		}
	}
	switch {
	case len(starts) == 0 || !starts[0].Equal(first):
		return "", nil, ruleError("The first session is not on a day of the rule. Choose another start, or another rule.")
	case count > len(starts):
		return "", nil, ruleError(fmt.Sprintf("The series goes on for more than %d years. End it earlier.", maxAhead))
	}
	return option.RRuleString(), starts, nil
}

func parseRule(rule string, zone *time.Location) (*rrule.ROption, error) {
	rule = strings.ToUpper(strings.TrimPrefix(strings.TrimSpace(rule), "RRULE:"))
	if len(rule) > 300 || strings.ContainsAny(rule, "\r\n") || strings.Contains(rule, "DTSTART") {
		return nil, ruleError("Usher cannot read the rule.")
	}
	option, err := rrule.StrToROptionInLocation(rule, zone)
	if err != nil {
		return nil, ruleError("Usher cannot read the rule.")
	}
	switch {
	case option.Freq > rrule.DAILY || len(option.Byhour)+len(option.Byminute)+len(option.Bysecond)+len(option.Byeaster) > 0:
		return nil, ruleError("A series has at most one session a day.")
	case option.Count < 0 || option.Interval < 0 || option.Interval > 1000:
		return nil, ruleError("Usher cannot read the rule.")
	case option.Count == 0 && option.Until.IsZero():
		return nil, ruleError("The rule has no end. Say how many sessions there are, or until when: a series books its room ahead.")
	case option.Count > 0 && !option.Until.IsZero():
		return nil, ruleError("The rule has two ends. Give a number of sessions or a last day, not both.")
	}
	if at := strings.Index(rule, "UNTIL="); at >= 0 {
		value, _, _ := strings.Cut(rule[at+len("UNTIL="):], ";")
		if len(value) == len(rrule.DateFormat) { // a day is meant to its end
			option.Until = option.Until.AddDate(0, 0, 1).Add(-time.Second)
		}
		option.Until = option.Until.UTC()
	}
	return option, nil
}

func ruleError(sentence string) error { return errs.Invalid("rule", CodeBadRule, sentence) }

// newSeries writes a new series into the transaction.
func newSeries(tx core.App, team, host, rule, zone string, starts time.Time) (*Series, error) {
	collection, err := tx.FindCachedCollectionByNameOrId("series")
	if err != nil {
		return nil, fmt.Errorf("find series: %w", err)
	}
	s := &Series{core.NewRecord(collection)}
	s.Load(map[string]any{"team": team, "host": host, "rule": rule, "timezone": zone, "starts": starts})
	return s, tx.Save(s)
}

// registerSeries wires what holds for every writer of a series: a rule with an end, and a team that stays.
func registerSeries(app core.App) {
	judge := record.Guard(func(app core.App, r *core.Record) error {
		if !r.IsNew() && record.Changed(r, "team") {
			return errs.Invalid("base", CodeFixed, "A series stays with its team.")
		}
		if err := ensureUID(app, r); err != nil {
			return err
		}
		if !record.Changed(r, "rule", "starts", "timezone") {
			return nil
		}
		zone, err := loadZone(r.GetString("timezone"))
		if err != nil {
			return err
		}
		r.Set("starts", TruncateMinute(r.GetDateTime("starts").Time()))
		rule, _, err := ExpandRule(r.GetString("rule"), r.GetDateTime("starts").Time(), zone)
		r.Set("rule", rule)
		return err
	})
	app.OnRecordCreateExecute("series").BindFunc(judge)
	app.OnRecordUpdateExecute("series").BindFunc(judge)
}
