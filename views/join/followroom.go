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

func roomEventsPath(e *core.RequestEvent, place *join.RoomVisit) string {
	return roomPath(e) + "/events?seen=" + roomFingerprint(place)
}

func roomPath(e *core.RequestEvent) string { return "/r/" + e.Request.PathValue("slug") }

// serveRoomEvents is the stream of an open page of a room: it says only that the page shows something else now.
func serveRoomEvents(e *core.RequestEvent) error {
	place, err := findRoom(e)
	if errors.Is(err, errs.NotFound) {
		return e.NotFoundError("", nil)
	}
	if err != nil {
		return err
	}
	login := ""
	if l := web.Login(e); l != nil {
		login = l.Id
	}
	return streamPage(e, roomJoinPageOf(place, login), func() (events.JoinPage, string, error) {
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

// roomFingerprint is equal as long as the page of the room shows the same, times that pass left aside.
func roomFingerprint(p *join.RoomVisit) string {
	parts := []any{p.Team.Name(), p.Team.LogoPath(), p.Team.Zone(), p.Room.Name(), p.Room.Description(), p.Room.Access(), p.Room.Archived(), p.Replaced,
		p.Account != nil, p.Actor != nil && p.Actor.CanHost(), p.IsMember(), p.ShowsDetails, p.FreeMinutes > 0, p.Current != nil}
	for _, s := range []*sessions.Session{p.Current, p.Upcoming} {
		if s != nil && p.ShowsDetails {
			parts = append(parts, s.Id, s.Status(), s.Title(), s.Starts(), s.Ends(), s.GetString("host_name"), s.HostID())
		}
	}
	return digest(parts...)
}

// roomRefreshDelay is when the page of the room will say something else by the clock alone; 0: never.
func roomRefreshDelay(p *join.RoomVisit, now time.Time) time.Duration {
	if p.Replaced || !p.Room.Archived().IsZero() {
		return 0
	}
	left := maxRefreshEarly
	if p.FreeMinutes > 0 {
		left = untilNextMinute(0) // for how long the room is free
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
