package sessions

import (
	"cmp"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// seriesPlan is the new schedule of a series, with a slot for each session that hasn't started.
type seriesPlan struct {
	rule    string // set together with first if the times of the series change
	first   time.Time
	slots   []slot
	surplus []*Session // sessions without a slot
}

// slot is a start and the session that moves to it, or nil for a new session.
type slot struct {
	starts  time.Time
	session *Session
	before  *core.Record
}

// starts are the starts of the sessions that follow the series; those with a start, length or room of their own are
// checked when they are saved.
func (d seriesPlan) starts(own *ownChanges) (all []time.Time) {
	for _, one := range d.slots {
		if one.session == nil || !own.keepsBooking(one.session, one.before) {
			all = append(all, one.starts)
		}
	}
	return all
}

// sessions are the sessions that have a slot or lose theirs.
func (d seriesPlan) sessions() []*Session {
	all := slices.Clone(d.surplus)
	for _, one := range d.slots {
		if one.session != nil {
			all = append(all, one.session)
		}
	}
	return all
}

// reschedule returns the slots of a series after the session s changes to what the form says. With the same rule, all
// sessions move by as much as s; a new rule starts with s.
func (f Form) reschedule(tx core.App, series *Series, s *Session, people int) (seriesPlan, error) {
	all, err := ListInSeries(tx, series.Id)
	if err != nil {
		return seriesPlan{}, err
	}
	var open []*Session
	for _, one := range all {
		if isOpen(one, s) {
			open = append(open, one)
		}
	}
	zone, err := loadZone(f.Zone)
	if err != nil {
		return seriesPlan{}, err
	}
	option, err := parseRule(cmp.Or(f.Rule, series.Rule()), zone)
	if err != nil {
		return seriesPlan{}, err
	}
	rule := option.RRuleString()
	moved := wallTime(f.Starts.Truncate(time.Minute), zone).Sub(wallTime(s.Starts(), s.Zone()))
	switch {
	case rule != series.Rule():
		return f.applyRule(rule, open, people)
	case moved == 0 && f.Zone == s.GetString("timezone"):
		d := seriesPlan{}
		for _, one := range open {
			d.slots = append(d.slots, slot{one.Starts(), one, one.Fresh()})
		}
		return d, nil
	}
	return f.shiftSeries(series, all, open, moved, people)
}

// applyRule assigns the dates of a new rule to the open sessions, in order.
func (f Form) applyRule(rule string, open []*Session, people int) (seriesPlan, error) {
	kept, starts, err := f.expandRule(rule, f.Starts, people)
	if err != nil {
		return seriesPlan{}, err
	}
	d := seriesPlan{rule: kept, first: starts[0]}
	for n, at := range starts {
		one := slot{starts: at}
		if n < len(open) {
			one.session, one.before = open[n], open[n].Fresh()
		}
		d.slots = append(d.slots, one)
	}
	if len(open) > len(starts) {
		d.surplus = open[len(starts):]
	}
	return d, nil
}

// shiftSeries keeps each open session at its position in the series and moves it to the new time. Positions of sessions
// that started or were cancelled stay empty.
func (f Form) shiftSeries(series *Series, all, open []*Session, by time.Duration, people int) (seriesPlan, error) {
	zone := f.zone()
	first, next := resolveWallTime(wallTime(series.Starts(), series.Zone()).Add(by), zone)
	if first.IsZero() {
		return seriesPlan{}, errs.Invalid("starts", CodeBadTime, "The first session would start at a time that doesn't exist because the clocks go forward. The next possible time is "+text.TimeOfDay(next)+".")
	}
	before, err := series.Occurrences()
	if err != nil {
		return seriesPlan{}, err
	}
	kept, starts, err := f.expandRule(series.Rule(), first, people)
	if err != nil {
		return seriesPlan{}, err
	}
	place := map[int64]int{}
	for n, at := range before {
		place[at.Unix()] = n
	}
	taken, at := map[int]bool{}, map[int]*Session{}
	d := seriesPlan{rule: kept, first: first}
	for _, one := range all {
		if n, there := place[one.GetDateTime("occurrence").Time().Unix()]; there {
			taken[n] = true
		}
	}
	for _, one := range open {
		n, there := place[one.GetDateTime("occurrence").Time().Unix()]
		if !there || n >= len(starts) {
			d.surplus = append(d.surplus, one)
			continue
		}
		at[n] = one
	}
	for n, start := range starts {
		switch {
		case at[n] != nil:
			d.slots = append(d.slots, slot{start, at[n], at[n].Fresh()})
		case !taken[n] && start.After(time.Now()):
			d.slots = append(d.slots, slot{starts: start})
		}
	}
	return d, nil
}

// changesBooking reports whether a session gets another room, start or length.
func (d seriesPlan) changesBooking(f Form) bool {
	for _, one := range d.slots {
		if one.session == nil || one.session.RoomID() != f.Room || !one.session.Starts().Equal(one.starts) || one.session.Minutes() != f.Minutes {
			return true
		}
	}
	return false
}

// releasedRoomKey marks a session that was removed from its room to be rescheduled, with the room.
const releasedRoomKey = "@usherReleasedRoom"

// releaseRooms removes the sessions from their rooms before they are rescheduled, so that they don't conflict with one another.
func (d seriesPlan) releaseRooms(tx core.App) error {
	for _, one := range d.slots {
		if one.session == nil || one.session.RoomID() == "" {
			continue
		}
		one.session.SetRaw(releasedRoomKey, one.session.RoomID())
		one.session.Set("room", "")
		if err := tx.Save(one.session); err != nil {
			return err
		}
	}
	return nil
}
