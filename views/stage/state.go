package stage

import (
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/entry"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/views/ui"
	"usher/views/web"
)

func state(e *core.RequestEvent) error {
	props, err := stateOf(e.App, here(e))
	if err != nil {
		return err
	}
	return web.Render(e, 200, stateParts(props))
}

// stateOf reads what an open page is told again and again: its end, and to who leads, who waits and who is missing.
func stateOf(app core.App, v *entry.Visitor) (stateProps, error) {
	props := stateProps{At: "/live/" + v.Session.Id, Leads: v.Participant.Leads(), Shares: v.Participant.Shares(), Started: v.Session.Started(), Now: time.Now()}
	var err error
	if props.Left, err = leftOf(app, v, props.Now); err != nil || !props.Leads {
		return props, err
	}
	people, err := sessions.Participants(app, v.Session.Id)
	if err != nil {
		return props, err
	}
	for _, p := range people {
		one := row{ID: p.Id, Name: p.Called(), Small: p.Address()}
		switch p.State() {
		case sessions.StateWaiting:
			props.Waiting = append(props.Waiting, one)
		case sessions.StateInvited, sessions.StateAdmitted:
			props.Absent = append(props.Absent, one)
		case sessions.StateRefused:
			props.Refused = append(props.Refused, one)
		}
	}
	return props, nil
}

const (
	soon = 15 * time.Minute
	near = 2 * time.Minute
)

// leftOf is the notice of the end: from 15 minutes before it, again from 2, and while the session is over its time (R104).
func leftOf(app core.App, v *entry.Visitor, now time.Time) (leftProps, error) {
	ends, times := v.Session.Ends(), v.Times()
	left := leftProps{Action: "/live/" + v.Session.Id + "/extend", Extends: v.Participant.Leads()}
	remains := ends.Sub(now)
	switch {
	case remains > soon:
		return left, nil
	case remains <= 0:
		left.Stage, left.Title = "over", "Over time."
		left.Text = "The session was to end at " + clock(ends, times) + ". It ends by itself at " + clock(ends.Add(sessions.Grace), times) + "."
		return left, nil
	case remains <= near:
		left.Stage = "2"
	default:
		left.Stage = "15"
	}
	minutes := int((remains + time.Minute - 1) / time.Minute)
	left.Title = ui.Count(minutes, "minute", "minutes") + " left."
	left.Text = "The session ends at " + clock(ends, times) + "."
	free, err := freeUntil(app, v, times)
	if free != "" {
		left.Text = "The session ends at " + clock(ends, times) + "; " + free
	}
	return left, err
}

// freeUntil says for how long the room could be kept.
func freeUntil(app core.App, v *entry.Visitor, times record.Times) (string, error) {
	if v.Room == nil {
		return "", nil
	}
	ends := v.Session.Ends()
	next, err := rooms.Clash(app, v.Room.Id, ends, ends.Add(12*time.Hour), v.Session.Id)
	switch {
	case err != nil:
		return "", fmt.Errorf("look who has the room next: %w", err)
	case next == nil:
		return "the room is free after that.", nil
	case !next.Starts.After(ends):
		return "then the room is taken.", nil
	}
	return "the room is free until " + clock(next.Starts, times) + ".", nil
}

func clock(at time.Time, times record.Times) string { return record.Clock(times.In(at)) + times.Name() }
