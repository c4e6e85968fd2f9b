package join

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/changes"
	"usher/hooks/entry"
	"usher/hooks/limits"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/views/web"
)

// Events mounts the streams of an open join page and of an open page of a room: server-sent events that say only that the page shows something else
// now. Guests with a personal link have it too, and readers who are not signed in.
func Events(e *core.ServeEvent) {
	e.Router.GET("/s/{code}/events", events).Bind(apis.SkipSuccessActivityLog())
	e.Router.GET("/r/{slug}/events", roomEvents).Bind(apis.SkipSuccessActivityLog())
}

func eventsPath(e *core.RequestEvent, v *entry.Visitor) string {
	return doorPath(e) + "/events?seen=" + fingerprint(v)
}

func events(e *core.RequestEvent) error {
	visitor, err := knock(e)
	if errors.Is(err, record.ErrNotFound) {
		return e.NotFoundError("", nil)
	}
	if err != nil {
		return err
	}
	login := ""
	if l := web.Login(e); l != nil && visitor.SignedIn {
		login = l.Id
	}
	return followPage(e, pageOf(visitor, login), func() (changes.JoinPage, string, error) {
		now, err := knock(e)
		if err != nil {
			return changes.JoinPage{}, "", err
		}
		return pageOf(now, login), fingerprint(now), nil
	})
}

// followPage keeps the stream of an open page open. look says anew what the page is of, and what it shows.
func followPage(e *core.RequestEvent, page changes.JoinPage, look func() (changes.JoinPage, string, error)) error {
	client, ok := changes.Follow(e.App, page, limits.Network(e.RealIP()))
	if !ok {
		return e.TooManyRequestsError("Too many pages are open.", nil)
	}
	defer changes.Unsubscribe(e.App, client)
	seen := e.Request.URL.Query().Get("seen")
	return web.FollowPage(e, client, func() bool {
		if err := readAgain(e); err != nil {
			return true // the page asks for itself, and is answered
		}
		page, now, err := look()
		if err != nil {
			return true
		}
		client.Refocus(page)
		before := seen
		seen = now
		return seen != before
	})
}

// readAgain reads the account of an open page anew.
func readAgain(e *core.RequestEvent) error {
	if e.Auth == nil {
		return nil
	}
	account, err := e.App.FindRecordById("users", e.Auth.Id)
	if err != nil {
		return fmt.Errorf("read the account of an open page: %w", err)
	}
	e.Auth = account
	return nil
}

func pageOf(v *entry.Visitor, login string) changes.JoinPage {
	running := v.Session.Status() == sessions.Running && v.Session.Elsewhere() == ""
	page := changes.JoinPage{Session: v.Session.Id, Team: v.Team.Id, Login: login,
		Crowded: v.Standing == entry.Full || running && (v.Standing == entry.Door || v.Standing == entry.In)}
	if v.Participant != nil {
		page.Participant = v.Participant.Id
	}
	if v.Account != nil {
		page.Account = v.Account.Id
	}
	return page
}

// fingerprint is equal as long as the page shows the same, times that pass left aside.
func fingerprint(v *entry.Visitor) string {
	parts := []any{v.Standing, v.Starts, v.SignedIn, v.Address(), nameOf(v), v.MakesAccount(), v.BecomesGuest(),
		v.Team.Name(), v.Team.LogoPath(), v.Team.Description(), v.Session.Title(), v.Session.GetString("description"), v.Session.Starts(), v.Session.Ends(),
		v.Session.Status(), v.Session.GetString("host_name"), v.Session.HostID(), v.Session.Elsewhere() != ""}
	if v.Room != nil {
		parts = append(parts, v.Room.Name())
	}
	if v.Participant != nil {
		parts = append(parts, v.Participant.Part(), v.Participant.Answered())
	}
	return digest(parts...)
}

// digest is a short name for values, equal for equal ones.
func digest(values ...any) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", fmt.Sprintln(values...)))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

// How long an open page waits at most until it asks again, should the stream not reach it.
const (
	restFull    = 5 * time.Second // a place that was kept for somebody comes free with time alone
	restWaiting = 30 * time.Second
	restAhead   = 10 * time.Minute
)

// due is when the page will say something else by the clock alone; 0: never.
func (p doorProps) due(v *entry.Visitor, now time.Time) time.Duration {
	if v.Session.Status() != sessions.Scheduled && v.Session.Status() != sessions.Running || p.Standing == entry.Missed {
		return 0
	}
	left := restAhead
	switch {
	case p.Standing == entry.Full:
		left = restFull
	case p.enters():
		left = restWaiting
	}
	moments := []time.Time{v.Session.Starts().Add(-sessions.StartsBefore), v.Session.Starts(), v.Session.Ends()}
	for _, moment := range moments {
		if ahead := moment.Sub(now); ahead > 0 {
			left = min(left, ahead)
		}
	}
	if p.Ahead < time.Hour && v.Session.Status() == sessions.Scheduled {
		left = min(left, toTheMinute(p.Ahead))
	}
	return left
}

// toTheMinute is how long it is until a time that is rounded to minutes is another one.
func toTheMinute(ahead time.Duration) time.Duration {
	rest := (ahead - 30*time.Second) % time.Minute
	if ahead < 0 {
		rest = ahead % time.Minute
	}
	if rest <= 0 {
		rest += time.Minute
	}
	return rest
}
