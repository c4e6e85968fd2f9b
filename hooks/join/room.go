package join

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
)

// unknownRoomLimit limits unknown room links that one network opens.
var unknownRoomLimit = ratelimit.Define("unknown-room", unknownPerNetwork, time.Minute)

// instantDuration is how long a session lasts that somebody starts in a room on the spot, while nothing is booked there.
const instantDuration = 60 * time.Minute

// RoomVisit is a room as whoever opens its link finds it.
type RoomVisit struct {
	Room         *rooms.Room
	Team         *teams.Team
	Account      *core.Record      // who is signed in; nil: nobody
	Actor        *actors.Actor     // the account in the team; nil: not in it
	Replaced     bool              // the link was replaced by another one (R92)
	Current      *sessions.Session // what runs there, or will within minutes; nil: nobody meets there now
	Upcoming     *sessions.Session // what is booked after that; nil: nothing
	ShowsDetails bool              // what is held there may be told to who came
	FreeMinutes  int               // how long he can start a session there now; 0: he cannot
}

// ResolveRoom reads the room of a link, and who came by it. One that there never was is record.ErrNotFound; after
// too many of those every one is refused for a while. An account that left the team is told so by a *actors.FormerMember, and
// one that was in a team that was deleted by a *actors.DeletedTeam. It changes nothing.
func ResolveRoom(app core.App, account *core.Record, slug, from string) (*RoomVisit, error) {
	p := &RoomVisit{Account: account}
	err := p.loadRoom(app, slug, from)
	if err != nil {
		return nil, err
	}
	if p.Team, err = teams.Find(app, p.Room.TeamID()); err != nil {
		return nil, err
	}
	if account != nil {
		p.Actor, err = actors.InTeam(app, account, p.Team.Record)
		if errors.Is(err, errs.NotFound) {
			p.Actor = nil
		}
		if errs.IgnoreNotFound(err) != nil {
			return nil, err
		}
	}
	if !p.Replaced && p.Room.Archived().IsZero() {
		if err := p.loadSessions(app, time.Now()); err != nil {
			return nil, err
		}
	}
	if err := p.formerMemberError(app); err != nil {
		return nil, err
	}
	return p, nil
}

// loadRoom reads the room of a link. Links of rooms can be guessed from names: who tried too many that lead nowhere is
// told of none, or else it would not slow him down.
func (p *RoomVisit) loadRoom(app core.App, slug, from string) (err error) {
	guesses, who := unknownRoomLimit.In(app), ratelimit.NetworkKey(from)
	if p.Account != nil {
		who = p.Account.Id
	}
	if wait, full := guesses.Exhausted(who); full {
		return errs.RateLimited(wait, "Too many links that are not known here. Wait a minute.")
	}
	if p.Room, err = rooms.FindBySlug(app, slug); errors.Is(err, errs.NotFound) {
		p.Replaced = true
		p.Room, err = rooms.FindByOldSlug(app, slug)
	}
	if err = actors.CheckDeletedLink(app, p.Account, "r/"+strings.ToLower(slug), err); errors.Is(err, errs.NotFound) && !actors.WasMember(err) {
		guesses.Take(who)
	}
	return err
}

// IsMember reports whether a member of the team came.
func (p *RoomVisit) IsMember() bool { return p.Actor != nil && p.Actor.Kind == actors.Member }

// loadSessions reads what is held in the room, now and next.
func (p *RoomVisit) loadSessions(app core.App, now time.Time) error {
	var booked []*sessions.Session
	err := app.RecordQuery("sessions").AndWhere(dbx.HashExp{"room": p.Room.Id, "status": []any{sessions.Scheduled, sessions.Running}}).
		AndWhere(dbx.NewExp("(status = 'running' OR ends > {:now})", dbx.Params{"now": record.FormatTime(now)})).
		OrderBy("(status = 'running') DESC", "starts").Limit(2).All(&booked)
	if err != nil {
		return fmt.Errorf("read what is held in a room: %w", err)
	}
	if len(booked) > 0 && (booked[0].Status() == sessions.Running || !now.Before(booked[0].Starts().Add(-sessions.StartWindow))) {
		p.Current, booked = booked[0], booked[1:]
	}
	if len(booked) > 0 {
		p.Upcoming = booked[0]
	}
	if p.ShowsDetails, err = p.canSeeDetails(app); err != nil {
		return err
	}
	p.FreeMinutes = p.freeMinutes(now)
	return nil
}

// canSeeDetails reports whether who came may know what is held there: members of the team, who was asked to it, and
// anyone where anyone may enter. A room's link can be guessed from its name.
func (p *RoomVisit) canSeeDetails(app core.App) (bool, error) {
	if p.IsMember() || p.Room.Access() == rooms.AccessAnyone || p.Account == nil {
		return p.IsMember() || p.Room.Access() == rooms.AccessAnyone, nil
	}
	for _, session := range []*sessions.Session{p.Current, p.Upcoming} {
		if session == nil {
			continue
		}
		if _, err := sessions.FindParticipantFor(app, session.Id, p.Account); !errors.Is(err, errs.NotFound) {
			return err == nil, err
		}
	}
	return false, nil
}

// freeMinutes is for how many minutes who came may start a session there now: an hour, or until the next booking.
func (p *RoomVisit) freeMinutes(now time.Time) int {
	if p.Actor == nil || !p.Actor.CanHost() || p.Current != nil {
		return 0
	}
	until := now.Add(instantDuration)
	if p.Upcoming != nil && p.Upcoming.Starts().Before(until) {
		until = p.Upcoming.Starts()
	}
	if minutes := int(until.Sub(now.Truncate(time.Minute)).Minutes()); minutes >= sessions.MinMinutes {
		return minutes
	}
	return 0
}

// StartInRoom books the room from now on and starts a session there at once, for who may host and finds it free.
func StartInRoom(app core.App, place *RoomVisit, from string) (*sessions.Session, error) {
	switch {
	case place.Actor == nil:
		return nil, errs.Forbidden("Only people of the team meet here on the spot.")
	case !place.Actor.CanHost():
		return nil, sessions.CanHost(app, place.Actor)
	case place.Replaced, !place.Room.Archived().IsZero():
		return nil, errs.Invalid("base", rooms.CodeArchived, "This room is not in use.")
	case place.FreeMinutes == 0:
		return nil, errs.Invalid("base", rooms.CodeBusy, "The room is taken, or will be within 15 minutes. Choose another room, or wait.")
	}
	place.Actor.IP = from
	session, err := sessions.Schedule(app, place.Actor, sessions.Form{
		Title: place.Room.Name(), Starts: time.Now().Truncate(time.Minute), Minutes: min(place.FreeMinutes, int(instantDuration.Minutes())), Room: place.Room.Id,
	})
	if err != nil {
		return nil, err
	}
	started, err := sessions.Start(app, place.Actor, session.Id)
	if err != nil { // the room is not kept for what did not start
		return nil, errors.Join(err, sessions.Cancel(app, place.Actor, session.Id, sessions.ScopeSession))
	}
	return started, nil
}
