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
	"usher/hooks/tools/text"
)

// unknownRoomLimit limits unknown room links that one network opens.
var unknownRoomLimit = ratelimit.Define("unknown-room", unknownPerNetwork, time.Minute)

// RoomVisit is a room as the visitor of its link sees it.
type RoomVisit struct {
	Room         *rooms.Room
	Team         *teams.Team
	Account      *core.Record      // the account that is signed in, or nil
	Actor        *actors.Actor     // the account in the team; nil if it isn't in the team
	Replaced     bool              // the link was replaced (R92)
	Current      *sessions.Session // the session that is running or about to start, or nil
	Upcoming     *sessions.Session // the next session, or nil
	ShowsDetails bool              // the visitor can see the sessions
	FreeMinutes  int               // length of a session that the visitor can start now; 0: none
}

// ResolveRoom finds the room of a link for a visitor. It returns errs.ErrNotFound for an unknown link, refuses a network that
// tried too many, and returns *actors.FormerMember for an account that left the team and *actors.DeletedTeam for one whose
// team was deleted. It changes nothing.
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
		if errors.Is(err, errs.ErrNotFound) {
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

// loadRoom finds the room of a link. Links can be guessed from names, so a network that tried too many unknown ones gets no
// room at all; otherwise the limit wouldn't slow it down.
func (p *RoomVisit) loadRoom(app core.App, slug, from string) (err error) {
	guesses, who := unknownRoomLimit.In(app), ratelimit.NetworkKey(from)
	if p.Account != nil {
		who = p.Account.Id
	}
	if wait, full := guesses.Exhausted(who); full {
		return errs.RateLimited(wait, "Too many unknown links from your network. Try again in a minute.")
	}
	if p.Room, err = rooms.FindBySlug(app, slug); errors.Is(err, errs.ErrNotFound) {
		p.Replaced = true
		p.Room, err = rooms.FindByOldSlug(app, slug)
	}
	if err = actors.CheckDeletedLink(app, p.Account, "r/"+strings.ToLower(slug), err); errors.Is(err, errs.ErrNotFound) && !actors.WasMember(err) {
		guesses.Take(who)
	}
	return err
}

// IsMember reports whether the visitor is a member of the team.
func (p *RoomVisit) IsMember() bool { return p.Actor != nil && p.Actor.Kind == actors.Member }

// loadSessions loads the current and the next session of the room.
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
	p.FreeMinutes, err = p.freeMinutes(app, now)
	return err
}

// canSeeDetails reports whether the visitor can see the room's sessions: members, invitees, and anyone if the room is open to
// anyone. A room's link can be guessed from its name.
func (p *RoomVisit) canSeeDetails(app core.App) (bool, error) {
	if p.IsMember() || p.Room.Access() == rooms.AccessAnyone || p.Account == nil {
		return p.IsMember() || p.Room.Access() == rooms.AccessAnyone, nil
	}
	for _, session := range []*sessions.Session{p.Current, p.Upcoming} {
		if session == nil {
			continue
		}
		if _, err := sessions.FindParticipantFor(app, session.Id, p.Account); !errors.Is(err, errs.ErrNotFound) {
			return err == nil, err
		}
	}
	return false, nil
}

// freeMinutes is the length of a session that the visitor can start now: instantLength, or until the next booking.
func (p *RoomVisit) freeMinutes(app core.App, now time.Time) (int, error) {
	if p.Actor == nil || !p.Actor.CanHost() || p.Current != nil {
		return 0, nil
	}
	length, err := instantLength(app, p.Team.Id)
	until := now.Add(length)
	if p.Upcoming != nil && p.Upcoming.Starts().Before(until) {
		until = p.Upcoming.Starts()
	}
	if minutes := int(until.Sub(now.Truncate(time.Minute)).Minutes()); minutes >= sessions.MinMinutes {
		return min(minutes, int(length.Minutes())), err
	}
	return 0, err
}

// StartInRoom is MeetNow in the room of a link.
func StartInRoom(app core.App, place *RoomVisit, from string) (*sessions.Session, error) {
	switch {
	case place.Actor == nil:
		return nil, errs.Forbidden("Only users of this team can start a session here.")
	case !place.Actor.CanHost():
		return nil, sessions.CanHost(app, place.Actor)
	case place.Replaced, !place.Room.Archived().IsZero():
		return nil, errs.Invalid("base", rooms.CodeArchived, "This room is archived.")
	case place.FreeMinutes == 0:
		return nil, errs.Invalid("base", rooms.CodeBusy, "This room is booked now or within the next "+text.Duration(shortestDuration)+". Choose another room or try again later.")
	}
	place.Actor.IP = from
	visitor, err := MeetNow(app, place.Actor, place.Room.Id)
	if err != nil {
		return nil, err
	}
	return visitor.Session, nil
}
