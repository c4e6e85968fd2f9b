// Package events notifies open pages of committed changes in their team. An event has a name but no content: the page reloads
// itself, which checks permissions again.
package events

import (
	"context"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/routine"
	"github.com/pocketbase/pocketbase/tools/subscriptions"
)

// Names of events.
const (
	Users = "users" // users, roles, tags, invitations, seats and email delivery
	Team  = "team"  // its name, logo or settings, and offers of its ownership

	Rooms    = "rooms"    // a team's rooms
	Sessions = "sessions" // sessions, invitees, participants and the waiting room

	Active     = "active"     // devices and connections of participants in running sessions
	Recordings = "recordings" // recordings, their progress and the storage they use

	Import = "import" // progress of an import or a bulk action in the background
)

// MaxStreams is the maximum number of event streams of one account.
const MaxStreams = 30

const (
	keyTeam  = "usher.team"
	keyUser  = "usher.user"
	keyLogin = "usher.login"
)

// Register publishes events after commits and closes streams that have lost access.
func Register(app core.App) {
	for collection, name := range map[string]string{"memberships": Users, "invitations": Users, "tags": Users, "outbox": Users, "teams": Team, "ownership_offers": Team,
		"rooms": Rooms, "sessions": Sessions, "participants": Sessions, "recordings": Recordings} {
		publish := func(e *core.RecordEvent) error {
			team := e.Record.GetString("team")
			if collection == "teams" {
				team = e.Record.Id
			}
			Publish(e.App, team, name)
			return e.Next()
		}
		app.OnRecordAfterCreateSuccess(collection).BindFunc(publish)
		app.OnRecordAfterUpdateSuccess(collection).BindFunc(publish)
		app.OnRecordAfterDeleteSuccess(collection).BindFunc(publish)
	}
	app.OnRecordAfterDeleteSuccess("memberships").BindFunc(func(e *core.RecordEvent) error {
		team, user := e.Record.GetString("team"), e.Record.GetString("user")
		closeStreams(e.App, func(c subscriptions.Client) bool { return c.Get(keyTeam) == team && c.Get(keyUser) == user })
		return e.Next()
	})
	app.OnRecordAfterDeleteSuccess("logins").BindFunc(func(e *core.RecordEvent) error {
		closeStreams(e.App, func(c subscriptions.Client) bool { return c.Get(keyLogin) == e.Record.Id })
		return e.Next()
	})
	registerJoinPages(app)
	app.OnRealtimeConnectRequest().BindFunc(endOnShutdown)
}

// endOnShutdown ends PocketBase's realtime streams when the server stops.
func endOnShutdown(e *core.RealtimeConnectRequestEvent) error {
	ctx, cancel := context.WithCancel(e.Request.Context())
	defer cancel()
	e.Request = e.Request.WithContext(ctx)
	stopped := Stopped(e.App)
	routine.FireAndForget(func() {
		select {
		case <-stopped:
			cancel()
		case <-ctx.Done():
		}
	})
	return e.Next()
}

// Subscribe opens an event stream for a page of an account in a team. ok is false beyond MaxStreams. The stream ends when the
// account leaves the team, the login ends, or on Unsubscribe.
func Subscribe(app core.App, team, user, login string) (client *Stream, ok bool) {
	open := 0
	for _, c := range app.SubscriptionsBroker().Clients() {
		if c.Get(keyUser) == user {
			open++
		}
	}
	if open >= MaxStreams {
		return nil, false
	}
	client = newStream()
	client.Set(keyTeam, team)
	client.Set(keyUser, user)
	client.Set(keyLogin, login)
	app.SubscriptionsBroker().Register(client)
	return client, true
}

// Unsubscribe ends a stream.
func Unsubscribe(app core.App, client *Stream) {
	app.SubscriptionsBroker().Unregister(client.Id())
}

const keyShutdown = "usher.changes.stop"

// shutdown signals the end of all event streams of an app.
type shutdown struct {
	done chan struct{}
	end  func()
}

func shutdownOf(app core.App) *shutdown {
	return app.Store().GetOrSet(keyShutdown, func() any {
		ended := make(chan struct{})
		return &shutdown{ended, sync.OnceFunc(func() { close(ended) })}
	}).(*shutdown)
}

// Stopped returns a channel that is closed when the server stops. Event streams then end without a message, and pages
// reconnect to the next server.
func Stopped(app core.App) <-chan struct{} { return shutdownOf(app).done }

// Stop ends every event stream. It may be called again.
func Stop(app core.App) { shutdownOf(app).end() }

// coalesceDelay is how long Publish waits for more events of the same name: an action that writes a thousand rows sends one.
const coalesceDelay = 30 * time.Millisecond

type event struct{ team, name string }

// pendingEvents are the events that are about to be sent.
type pendingEvents struct {
	sync.Mutex
	events map[event]bool
}

// add adds an event and reports whether it was pending already.
func (w *pendingEvents) add(n event) (known bool) {
	w.Lock()
	defer w.Unlock()
	known = w.events[n]
	w.events[n] = true
	return known
}

func (w *pendingEvents) done(n event) {
	w.Lock()
	defer w.Unlock()
	delete(w.events, n)
}

// Publish sends an event to every open page of the team, coalesced with others of the same name.
func Publish(app core.App, team, name string) {
	if team == "" {
		return
	}
	queue := app.Store().GetOrSet("usher.changes.waiting", func() any { return &pendingEvents{events: map[event]bool{}} }).(*pendingEvents)
	n := event{team, name}
	if queue.add(n) {
		return
	}
	time.AfterFunc(coalesceDelay, func() {
		queue.done(n)
		broadcast(app, team, name)
	})
}

func broadcast(app core.App, team, name string) {
	for _, client := range app.SubscriptionsBroker().Clients() {
		if client.Get(keyTeam) == team {
			routine.FireAndForget(func() { client.Send(subscriptions.Message{Name: name}) })
		}
	}
}

// closeStreams ends the streams that match.
func closeStreams(app core.App, match func(subscriptions.Client) bool) {
	for _, client := range app.SubscriptionsBroker().Clients() {
		if match(client) {
			app.SubscriptionsBroker().Unregister(client.Id())
		}
	}
}
