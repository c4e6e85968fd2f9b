package web

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/events"
	"usher/hooks/tools/errs"
)

const (
	heartbeat  = 20 * time.Second
	batchDelay = 100 * time.Millisecond // what changes together is told together
)

// EventsPath is the stream of what changes in a team, for its open pages.
func EventsPath(team string) string { return "/events?team=" + team }

// RegisterEvents mounts the stream: server-sent events with names of what changed and nothing else. It ends with the
// event "close" when the person may not see the team any more.
func RegisterEvents(e *core.ServeEvent) {
	e.Router.GET("/events", serveEvents).Bind(apis.SkipSuccessActivityLog())
}

func serveEvents(e *core.RequestEvent) error {
	login := Login(e)
	if login == nil {
		return e.UnauthorizedError("Sign in first.", nil)
	}
	actor, err := actors.Find(e.App, e.Auth, e.Request.URL.Query().Get("team"))
	if errors.Is(err, errs.NotFound) {
		return e.NotFoundError("", nil)
	}
	if err != nil {
		return err
	}
	client, ok := events.Subscribe(e.App, actor.Team.Id, e.Auth.Id, login.Id)
	if !ok {
		return e.TooManyRequestsError("Too many pages are open.", nil)
	}
	defer events.Unsubscribe(e.App, client)
	secret, _ := e.Request.Cookie(cookieName(e.App))
	s := stream{e, client, func() bool { return hasAccess(e.App, secret.Value, actor.Team.Id) }, nil}
	return s.run()
}

// ServePageEvents keeps the stream of one page open. changed is asked when something was told that may concern the page,
// and once at the start; the page is told only when it reports true.
func ServePageEvents(e *core.RequestEvent, client *events.Stream, changed func() bool) error {
	return stream{e, client, func() bool { return true }, changed}.run()
}

// hasAccess reads anew whether the login is good and its account in the team.
func hasAccess(app core.App, secret, team string) bool {
	_, account, err := accounts.FindLogin(app, secret)
	if err != nil {
		return false
	}
	_, err = actors.Find(app, account, team)
	return err == nil
}

// retryDirective tells a page how long to wait, in milliseconds, before it connects again: each another time, so that
// a server that starts again is not asked by all at once.
func retryDirective() string { return fmt.Sprintf("retry: %d\n\n", 1000+rand.IntN(3000)) }

type stream struct {
	e         *core.RequestEvent
	client    *events.Stream
	hasAccess func() bool
	changed   func() bool // nil: whatever is told concerns the page
}

func (s stream) run() error {
	if err := http.NewResponseController(s.e.Response).SetWriteDeadline(time.Time{}); err != nil {
		return fmt.Errorf("keep a stream open: %w", err)
	}
	header := s.e.Response.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no")
	if err := s.write(retryDirective()); err != nil {
		return nil
	}
	if !s.hasAccess() { // lost before anybody could tell the stream
		return s.close()
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	told := map[string]bool{}
	var soon <-chan time.Time
	if s.changed != nil { // what changed between the page and its stream
		told[events.Sessions], soon = true, time.After(0)
	}
	for {
		select {
		case <-s.client.Done():
			return s.close()
		case message := <-s.client.Channel():
			told[message.Name] = true
			if soon == nil {
				soon = time.After(batchDelay)
			}
			continue
		case <-soon:
			soon = nil
		case <-beat.C:
		case <-events.Stopped(s.e.App):
			return nil
		case <-s.e.Request.Context().Done():
			return nil
		}
		if !s.hasAccess() {
			return s.close()
		}
		if s.changed != nil && len(told) > 0 && !s.changed() {
			clear(told)
			continue
		}
		text := ": here\n\n"
		for name := range told {
			text += "event: " + name + "\ndata: changed\n\n"
		}
		clear(told)
		if err := s.write(text); err != nil {
			return nil
		}
	}
}

func (s stream) close() error {
	_ = s.write("event: close\ndata: over\n\n")
	return nil
}

func (s stream) write(text string) error {
	if _, err := s.e.Response.Write([]byte(text)); err != nil {
		return err
	}
	return s.e.Flush()
}
