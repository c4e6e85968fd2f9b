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
	"usher/hooks/paths"
	"usher/hooks/tools/errs"
)

const (
	heartbeat  = 20 * time.Second
	batchDelay = 100 * time.Millisecond // changes within this time are sent together
)

// EventsPath returns the path of a team's event stream.
func EventsPath(team string) string { return paths.Events + "?team=" + team }

// RegisterEvents mounts the event stream: server-sent events that name what changed and carry no data. The stream ends with the
// event "close" when the user loses access to the team.
func RegisterEvents(e *core.ServeEvent) {
	e.Router.GET(paths.Events, serveEvents).Bind(apis.SkipSuccessActivityLog())
}

func serveEvents(e *core.RequestEvent) error {
	login := Login(e)
	if login == nil {
		return e.UnauthorizedError("Sign in to open this page.", nil)
	}
	actor, err := actors.Find(e.App, e.Auth, e.Request.URL.Query().Get("team"))
	if errors.Is(err, errs.ErrNotFound) {
		return e.NotFoundError("", nil)
	}
	if err != nil {
		return err
	}
	client, ok := events.Subscribe(e.App, actor.Team.Id, e.Auth.Id, login.Id)
	if !ok {
		return e.TooManyRequestsError("You have too many pages open. Close some of them and reload this one.", nil)
	}
	defer events.Unsubscribe(e.App, client)
	secret, _ := e.Request.Cookie(cookieName(e.App))
	s := stream{e, client, func() bool { return hasAccess(e.App, secret.Value, actor.Team.Id) }, nil}
	return s.run()
}

// ServePageEvents serves the stream of one page. It calls changed at the start and after each batch of events, and sends the batch
// only if changed reports true.
func ServePageEvents(e *core.RequestEvent, client *events.Stream, changed func() bool) error {
	return stream{e, client, func() bool { return true }, changed}.run()
}

// hasAccess reports whether the login is still valid and its account still in the team.
func hasAccess(app core.App, secret, team string) bool {
	_, account, err := accounts.FindLogin(app, secret)
	if err != nil {
		return false
	}
	_, err = actors.Find(app, account, team)
	return err == nil
}

// retryDirective sets how long a page waits before it reconnects. The time is random, so that pages don't all reconnect together
// after a restart.
func retryDirective() string { return fmt.Sprintf("retry: %d\n\n", 1000+rand.IntN(3000)) }

type stream struct {
	e         *core.RequestEvent
	client    *events.Stream
	hasAccess func() bool
	changed   func() bool // nil: the page gets all events
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
	if !s.hasAccess() { // access was lost before the subscription
		return s.close()
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	pending := map[string]bool{}
	var flush <-chan time.Time
	if s.changed != nil { // something may have changed between loading the page and connecting
		pending[events.Sessions], flush = true, time.After(0)
	}
	for {
		select {
		case <-s.client.Done():
			return s.close()
		case message := <-s.client.Channel():
			pending[message.Name] = true
			if flush == nil {
				flush = time.After(batchDelay)
			}
			continue
		case <-flush:
			flush = nil
		case <-beat.C:
		case <-events.Stopped(s.e.App):
			return nil
		case <-s.e.Request.Context().Done():
			return nil
		}
		if !s.hasAccess() {
			return s.close()
		}
		if s.changed != nil && len(pending) > 0 && !s.changed() {
			clear(pending)
			continue
		}
		text := ": here\n\n"
		for name := range pending {
			text += "event: " + name + "\ndata: changed\n\n"
		}
		clear(pending)
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
