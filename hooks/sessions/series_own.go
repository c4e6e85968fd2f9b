package sessions

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
)

// ownFields are the fields that a session of a series can have for itself, besides its start and its people.
var ownFields = []string{"title", "description", "minutes", "room", "passwordless", "link_entry", "access_code", "early", "lobby", "muted", "recording",
	"people", "resolution", "fps", "codec", "audio", "elsewhere"}

// The names of what a Deviation is about, besides the ownFields.
const (
	OwnStart  = "starts"
	OwnPeople = "participants"
)

// Deviation is a session of a series that was changed on its own.
type Deviation struct {
	Session *Session
	Fields  []string // names of fields, OwnStart or OwnPeople
}

// ListDeviations lists the sessions of the series of s that haven't started and were changed on their own: those that aren't at the time of their occurrence, or in which a field or the people differ from what most have.
func ListDeviations(app core.App, s *Session) ([]Deviation, error) {
	if s.SeriesID() == "" {
		return nil, nil
	}
	all, err := ListInSeries(app, s.SeriesID(), Scheduled)
	if err != nil {
		return nil, err
	}
	people, err := seriesPeople(app, s.SeriesID())
	if err != nil {
		return nil, err
	}
	open := slices.DeleteFunc(all, func(one *Session) bool { return !isOpen(one, s) })
	common := commonValues(open)
	usual := mostCommon(open, func(one *Session) string { return people[one.Id] })
	var found []Deviation
	for _, one := range open {
		fields := deviatingFields(one, common)
		if one.hasOwnStart() {
			fields = append([]string{OwnStart}, fields...)
		}
		if people[one.Id] != usual {
			fields = append(fields, OwnPeople)
		}
		if len(fields) > 0 {
			found = append(found, Deviation{one, fields})
		}
	}
	return found, nil
}

// isOpen reports whether a change of the series from s on applies to one of its sessions.
func isOpen(one, s *Session) bool {
	return one.Status() == Scheduled && (one.Id == s.Id || one.Starts().After(time.Now()))
}

// hasOwnStart reports whether the session of a series was moved away from the time of its occurrence.
func (s *Session) hasOwnStart() bool {
	return !s.Starts().Equal(TruncateMinute(s.GetDateTime("occurrence").Time()))
}

// seriesPeople is the list of people of each session of a series, by id, as a text to compare.
func seriesPeople(app core.App, series string) (map[string]string, error) {
	var rows []struct{ Session, People string }
	err := app.DB().NewQuery(`SELECT session, group_concat(email || ' ' || part, ', ') people FROM (SELECT p.session, p.email, p.part FROM participants p
			JOIN sessions s ON s.id = p.session WHERE s.series = {:series} AND p.part != 'host' AND p.state != 'out' ORDER BY p.session, p.email)
		GROUP BY session`).Bind(dbx.Params{"series": series}).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("list the people of a series: %w", err)
	}
	people := map[string]string{}
	for _, row := range rows {
		people[row.Session] = row.People
	}
	return people, nil
}

// commonValues are the values that most of the sessions have in the ownFields.
func commonValues(all []*Session) map[string]string {
	common := map[string]string{}
	for _, field := range ownFields {
		common[field] = mostCommon(all, func(one *Session) string { return one.GetString(field) })
	}
	return common
}

// mostCommon is the value that most of the sessions have, or the first of several.
func mostCommon(all []*Session, value func(*Session) string) (common string) {
	counts, most := map[string]int{}, 0
	for _, one := range all {
		counts[value(one)]++
		most = max(most, counts[value(one)])
	}
	for _, one := range all {
		if counts[value(one)] == most {
			return value(one)
		}
	}
	return ""
}

func deviatingFields(one *Session, common map[string]string) (fields []string) {
	for _, field := range ownFields {
		if one.GetString(field) != common[field] {
			fields = append(fields, field)
		}
	}
	return fields
}

// ownChanges knows which values the sessions of a series keep when the series is changed from one of them.
type ownChanges struct {
	overwrite bool
	from      *core.Record      // the session that the form was made from, as it was
	common    map[string]string // see commonValues
	people    []*Participant    // of that session
}

func (f Form) ownChanges(tx core.App, s *Session, open []*Session) (*ownChanges, error) {
	own := &ownChanges{overwrite: f.Overwrite, from: s.Fresh(), common: commonValues(open)}
	var err error
	own.people, err = ListParticipants(tx, s.Id)
	return own, err
}

// restore sets what a session keeps, after the form was applied to it: a value that the form doesn't change, and one that
// the session was given on its own.
func (o *ownChanges) restore(s *Session, before *core.Record) {
	if o.overwrite || s.Id == o.from.Id {
		return
	}
	for _, field := range ownFields {
		was := before.GetString(field)
		changed := record.Differs(s.Record, o.from, field)
		if !changed || was != o.common[field] && was != o.from.GetString(field) {
			s.Set(field, before.Get(field))
		}
	}
}

// keepsStart reports whether a session stays at the time that it was moved to on its own.
func (o *ownChanges) keepsStart(s *Session) bool {
	return !o.overwrite && s.Id != o.from.Id && s.hasOwnStart()
}

// keepsBooking reports whether a session keeps a start, length or room of its own.
func (o *ownChanges) keepsBooking(s *Session, before *core.Record) bool {
	if o.overwrite || s.Id == o.from.Id {
		return false
	}
	return s.hasOwnStart() || slices.ContainsFunc([]string{"minutes", "room"}, func(field string) bool {
		was := before.GetString(field)
		return was != o.common[field] && was != o.from.GetString(field)
	})
}

// invitees are the people of a session after the change: its own, with those whom the form adds and changes, and without
// those whom it removes.
func (o *ownChanges) invitees(tx core.App, s *Session, listed []invitee) ([]invitee, error) {
	if o.overwrite || s.Id == o.from.Id {
		return listed, nil
	}
	rows, err := ListParticipants(tx, s.Id)
	if err != nil {
		return nil, err
	}
	before := map[string]string{}
	for _, p := range o.people {
		if !p.Excluded() {
			before[p.Address()] = p.Role()
		}
	}
	var all []invitee
	for _, row := range rows {
		named := slices.IndexFunc(listed, func(one invitee) bool { return one.address == row.Address() })
		removed := named < 0 && before[row.Address()] != ""
		if removed || row.Role() == Host || row.Excluded() {
			continue
		}
		one := invitee{row.Address(), row.GetString("name"), row.UserID(), row.Role()}
		if named >= 0 {
			one.user = cmp.Or(one.user, listed[named].user)
			if listed[named].role != before[row.Address()] {
				one.role = listed[named].role
			}
		}
		all = append(all, one)
	}
	for _, one := range listed {
		here := slices.ContainsFunc(rows, func(row *Participant) bool { return row.Address() == one.address })
		if before[one.address] == "" && !here {
			all = append(all, one)
		}
	}
	return all, nil
}
