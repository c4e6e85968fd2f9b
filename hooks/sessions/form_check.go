package sessions

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/plans"
	"usher/hooks/tools/errs"
)

// check returns everything that is wrong with the form for a new or existing session, so that it can be corrected in one
// go. It doesn't check whether the room is free. It writes nothing.
func (f Form) check(tx core.App, s *Session, host *core.Record) (people []invitee, faults errs.List, err error) {
	people, err = f.invitees(tx, s.TeamID(), host)
	if err := faults.Take(err); err != nil {
		return nil, faults, err
	}
	draft, before := s.Record.Fresh(), s.Record
	if s.IsNew() {
		draft = s.Record.Clone()
		before = draft
	}
	unread := f.Starts.IsZero() && f.Invalid != nil
	if unread {
		f.Starts = TruncateMinute(time.Now().Add(time.Hour)) // its own refusal is in Invalid
	}
	f.applyTo(&Session{draft})
	room, err := validatePlan(tx, draft, before)
	if err := faults.Take(err); err != nil {
		return nil, faults, err
	}
	faults.AddAll(normalize(draft))
	plan, err := plans.ForTeam(tx, s.TeamID())
	if err != nil {
		return nil, faults, err
	}
	faults.Add(newCapacity(plan, room, f.MaxPeople).validate(len(people) + 1)) // and the host
	faults.AddAll(f.Invalid)
	return people, faults, nil
}

// hasTimes reports whether the form has a start and a length, so that bookings of its room can be looked up.
func (f Form) hasTimes() bool {
	return !f.Starts.IsZero() && f.Minutes >= MinMinutes && f.Minutes <= MaxMinutes
}
