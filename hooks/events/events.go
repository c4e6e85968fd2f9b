// Package events tells open pages, once a deed is committed, what kind of thing has changed in their team:
// names, never content. A page then asks for itself again, and its rights are judged anew.
package events

import (
	"context"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/routine"
	"github.com/pocketbase/pocketbase/tools/subscriptions"
)

// What can have changed.
const (
	Users = "users" // people, roles, tags, invitations, seats, and how far a letter has come
	Team  = "team"  // its name, logo or settings

	Rooms    = "rooms"    // a team's rooms
	Sessions = "sessions" // plan and state of its sessions, who is asked, who is in or waits

	Import = "import" // how far a list has come that is invited in the background
)

// MaxStreams is how many open pages of one account are told of changes at a time.
const MaxStreams = 30

const (
	keyTeam  = "usher.team"
	keyUser  = "usher.user"
	keyLogin = "usher.login"
)

// Register wires the telling to what is committed. It changes nothing and refuses nothing.
func Register(app core.App) {
	for collection, name := range map[string]string{"memberships": Users, "invitations": Users, "tags": Users, "outbox": Users, "teams": Team,
		"rooms": Rooms, "sessions": Sessions, "participants": Sessions} {
		tell := func(e *core.RecordEvent) error {
			team := e.Record.GetString("team")
			if collection == "teams" {
				team = e.Record.Id
			}
			Publish(e.App, team, name)
			return e.Next()
		}
		app.OnRecordAfterCreateSuccess(collection).BindFunc(tell)
		app.OnRecordAfterUpdateSuccess(collection).BindFunc(tell)
		app.OnRecordAfterDeleteSuccess(collection).BindFunc(tell)
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

// endOnShutdown ends a stream of PocketBase's own, too, when the server stops.
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

// Subscribe opens a stream of an account's page in a team. ok is false beyond MaxStreams. The stream ends when the
// person is not in the team any more or the login is ended; Unsubscribe ends it otherwise.
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

// shutdown is the end of all event streams of an app.
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

// Stopped is closed when the server stops: event streams end without a message, and their pages reconnect to the next server.
func Stopped(app core.App) <-chan struct{} { return shutdownOf(app).done }

// Stop ends every event stream. It may be called again.
func Stop(app core.App) { shutdownOf(app).end() }

// coalesceDelay is how long Tell waits for more of the same: a deed that writes a thousand rows is told once.
const coalesceDelay = 30 * time.Millisecond

type event struct{ team, name string }

// pendingEvents are the news that are about to be told.
type pendingEvents struct {
	sync.Mutex
	events map[event]bool
}

// add lets the news wait, and reports whether they did already.
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

// Publish says to every open page of the team that something of that name has changed, soon and once for all that
// comes together.
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

// closeStreams ends the streams that have lost their right.
func closeStreams(app core.App, lost func(subscriptions.Client) bool) {
	for _, client := range app.SubscriptionsBroker().Clients() {
		if lost(client) {
			app.SubscriptionsBroker().Unregister(client.Id())
		}
	}
}
