package sessions

import (
	"cmp"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
)

// drawing is what a series will be: a day for each of its sessions that have not started.
type drawing struct {
	rule    string // and first, if the times of the series change
	first   time.Time
	days    []day
	surplus []*Session // what has no day any more
}

// day is a start, and the session that is planned for it anew; nil is a new one.
type day struct {
	at      time.Time
	session *Session
	was     *core.Record
}

func (d drawing) starts() (all []time.Time) {
	for _, one := range d.days {
		all = append(all, one.at)
	}
	return all
}

// redraw finds a day for each session of a series when the session s becomes what the form says. The same rule at
// another time moves each session as far as s; another rule begins with s.
func (f Form) redraw(tx core.App, series *Series, s *Session, people int) (drawing, error) {
	all, err := InSeries(tx, series.Id)
	if err != nil {
		return drawing{}, err
	}
	var open []*Session
	for _, one := range all {
		if one.Status() == Scheduled && (one.Id == s.Id || one.Starts().After(time.Now())) {
			open = append(open, one)
		}
	}
	zone, err := location(f.Zone)
	if err != nil {
		return drawing{}, err
	}
	option, err := readRule(cmp.Or(f.Rule, series.Rule()), zone)
	if err != nil {
		return drawing{}, err
	}
	rule := option.RRuleString()
	moved := onClock(f.Starts.Truncate(time.Minute), zone).Sub(onClock(s.Starts(), s.Zone()))
	switch {
	case rule != series.Rule():
		return f.byNewRule(rule, open, people)
	case moved == 0 && f.Zone == s.GetString("timezone"):
		d := drawing{}
		for _, one := range open {
			d.days = append(d.days, day{one.Starts(), one, one.Fresh()})
		}
		return d, nil
	}
	return f.moved(series, all, open, moved, people)
}

// byNewRule gives the open sessions the days of another rule, in their order.
func (f Form) byNewRule(rule string, open []*Session, people int) (drawing, error) {
	kept, starts, err := f.recur(rule, f.Starts, people)
	if err != nil {
		return drawing{}, err
	}
	d := drawing{rule: kept, first: starts[0]}
	for n, at := range starts {
		one := day{at: at}
		if n < len(open) {
			one.session, one.was = open[n], open[n].Fresh()
		}
		d.days = append(d.days, one)
	}
	if len(open) > len(starts) {
		d.surplus = open[len(starts):]
	}
	return d, nil
}

// moved gives each open session the same place in the series at its new time. Places of sessions that started or were
// cancelled stay empty.
func (f Form) moved(series *Series, all, open []*Session, by time.Duration, people int) (drawing, error) {
	zone := f.zone()
	first, next := placed(onClock(series.Starts(), series.Zone()).Add(by), zone)
	if first.IsZero() {
		return drawing{}, record.Refuse("starts", CodeBadTime, "The first of the series would be at a time that the clocks skip. The next time is "+record.Clock(next)+".")
	}
	before, err := series.Occurrences()
	if err != nil {
		return drawing{}, err
	}
	kept, starts, err := f.recur(series.Rule(), first, people)
	if err != nil {
		return drawing{}, err
	}
	place := map[int64]int{}
	for n, at := range before {
		place[at.Unix()] = n
	}
	taken, at := map[int]bool{}, map[int]*Session{}
	d := drawing{rule: kept, first: first}
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
			d.days = append(d.days, day{start, at[n], at[n].Fresh()})
		case !taken[n] && start.After(time.Now()):
			d.days = append(d.days, day{at: start})
		}
	}
	return d, nil
}

// rebooks reports whether any of the sessions is to have another room, time or length than it has.
func (d drawing) rebooks(f Form) bool {
	for _, one := range d.days {
		if one.session == nil || one.session.RoomID() != f.Room || !one.session.Starts().Equal(one.at) || one.session.Minutes() != f.Minutes {
			return true
		}
	}
	return false
}

// free takes the sessions out of their room before they are booked anew: else one would stand in the way of another.
func (d drawing) free(tx core.App) error {
	for _, one := range d.days {
		if one.session == nil || one.session.RoomID() == "" {
			continue
		}
		one.session.Set("room", "")
		if err := tx.Save(one.session); err != nil {
			return err
		}
	}
	return nil
}
