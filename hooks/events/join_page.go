package events

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/routine"
	"github.com/pocketbase/pocketbase/tools/subscriptions"
)

const keyJoinPage = "usher.join"

// JoinPage describes the join page or room page of a stream. Its reader needn't be in the team or signed in.
type JoinPage struct {
	Session string
	Team    string
	// Participant is the reader's participant record, or "".
	Participant string
	// Account is the reader's account, or "" if unknown.
	Account string
	// Login is the reader's login; empty for a personal link.
	Login string
	// WaitingForCapacity is set if the page shows whether the session is full, so that attendance affects it.
	WaitingForCapacity bool
	// Room is set for a page of a room, which any session of the team may affect by moving to or from it.
	Room bool
}

// readerKey returns the key under which join pages of a reader are counted: account, participant or network.
func (p JoinPage) readerKey(network string) string {
	switch {
	case p.Login != "":
		return p.Account
	case p.Participant != "":
		return p.Participant
	}
	return network
}

// MaxAnonymousStreams is the maximum number of join pages of unknown readers from one network. An office is one network.
const MaxAnonymousStreams = 300

const keyReader = "usher.join.reader"

// SubscribeJoinPage opens an event stream for a join page. It sends Sessions when a change may affect the page. ok is false
// beyond MaxStreams of one reader. The stream ends when the login ends.
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

// SetJoinPage replaces the page of the stream.
func (s *Stream) SetJoinPage(page JoinPage) { s.Set(keyJoinPage, page) }

// affectedBy reports whether a change of the record may affect the page.
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

// registerJoinPages notifies join pages after commits.
func registerJoinPages(app core.App) {
	for _, collection := range []string{"sessions", "participants", "attendances", "memberships", "users", "teams", "rooms"} {
		notify := func(existed bool) func(e *core.RecordEvent) error {
			return func(e *core.RecordEvent) error {
				notifyJoinPages(e.App, e.Record, existed)
				return e.Next()
			}
		}
		app.OnRecordAfterCreateSuccess(collection).BindFunc(notify(false))
		app.OnRecordAfterUpdateSuccess(collection).BindFunc(notify(true))
		app.OnRecordAfterDeleteSuccess(collection).BindFunc(notify(true))
	}
}

func notifyJoinPages(app core.App, r *core.Record, existed bool) {
	for _, client := range app.SubscriptionsBroker().Clients() {
		if page, ok := client.Get(keyJoinPage).(JoinPage); ok && page.affectedBy(r, existed) {
			routine.FireAndForget(func() { client.Send(subscriptions.Message{Name: Sessions}) })
		}
	}
}
