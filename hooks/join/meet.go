package join

import (
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/plans"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/hooks/tools/text"
)

// instantDuration is the length of a session that starts without having been scheduled, unless the plan or the room allows less.
const instantDuration = 60 * time.Minute

const shortestDuration = sessions.MinMinutes * time.Minute

// MeetNow schedules a session of the actor from now on, starts it and joins it with them (R162), or does nothing of it. It takes
// place in the room with that id, up to its next booking; empty: in no room.
func MeetNow(app core.App, actor *actors.Actor, room string) (visitor *Visitor, err error) {
	if err := limitJoins(app, actor.Account.Email(), actor.IP); err != nil {
		return nil, err
	}
	entry := audit.NewEntry(actor, "session.start")
	err = audit.Do(app, entry, func(tx core.App) error {
		visitor, err = meetTx(tx, actor, room, entry)
		return err
	})
	if err != nil {
		return nil, err
	}
	return visitor, nil
}

// meetTx is MeetNow inside its transaction.
func meetTx(tx core.App, actor *actors.Actor, room string, entry *audit.Entry) (*Visitor, error) {
	form, err := instantForm(tx, actor, room, time.Now())
	entry.WithTarget("", form.Title)
	if err != nil {
		return nil, err
	}
	session, err := sessions.Schedule(tx, actor, form)
	if err != nil {
		return nil, err
	}
	visitor, err := Resolve(tx, actor.Account, "", session)
	if err != nil {
		return nil, err
	}
	if err := Start(tx, visitor, actor.IP); err != nil {
		return nil, err
	}
	entry.Action = "" // each step has its own entry
	return visitor, nil
}

// instantForm is the form of a session from now on. No one is invited to it yet, so the waiting room is on unless its room admits
// people: those who get the link from the host can ask (R72).
func instantForm(tx core.App, actor *actors.Actor, id string, now time.Time) (sessions.Form, error) {
	form := sessions.Form{Title: text.Truncate("Session with "+actors.PublicName(actor.Account), sessions.MaxTitle), Starts: sessions.TruncateMinute(now), Room: id, Lobby: true}
	again, err := actor.Reload(tx)
	if err == nil {
		err = sessions.CanHost(tx, again)
	}
	if err != nil {
		return form, err
	}
	length, err := instantLength(tx, actor.Team.Id)
	if err != nil || id == "" {
		form.Minutes = int(length.Minutes())
		return form, err
	}
	room, err := rooms.FindForSession(tx, actor.Team.Id, id)
	if err != nil {
		return form, err
	}
	form.Title, form.Lobby = room.Name(), room.Access() == rooms.AccessInvited
	if slices.Index(rooms.Qualities, room.Quality()) < slices.Index(rooms.Qualities, sessions.DefaultResolution) {
		form.Resolution = room.Quality()
	}
	// The room may be free only until its next booking. If that is too soon, scheduling says what has the room.
	next, err := rooms.FindConflict(tx, room.Id, form.Starts, form.Starts.Add(length))
	if err == nil && next != nil && next.Starts.Sub(form.Starts) >= shortestDuration {
		length = next.Starts.Sub(form.Starts)
	}
	form.Minutes = int(length.Minutes())
	return form, err
}

// instantLength is instantDuration, or the longest session of the team's plan if that is less.
func instantLength(tx core.App, team string) (time.Duration, error) {
	plan, err := plans.ForTeam(tx, team)
	if err != nil {
		return 0, err
	}
	if most := plan.SessionMinutes(); most != plans.Unlimited {
		return min(instantDuration, time.Duration(most)*time.Minute), nil
	}
	return instantDuration, nil
}

// BusyRooms reports which rooms of a team are booked now or too soon for a session to start in them (R87).
func BusyRooms(app core.App, team string, now time.Time) (map[string]bool, error) {
	booked, err := rooms.ListBookings(app, team, "", now, now.Add(shortestDuration))
	busy := map[string]bool{}
	for _, booking := range booked {
		busy[booking.Room] = true
	}
	return busy, err
}
