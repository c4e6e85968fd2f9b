package join

import (
	"errors"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/events"
	"usher/hooks/join"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/views/web"
)

// serveRoomEvents serves the event stream of an open room page.
func serveRoomEvents(e *core.RequestEvent) error {
	visit, err := findRoom(e)
	if errors.Is(err, errs.ErrNotFound) {
		return e.NotFoundError("", nil)
	}
	if err != nil {
		return err
	}
	login := ""
	if l := web.Login(e); l != nil {
		login = l.Id
	}
	return streamPage(e, roomJoinPageOf(visit, login), func() (events.JoinPage, string, error) {
		now, err := findRoom(e)
		if err != nil {
			return events.JoinPage{}, "", err
		}
		return roomJoinPageOf(now, login), roomFingerprint(now), nil
	})
}

func roomJoinPageOf(p *join.RoomVisit, login string) events.JoinPage {
	page := events.JoinPage{Room: true, Team: p.Team.Id, Login: login}
	if p.Account != nil {
		page.Account = p.Account.Id
	}
	return page
}

// roomFingerprint identifies what the room page shows, apart from what changes with time alone.
func roomFingerprint(p *join.RoomVisit) string {
	parts := []any{p.Team.Name(), p.Team.LogoPath(), p.Team.Zone(), p.Room.Name(), p.Room.Description(), p.Room.Access(), p.Room.Archived(), p.Replaced,
		p.Account != nil, p.Actor != nil && p.Actor.CanHost(), p.IsMember(), p.ShowsDetails, p.FreeMinutes > 0, p.Current != nil}
	for _, s := range []*sessions.Session{p.Current, p.Upcoming} {
		if s != nil && p.ShowsDetails {
			parts = append(parts, s.Id, s.Status(), s.Title(), s.Starts(), s.Ends(), s.HostName(), s.HostID())
		}
	}
	return digest(parts...)
}

// roomRefreshDelay returns how long the room page stays current if no event arrives; 0 means forever.
func roomRefreshDelay(p *join.RoomVisit, now time.Time) time.Duration {
	if p.Replaced || !p.Room.Archived().IsZero() {
		return 0
	}
	left := maxRefreshEarly
	if p.FreeMinutes > 0 {
		left = untilNextMinute(0) // the page shows how long the room is free
	}
	for _, s := range []*sessions.Session{p.Current, p.Upcoming} {
		if s == nil {
			continue
		}
		for _, moment := range []time.Time{s.Starts().Add(-sessions.StartWindow), s.Ends()} {
			if ahead := moment.Sub(now); ahead > 0 {
				left = min(left, ahead)
			}
		}
	}
	return left
}
