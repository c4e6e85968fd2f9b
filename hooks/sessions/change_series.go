package sessions

import (
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/mail"
	"usher/hooks/record"
)

// changeSeries plans all sessions of a series that have not started anew.
func changeSeries(tx core.App, actor *actors.Actor, s *Session, form Form, people []asked) error {
	series, err := FindSeries(tx, s.SeriesID())
	if err != nil {
		return err
	}
	next, err := form.redraw(tx, series, s, len(people))
	if err != nil {
		return err
	}
	for _, surplus := range next.surplus {
		surplus.Set("status", Cancelled)
		if err := tx.Save(surplus); err != nil {
			return err
		}
	}
	if next.rebooks(form) {
		if err := next.free(tx); err != nil {
			return err
		}
		if err := form.judgeRoom(tx, s.TeamID(), next.starts(), ""); err != nil {
			return err
		}
	}
	if next.rule != "" {
		series.Load(map[string]any{"rule": next.rule, "starts": next.first, "timezone": form.Zone, "sequence": series.GetInt("sequence") + 1})
		if err := tx.Save(series); err != nil {
			return err
		}
	}
	r := &rewriting{post: newPost(tx, actor, Whole), form: form, people: people, changed: len(next.surplus) > 0, came: map[string]*Participant{}, gone: map[string]*Participant{}}
	for _, d := range next.days {
		if err := r.day(tx, s, series, d, next.rule != ""); err != nil {
			return err
		}
	}
	r.post.skip(values(r.came))
	r.post.bye(s, values(r.gone))
	if r.changed {
		r.post.tell(mail.KindSessionChanged, append(r.all, next.surplus...)...)
	}
	return r.post.ask(s, values(r.came))
}

// rewriting is a series while it is planned anew: what became of it, and who came to it and went.
type rewriting struct {
	post       *post
	form       Form
	people     []asked
	all        []*Session
	changed    bool
	came, gone map[string]*Participant
}

// day plans one session of the series, which may be a new one. times says that its place in the series moves, too.
func (r *rewriting) day(tx core.App, s *Session, series *Series, d day, times bool) error {
	if d.session == nil {
		made, err := r.form.book(tx, s.TeamID(), s.HostID(), series.Id, d.at, r.people)
		r.all, r.changed = append(r.all, made), true
		return err
	}
	out, err := takeOff(tx, d.session, r.people)
	if err != nil {
		return err
	}
	form := r.form
	form.Starts = d.at
	form.fill(d.session)
	d.session.raise(out)
	if times {
		d.session.Set("occurrence", d.at)
	}
	if err := tx.Save(d.session); err != nil {
		return err
	}
	in, err := putOn(tx, d.session, r.people)
	if err != nil {
		return err
	}
	r.changed = r.changed || record.Differs(d.session.Record, d.was, shown...)
	first(r.came, in)
	first(r.gone, out)
	r.all = append(r.all, d.session)
	return nil
}

// first keeps of each address the first participant.
func first(of map[string]*Participant, people []*Participant) {
	for _, p := range people {
		if of[p.Address()] == nil {
			of[p.Address()] = p
		}
	}
}

func values(of map[string]*Participant) []*Participant {
	var all []*Participant
	for _, p := range of {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *Participant) int { return strings.Compare(a.Address(), b.Address()) })
	return all
}
