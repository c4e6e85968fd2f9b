package sessions

import (
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// changeSeries reschedules all sessions of a series that haven't started. Unless the form overwrites them, they keep what
// they were changed to on their own. The form is refused with faults and those that it has for the series.
func changeSeries(tx core.App, actor *actors.Actor, s *Session, form Form, people []invitee, faults errs.List) error {
	series, err := FindSeries(tx, s.SeriesID())
	if err != nil {
		return err
	}
	if form.Starts.IsZero() {
		return faults.Err()
	}
	next, err := form.reschedule(tx, series, s, len(people))
	if err != nil {
		if err := faults.Take(err); err != nil {
			return err
		}
		return faults.Err()
	}
	own, err := form.ownChanges(tx, s, next.sessions())
	if err != nil {
		return err
	}
	for _, surplus := range next.surplus {
		surplus.Set("status", Cancelled)
		if err := tx.Save(surplus); err != nil {
			return err
		}
	}
	if next.changesBooking(form) {
		if err := next.releaseRooms(tx); err != nil {
			return err
		}
		if form.hasTimes() {
			if err := faults.Take(form.validateRoom(tx, s.TeamID(), next.starts(own), "")); err != nil {
				return err
			}
		}
	}
	if err := faults.Err(); err != nil {
		return err
	}
	if next.rule != "" {
		series.Load(map[string]any{"rule": next.rule, "starts": next.first, "timezone": form.Zone, "sequence": series.GetInt("sequence") + 1})
		if err := tx.Save(series); err != nil {
			return err
		}
	}
	r := &seriesUpdate{notifier: newNotifier(tx, actor, ScopeSeries), form: form, own: own, invitees: people, changed: len(next.surplus) > 0, added: map[string]*Participant{}, removed: map[string]*Participant{}}
	for _, d := range next.slots {
		if err := r.applySlot(tx, s, series, d, next.rule != ""); err != nil {
			return err
		}
	}
	r.notifier.skip(sortedValues(r.added))
	r.notifier.notifyRemoved(s, sortedValues(r.removed))
	if r.changed {
		r.notifier.notify(mail.KindSessionChanged, append(r.affected, next.surplus...)...)
	}
	return r.notifier.invite(s, sortedValues(r.added))
}

// seriesUpdate collects the result of rescheduling a series: the sessions affected, and who was added and removed.
type seriesUpdate struct {
	notifier       *notifier
	form           Form
	own            *ownChanges
	invitees       []invitee
	affected       []*Session
	changed        bool
	added, removed map[string]*Participant
}

// applySlot reschedules one session of the series, or creates it. times says that its occurrence moves, too.
func (r *seriesUpdate) applySlot(tx core.App, s *Session, series *Series, d slot, times bool) error {
	if d.session == nil {
		made, err := r.form.create(tx, s.TeamID(), s.HostID(), series.Id, d.starts, r.invitees)
		r.affected, r.changed = append(r.affected, made), true
		return err
	}
	people, err := r.own.invitees(tx, d.session, r.invitees)
	if err != nil {
		return err
	}
	out, err := removeUninvited(tx, d.session, people)
	if err != nil {
		return err
	}
	form := r.form
	form.Starts = d.starts
	if r.own.keepsStart(d.session) {
		form.Starts = d.session.Starts()
	}
	form.applyTo(d.session)
	r.own.restore(d.session, d.before)
	d.session.bumpSequence(out)
	if times {
		d.session.Set("occurrence", d.starts)
	}
	if err := tx.Save(d.session); err != nil {
		return err
	}
	in, err := syncInvitees(tx, d.session, people)
	if err != nil {
		return err
	}
	r.changed = r.changed || record.Differs(d.session.Record, d.before, calendarFields...)
	r.notifier.moved[d.session.Id] = record.Differs(d.session.Record, d.before, "starts")
	addFirst(r.added, in)
	addFirst(r.removed, out)
	r.affected = append(r.affected, d.session)
	return nil
}

// addFirst keeps the first participant of each address.
func addFirst(of map[string]*Participant, people []*Participant) {
	for _, p := range people {
		if of[p.Address()] == nil {
			of[p.Address()] = p
		}
	}
}

func sortedValues(of map[string]*Participant) []*Participant {
	var all []*Participant
	for _, p := range of {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *Participant) int { return strings.Compare(a.Address(), b.Address()) })
	return all
}
