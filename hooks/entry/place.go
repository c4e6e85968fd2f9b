package entry

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/limits"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/hooks/teams"
)

// spontaneous is how long a session lasts that somebody starts in a room on the spot, while nothing is booked there.
const spontaneous = 60 * time.Minute

// Place is a room as whoever opens its link finds it.
type Place struct {
	Room     *rooms.Room
	Team     *teams.Team
	Account  *core.Record      // who is signed in; nil: nobody
	Actor    *actors.Actor     // the account in the team; nil: not in it
	Replaced bool              // the link was replaced by another one (R92)
	Now      *sessions.Session // what runs there, or will within minutes; nil: nobody meets there now
	Next     *sessions.Session // what is booked after that; nil: nothing
	Tells    bool              // what is held there may be told to who came
	Minutes  int               // how long he can start a session there now; 0: he cannot
}

// Room reads the room of a link, and who came by it. One that there never was is record.ErrNotFound; after
// too many of those every one is refused for a while. An account that left the team is told so by a *actors.FormerMember, and
// one that was in a team that was deleted by a *actors.DeletedTeam. It changes nothing.
func Room(app core.App, account *core.Record, slug, from string) (*Place, error) {
	p := &Place{Account: account}
	err := p.find(app, slug, from)
	if err != nil {
		return nil, err
	}
	if p.Team, err = teams.Find(app, p.Room.TeamID()); err != nil {
		return nil, err
	}
	if account != nil {
		p.Actor, err = actors.In(app, account, p.Team.Record)
		if errors.Is(err, record.ErrNotFound) {
			p.Actor = nil
		}
		if record.UnlessNotFound(err) != nil {
			return nil, err
		}
	}
	if !p.Replaced && p.Room.Archived().IsZero() {
		if err := p.look(app, time.Now()); err != nil {
			return nil, err
		}
	}
	if err := p.former(app); err != nil {
		return nil, err
	}
	return p, nil
}

// find reads the room of a link. Links of rooms can be guessed from names: who tried too many that lead nowhere is
// told of none, or else it would not slow him down.
func (p *Place) find(app core.App, slug, from string) (err error) {
	guesses, who := limits.For(app, "unknown-room", unknownFrom, time.Minute), limits.Network(from)
	if p.Account != nil {
		who = p.Account.Id
	}
	if wait, full := guesses.Full(who); full {
		return record.TooMany(wait, "Too many links that are not known here. Wait a minute.")
	}
	if p.Room, err = rooms.BySlug(app, slug); errors.Is(err, record.ErrNotFound) {
		p.Replaced = true
		p.Room, err = rooms.ByOldSlug(app, slug)
	}
	if err = actors.AtLink(app, p.Account, "r/"+strings.ToLower(slug), err); errors.Is(err, record.ErrNotFound) && !actors.Left(err) {
		guesses.Take(who)
	}
	return err
}

// Member reports whether a member of the team came.
func (p *Place) Member() bool { return p.Actor != nil && p.Actor.Kind == members.Member }

// look reads what is held in the room, now and next.
func (p *Place) look(app core.App, now time.Time) error {
	var booked []*sessions.Session
	err := app.RecordQuery("sessions").AndWhere(dbx.HashExp{"room": p.Room.Id, "status": []any{sessions.Scheduled, sessions.Running}}).
		AndWhere(dbx.NewExp("(status = 'running' OR ends > {:now})", dbx.Params{"now": record.Stamp(now)})).
		OrderBy("(status = 'running') DESC", "starts").Limit(2).All(&booked)
	if err != nil {
		return fmt.Errorf("read what is held in a room: %w", err)
	}
	if len(booked) > 0 && (booked[0].Status() == sessions.Running || !now.Before(booked[0].Starts().Add(-sessions.StartsBefore))) {
		p.Now, booked = booked[0], booked[1:]
	}
	if len(booked) > 0 {
		p.Next = booked[0]
	}
	if p.Tells, err = p.mayKnow(app); err != nil {
		return err
	}
	p.Minutes = p.free(now)
	return nil
}

// mayKnow reports whether who came may know what is held there: members of the team, who was asked to it, and
// anyone where anyone may enter. A room's link can be guessed from its name.
func (p *Place) mayKnow(app core.App) (bool, error) {
	if p.Member() || p.Room.Entry() == rooms.Anyone || p.Account == nil {
		return p.Member() || p.Room.Entry() == rooms.Anyone, nil
	}
	for _, session := range []*sessions.Session{p.Now, p.Next} {
		if session == nil {
			continue
		}
		if _, err := sessions.ParticipantOf(app, session.Id, p.Account); !errors.Is(err, record.ErrNotFound) {
			return err == nil, err
		}
	}
	return false, nil
}

// free is for how many minutes who came may start a session there now: an hour, or until the next booking.
func (p *Place) free(now time.Time) int {
	if p.Actor == nil || !p.Actor.CanHost() || p.Now != nil {
		return 0
	}
	until := now.Add(spontaneous)
	if p.Next != nil && p.Next.Starts().Before(until) {
		until = p.Next.Starts()
	}
	if minutes := int(until.Sub(now.Truncate(time.Minute)).Minutes()); minutes >= sessions.MinMinutes {
		return minutes
	}
	return 0
}

// Meet books the room from now on and starts a session there at once, for who may host and finds it free.
func Meet(app core.App, place *Place, from string) (*sessions.Session, error) {
	switch {
	case place.Actor == nil:
		return nil, record.Forbid("Only people of the team meet here on the spot.")
	case !place.Actor.CanHost():
		return nil, sessions.MayHost(app, place.Actor)
	case place.Replaced, !place.Room.Archived().IsZero():
		return nil, record.Refuse("base", rooms.CodeArchived, "This room is not in use.")
	case place.Minutes == 0:
		return nil, record.Refuse("base", rooms.CodeBusy, "The room is taken, or will be within 15 minutes. Choose another room, or wait.")
	}
	place.Actor.From = from
	session, err := sessions.Schedule(app, place.Actor, sessions.Form{
		Title: place.Room.Name(), Starts: time.Now().Truncate(time.Minute), Minutes: min(place.Minutes, int(spontaneous.Minutes())), Room: place.Room.Id,
	})
	if err != nil {
		return nil, err
	}
	started, err := sessions.Start(app, place.Actor, session.Id)
	if err != nil { // the room is not kept for what did not start
		return nil, errors.Join(err, sessions.Cancel(app, place.Actor, session.Id, sessions.This))
	}
	return started, nil
}
