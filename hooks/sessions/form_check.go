package sessions

import (
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/plans"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/tools/errs"
)

// check returns the people of the form, and every fault of it for a new or existing session, so that all can be corrected in
// one go. err is any other failure. Whether the room is free is checked later, by validateRoom. Nothing is written.
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
	noStart := f.Starts.IsZero() && f.Unread != nil
	if noStart {
		f.Starts = TruncateMinute(time.Now().Add(time.Hour)) // its own refusal is in Unread
	}
	f.applyTo(&Session{draft})
	room, err := validatePlan(tx, draft, before)
	if err := faults.Take(err); err != nil {
		return nil, faults, err
	}
	faults.AddAll(normalize(draft))
	if err := faults.Take(f.checkCapacity(tx, s, draft, room, people)); err != nil {
		return nil, faults, err
	}
	faults.AddAll(f.Unread)
	return people, faults, nil
}

// checkCapacity refuses people whom the session, its room or the plan doesn't hold, if the form adds some or changes the room
// or the limit. draft is the session with the form's values. A limit that was lowered later doesn't affect other changes.
func (f Form) checkCapacity(tx core.App, s *Session, draft *core.Record, room *rooms.Room, people []invitee) error {
	count := len(people) + 1 // and the host
	if !s.IsNew() {
		rows, err := ListParticipants(tx, s.Id)
		if err != nil {
			return err
		}
		var added bool
		if count, added = countInvited(rows, people); !added && !record.Differs(draft, s.Record, "room", "people") {
			return nil
		}
	}
	plan, err := plans.ForTeam(tx, s.TeamID())
	if err != nil {
		return err
	}
	return newCapacity(plan, room, f.MaxPeople).validate(count)
}

// countInvited counts the people of a session as loadCapacity does, after those who aren't listed were removed and the others
// were added. added reports whether someone was.
func countInvited(rows []*Participant, listed []invitee) (count int, added bool) {
	on := map[string]bool{}
	for _, row := range rows {
		on[row.Address()] = true
		stays := row.Role() == Host || slices.ContainsFunc(listed, func(one invitee) bool { return one.address == row.Address() })
		if stays && slices.Contains(countedStates, row.State()) {
			count++
		}
	}
	for _, one := range listed {
		if !on[one.address] {
			count, added = count+1, true
		}
	}
	return count, added
}

// hasTimes reports whether the form has a start and a length, so that bookings of its room can be looked up.
func (f Form) hasTimes() bool {
	return !f.Starts.IsZero() && f.Minutes >= MinMinutes && f.Minutes <= MaxMinutes
}
