package usage

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
)

// selection is a query for a team at a time.
type selection struct {
	app   core.App
	team  string
	query Query
	now   time.Time
	only  string // ID of a session; "" for all
}

// Expressions of SQL about a row of month.
const (
	// actualSeconds is how long a session ran. Each run is rounded, so that totals are the sums of the rows.
	actualSeconds = `(CASE WHEN started = '' THEN 0 ELSE later_seconds +
		max(0, CAST(round(unixepoch(CASE WHEN ended = '' THEN {:now} ELSE ended END, 'subsec') - unixepoch(started, 'subsec')) AS INTEGER)) END)`

	organizerKey = `(CASE WHEN host != '' THEN host ELSE 'name:' || host_name END)`
	roomKey      = `(CASE WHEN room != '' THEN room ELSE '` + NoRoom + `' END)`

	// upcoming is a session that can still be started in its time.
	upcoming = `(status = 'scheduled' AND ends > {:now})`
)

// month is the FROM clause with the sessions of the month: those that started in it, and those that were planned for it and
// never started. A session that was cancelled before its start isn't counted; one that was cancelled later never started.
const month = `(SELECT %[1]s, started at FROM sessions WHERE team = {:team} AND started != '' AND started >= {:from} AND started < {:until}
	UNION ALL SELECT %[1]s, starts at FROM sessions WHERE team = {:team} AND starts >= {:from} AND starts < {:until} AND started = ''
		AND (status = 'scheduled' OR status = 'cancelled' AND cancelled >= starts)) m`

func (s selection) from(columns string) string { return " FROM " + fmt.Sprintf(month, columns) }

func (s selection) params() dbx.Params {
	return dbx.Params{"team": s.team, "now": record.FormatTime(s.now), "from": record.FormatTime(s.query.Month.Start()), "until": record.FormatTime(s.query.Month.End()),
		"organizer": s.query.Organizer, "room": s.query.Room, "tag": s.query.Tag, "only": s.only}
}

// tagged is the condition of the tag filter, or one that always holds.
func (s selection) tagged() string {
	if s.query.Tag == "" {
		return "1"
	}
	return `EXISTS (SELECT 1 FROM participants p WHERE p.session = m.id AND p.email IN (SELECT email FROM tags WHERE team = {:team} AND name = {:tag} COLLATE NOCASE))`
}

// filtered is the condition of all filters.
func (s selection) filtered() string {
	all := []string{s.tagged()}
	if s.only != "" {
		all = append(all, "m.id = {:only}")
	}
	if s.query.Organizer != "" {
		all = append(all, organizerKey+" = {:organizer}")
	}
	if s.query.Room != "" {
		all = append(all, roomKey+" = {:room}")
	}
	return strings.Join(all, " AND ")
}

// localDay is the date of a session in the zone of the month.
func (s selection) localDay() string {
	spans := s.query.Month.offsets()
	offset := fmt.Sprintf("'%+d seconds'", spans[len(spans)-1].offset)
	for _, span := range slices.Backward(spans[:len(spans)-1]) {
		offset = fmt.Sprintf("CASE WHEN at < '%s' THEN '%+d seconds' ELSE %s END", record.FormatTime(span.until), span.offset, offset)
	}
	return "date(at, " + offset + ")"
}

// cell sums up the sessions with the same day, organizer and room.
type cell struct {
	Day, Organizer, OrganizerName, Room string
	Sessions, Scheduled, Actual         int
	Upcoming, UpcomingScheduled         int
	Running                             int
}

func (c cell) totals() Totals {
	return Totals{Sessions: c.Sessions, ScheduledSeconds: c.Scheduled, ActualSeconds: c.Actual, Upcoming: c.Upcoming, UpcomingSeconds: c.UpcomingScheduled, Running: c.Running}
}

// sumUp fills in the totals, groups and choices of a report, from one pass over the month.
func (s selection) sumUp(report *Report) error {
	var cells []cell
	err := s.app.DB().NewQuery("SELECT " + s.localDay() + " day, " + organizerKey + " organizer, max(host_name) organizer_name, " + roomKey + " room, count(*) sessions, sum(minutes) * 60 scheduled, " +
		"sum(" + actualSeconds + ") actual, sum(" + upcoming + ") upcoming, sum(" + upcoming + " * minutes) * 60 upcoming_scheduled, sum(status = 'running') running" +
		s.from("id, host, host_name, room, minutes, later_seconds, started, ended, ends, status") + " WHERE " + s.tagged() + " GROUP BY 1, 2, 4").
		Bind(s.params()).All(&cells)
	if err != nil {
		return fmt.Errorf("sum up usage: %w", err)
	}
	rooms, err := s.roomNames()
	if err != nil {
		return err
	}
	days, hosts, inRooms := newGroups(), newGroups(), newGroups()
	allHosts, allRooms := newGroups(), newGroups()
	for _, c := range cells {
		allHosts.add(c.Organizer, c.OrganizerName, c.totals())
		allRooms.add(c.Room, rooms[c.Room], c.totals())
		if s.query.Organizer != "" && c.Organizer != s.query.Organizer || s.query.Room != "" && c.Room != s.query.Room {
			continue
		}
		report.Totals.add(c.totals())
		days.add(c.Day, "", c.totals())
		hosts.add(c.Organizer, c.OrganizerName, c.totals())
		inRooms.add(c.Room, rooms[c.Room], c.totals())
	}
	for day := range s.query.Month.Days() {
		days.add(s.query.Month.date(day+1).Format(time.DateOnly), "", Totals{})
	}
	report.Days = slices.SortedFunc(maps.Values(days.dereference()), func(a, b Group) int { return cmp.Compare(a.Key, b.Key) })
	report.ByHost, report.ByRoom = hosts.byTime(), inRooms.byTime()
	report.Choices = Choices{allHosts.byName(), allRooms.byName()}
	return nil
}

// roomNames are the names of the team's rooms by ID, archived ones included.
func (s selection) roomNames() (map[string]string, error) {
	var all []struct{ ID, Name string }
	err := s.app.DB().NewQuery("SELECT id, name FROM rooms WHERE team = {:team}").WithContext(record.Prepared).Bind(dbx.Params{"team": s.team}).All(&all)
	if err != nil {
		return nil, fmt.Errorf("list the rooms of a team: %w", err)
	}
	names := make(map[string]string, len(all))
	for _, one := range all {
		names[one.ID] = one.Name
	}
	return names, nil
}

// groups collects groups by key.
type groups map[string]*Group

func newGroups() groups { return groups{} }

func (g groups) add(key, name string, totals Totals) {
	one := g[key]
	if one == nil {
		one = &Group{Key: key}
		g[key] = one
	}
	one.Name = max(one.Name, name)
	one.add(totals)
}

func (g groups) dereference() map[string]Group {
	all := make(map[string]Group, len(g))
	for key, one := range g {
		all[key] = *one
	}
	return all
}

func (g groups) byTime() []Group {
	return slices.SortedFunc(maps.Values(g.dereference()), func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.ScheduledSeconds+b.ActualSeconds, a.ScheduledSeconds+a.ActualSeconds), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Key, b.Key))
	})
}

func (g groups) byName() []Group {
	return slices.SortedFunc(maps.Values(g.dereference()), func(a, b Group) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.Key, b.Key))
	})
}
