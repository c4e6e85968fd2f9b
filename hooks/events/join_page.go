package events

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/routine"
	"github.com/pocketbase/pocketbase/tools/subscriptions"
)

const keyJoinPage = "usher.join"

// JoinPage says whose open join page, or page of a room, a stream belongs to. Its reader need not be in the team, nor be signed in.
type JoinPage struct {
	Session string
	Team    string
	// Participant is the reader's row on the list; empty while the reader has none.
	Participant string
	// Account is the reader's account; empty while nobody is known.
	Account string
	// Login is the login by which the reader is signed in; empty for a personal link.
	Login string
	// Crowded reports whether the page says whether there is a free place, so that it concerns it who is in.
	WaitingForCapacity bool
	// Room reports whether the page is of a room, so that every session of the team concerns it: it may move there or away.
	Room bool
}

// readerKey is what the open join pages of one reader are counted by: the login, else the row on the list, else network.
func (p JoinPage) readerKey(network string) string {
	switch {
	case p.Login != "":
		return p.Account
	case p.Participant != "":
		return p.Participant
	}
	return network
}

// MaxAnonymousStreams is how many join pages are open at a time from one network whose readers are not known. An office
// is one network.
const MaxAnonymousStreams = 300

const keyReader = "usher.join.reader"

// SubscribeJoinPage opens a stream for an open join page. It carries the name Sessions when something changed that may concern
// the page. network is the reader's network. ok is false beyond MaxStreams of one reader. The stream ends when the login ends.
func SubscribeJoinPage(app core.App, page JoinPage, network string) (client *Stream, ok bool) {
	reader, most := page.readerKey(network), MaxStreams
	if reader == network {
		most = MaxAnonymousStreams
	}
	for _, c := range app.SubscriptionsBroker().Clients() {
		if c.Get(keyReader) == reader {
			most--
		}
	}
	if most <= 0 {
		return nil, false
	}
	client = newStream()
	client.Set(keyReader, reader)
	client.Set(keyJoinPage, page)
	if page.Login != "" {
		client.Set(keyLogin, page.Login)
	}
	app.SubscriptionsBroker().Register(client)
	return client, true
}

// SetJoinPage says anew whose page the stream follows.
func (s *Stream) SetJoinPage(page JoinPage) { s.Set(keyJoinPage, page) }

// affectedBy reports whether a page may look different after a change of the record.
func (p JoinPage) affectedBy(r *core.Record, existed bool) bool {
	switch r.Collection().Name {
	case "sessions":
		return r.Id == p.Session || p.Room && r.GetString("team") == p.Team
	case "participants":
		if p.Room {
			return r.GetString("team") == p.Team && (!existed || p.Account != "" && r.GetString("user") == p.Account)
		}
		if p.WaitingForCapacity && r.GetString("session") == p.Session {
			return true
		}
		return r.GetString("session") == p.Session && (r.Id == p.Participant || p.Participant == "" && !existed)
	case "attendances":
		return p.WaitingForCapacity && r.GetString("session") == p.Session
	case "memberships":
		return p.Account != "" && r.GetString("user") == p.Account && r.GetString("team") == p.Team
	case "users":
		return r.Id == p.Account
	case "teams":
		return r.Id == p.Team
	case "rooms":
		return r.GetString("team") == p.Team
	}
	return false
}

// registerJoinPages wires the streams of join pages to what is committed.
func registerJoinPages(app core.App) {
	for _, collection := range []string{"sessions", "participants", "attendances", "memberships", "users", "teams", "rooms"} {
		tell := func(existed bool) func(e *core.RecordEvent) error {
			return func(e *core.RecordEvent) error {
				notifyJoinPages(e.App, e.Record, existed)
				return e.Next()
			}
		}
		app.OnRecordAfterCreateSuccess(collection).BindFunc(tell(false))
		app.OnRecordAfterUpdateSuccess(collection).BindFunc(tell(true))
		app.OnRecordAfterDeleteSuccess(collection).BindFunc(tell(true))
	}
}

func notifyJoinPages(app core.App, r *core.Record, existed bool) {
	for _, client := range app.SubscriptionsBroker().Clients() {
		if page, ok := client.Get(keyJoinPage).(JoinPage); ok && page.affectedBy(r, existed) {
			routine.FireAndForget(func() { client.Send(subscriptions.Message{Name: Sessions}) })
		}
	}
}
