// Package usage compares what a team scheduled in a month with what ran. Scheduled values are those of the schedule, which
// can't change once a session has started or its time has passed (R126); actual values come from its runs and attendances.
// A session counts in the month in which it started; one that never started, in the month for which it was planned (R131).
// Load is what pages, the API and CSV files show.
package usage

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/plans"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// Dimensions by which a month is divided.
const (
	ByDay       = "day"
	ByOrganizer = "organizer"
	ByRoom      = "room"
)

// NoRoom is the key of sessions without a room.
const NoRoom = "none"

// PerPage is the number of rows on a page.
const PerPage = 50

// Query selects the sessions of a month. Filters are combined; empty ones don't apply.
type Query struct {
	Month     Month
	Organizer string // key of a Group by organizer
	Room      string // key of a Group by room
	Tag       string // of the organizer or a participant
	Sort      string // one of Sorts; a leading minus reverses it
	Page      int    // from 1
	All       bool   // returns the rows of all pages
}

// ParseQuery parses the parameters month, organizer, room, tag, sort and page. Invalid ones other than the month don't apply.
func ParseQuery(values url.Values, now time.Time, zone *time.Location) (Query, error) {
	month, err := ParseMonth(values.Get("month"), now, zone)
	page, _ := strconv.Atoi(values.Get("page"))
	query := Query{Month: month, Organizer: clean(values.Get("organizer")), Room: clean(values.Get("room")), Tag: clean(values.Get("tag")), Page: max(1, page)}
	if sort := values.Get("sort"); slices.Contains(Sorts, strings.TrimPrefix(sort, "-")) {
		query.Sort = sort
	}
	return query, err
}

// clean makes a filter short and valid.
func clean(filter string) string { return text.Truncate(text.Sanitize(filter), 300) }

// IsFiltered reports whether the query excludes sessions of the month.
func (q Query) IsFiltered() bool { return q.Organizer != "" || q.Room != "" || q.Tag != "" }

// Report is the usage of a month.
type Report struct {
	Month   Month
	AsOf    time.Time
	Totals  Totals
	Rate    Rate
	Rows    []Row // of the page
	From    int   // number of the first row on the page, from 1; 0 if there are none
	Past    int   // sessions that have a row, on all pages
	Days    []Group
	ByHost  []Group // by organizer, most time first
	ByRoom  []Group // by room, most time first
	Choices Choices
}

// Choices are the organizers and rooms of the month's sessions, whatever organizer and room the query selects.
type Choices struct{ Organizers, Rooms []Group }

// Totals sums up sessions. Sessions and ScheduledSeconds include Upcoming ones, whose time hasn't passed; they aren't in Rows.
type Totals struct {
	Sessions, ScheduledSeconds, ActualSeconds int
	Upcoming, UpcomingSeconds                 int
	Running                                   int
}

// Past is the number of sessions that have started or whose time has passed.
func (t Totals) Past() int { return t.Sessions - t.Upcoming }

func (t *Totals) add(other Totals) {
	t.Sessions += other.Sessions
	t.ScheduledSeconds += other.ScheduledSeconds
	t.ActualSeconds += other.ActualSeconds
	t.Upcoming += other.Upcoming
	t.UpcomingSeconds += other.UpcomingSeconds
	t.Running += other.Running
}

// Group is the part of a month that has the same day, organizer or room.
type Group struct {
	Key  string // date, ID of the organizer or room, or NoRoom
	Name string // empty for days, and for sessions without a room
	Totals
}

// Load returns the usage of a month of the actor's team. The Owner and Admins can see it. Requests for the same that wait at
// the same time share one computation.
func Load(app core.App, actor *actors.Actor, query Query) (*Report, error) {
	if !actor.CanUsePanel() {
		return nil, errs.Forbidden("Only the Owner and Admins can see usage.")
	}
	return flightsOf(app).do(flightKey{actor.Team.Id, query.Month.zone.String(), query.keyed()}, func() (*Report, error) {
		return load(app, actor.Team.Id, query, time.Now())
	})
}

func load(app core.App, team string, query Query, now time.Time) (*Report, error) {
	plan, err := plans.ForTeam(app, team)
	if err != nil {
		return nil, err
	}
	report := &Report{Month: query.Month, AsOf: now, Rate: rateOf(plan)}
	s := selection{app: app, team: team, query: query, now: now}
	if err := s.sumUp(report); err != nil {
		return nil, err
	}
	report.Past = report.Totals.Past()
	report.Rows, report.From, err = s.rows(report.Past)
	return report, err
}
