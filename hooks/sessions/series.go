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

// The limits of a series (R105).
const (
	MaxOccurrences   = 200
	MaxSeriesInvites = 5_000 // invitees times sessions

	CodeBadRule = "bad_rule"
)

var _ core.RecordProxy = (*Series)(nil)

// Series is the rule of recurring sessions. Each of them is a separate session.
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

// Rule is the recurrence rule (RFC 5545, 3.3.10). It always has an end.
func (s *Series) Rule() string { return s.GetString("rule") }

// Starts is the start of the first session by the rule, on a whole minute.
func (s *Series) Starts() time.Time { return TruncateMinute(s.GetDateTime("starts").Time()) }

// Zone is the time zone of the rule.
func (s *Series) Zone() *time.Location { return zoneOrUTC(s.GetString("timezone")) }

// Occurrences are the starts of the series by its rule.
func (s *Series) Occurrences() ([]time.Time, error) {
	_, times, err := ExpandRule(s.Rule(), s.Starts(), s.Zone())
	return times, err
}

// FindSeries finds a series by id, or returns errs.ErrNotFound.
func FindSeries(app core.App, id string) (*Series, error) {
	found := []*Series{}
	if err := app.RecordQuery("series").AndWhere(idIs(id)).Limit(1).All(&found); err != nil {
		return nil, fmt.Errorf("find a series: %w", err)
	}
	if len(found) == 0 {
		return nil, errs.ErrNotFound
	}
	return found[0], nil
}

// ListInSeries lists the sessions of a series with one of the statuses, or all of them without any, by occurrence.
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

// ExpandRule parses a recurrence rule for sessions whose first starts at first, and returns the normalized rule and all
// starts. They are at the same local time; a time that the clocks skip is left out (RFC 5545, 3.3.10). All are on whole
// minutes. A rule without an end, or one that doesn't include the first session, is refused.
func ExpandRule(rule string, first time.Time, zone *time.Location) (kept string, starts []time.Time, err error) {
	defer func() {
		if recover() != nil { // the library panics on some invalid rules
			kept, starts, err = "", nil, ruleError("Usher can't read this recurrence rule.")
		}
	}()
	if first.IsZero() {
		return "", nil, errs.Invalid("starts", CodeBadTime, "Choose a start for the first session.")
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
		return "", nil, ruleError("Usher can't read this recurrence rule.")
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
			return "", nil, ruleError(fmt.Sprintf("A series can have up to %d sessions. Choose an earlier end date.", MaxOccurrences))
		}
	}
	switch {
	case len(starts) == 0 || !starts[0].Equal(first):
		return "", nil, ruleError("The first session doesn't match the recurrence rule. Choose another start or rule.")
	case count > len(starts):
		return "", nil, ruleError(fmt.Sprintf("A series can run for up to %d years. Choose an earlier end date.", maxAhead))
	}
	return option.RRuleString(), starts, nil
}

func parseRule(rule string, zone *time.Location) (*rrule.ROption, error) {
	rule = strings.ToUpper(strings.TrimPrefix(strings.TrimSpace(rule), "RRULE:"))
	if len(rule) > 300 || strings.ContainsAny(rule, "\r\n") || strings.Contains(rule, "DTSTART") {
		return nil, ruleError("Usher can't read this recurrence rule.")
	}
	option, err := rrule.StrToROptionInLocation(rule, zone)
	if err != nil {
		return nil, ruleError("Usher can't read this recurrence rule.")
	}
	switch {
	case option.Freq > rrule.DAILY || len(option.Byhour)+len(option.Byminute)+len(option.Bysecond)+len(option.Byeaster) > 0:
		return nil, ruleError("A series can have one session a day at most.")
	case option.Count < 0 || option.Interval < 0 || option.Interval > 1000:
		return nil, ruleError("Usher can't read this recurrence rule.")
	case option.Count == 0 && option.Until.IsZero():
		return nil, ruleError("The recurrence rule has no end. Set a number of sessions or an end date.")
	case option.Count > 0 && !option.Until.IsZero():
		return nil, ruleError("The recurrence rule has two ends. Set a number of sessions or an end date, not both.")
	}
	if at := strings.Index(rule, "UNTIL="); at >= 0 {
		value, _, _ := strings.Cut(rule[at+len("UNTIL="):], ";")
		if len(value) == len(rrule.DateFormat) { // a date includes the whole day
			option.Until = option.Until.AddDate(0, 0, 1).Add(-time.Second)
		}
		option.Until = option.Until.UTC()
	}
	return option, nil
}

func ruleError(sentence string) error { return errs.Invalid("rule", CodeBadRule, sentence) }

// newSeries creates a series in the transaction.
func newSeries(tx core.App, team, host, rule, zone string, starts time.Time) (*Series, error) {
	collection, err := tx.FindCachedCollectionByNameOrId("series")
	if err != nil {
		return nil, fmt.Errorf("find series: %w", err)
	}
	s := &Series{core.NewRecord(collection)}
	s.Load(map[string]any{"team": team, "host": host, "rule": rule, "timezone": zone, "starts": starts})
	return s, tx.Save(s)
}

// registerSeries registers the rules for every write of a series: a rule with an end, and a team that doesn't change.
func registerSeries(app core.App) {
	judge := record.Guard(func(app core.App, r *core.Record) error {
		if !r.IsNew() && record.Changed(r, "team") {
			return errs.Invalid("base", CodeFixed, "The team of a series can't be changed.")
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
