// Package chat keeps the messages of a session (R117), so that people who come later or load the page again see them, too.
package chat

import (
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

// Limits of messages.
const (
	MaxText   = 2000 // characters of a message
	MaxShown  = 500  // messages that a page shows
	MaxStored = 5000 // messages of a session
)

// Message is a message of a participant.
type Message struct {
	ID          string
	Participant string // id of the sender
	Sender      string // name
	Text        string
	ToHosts     bool // only the sender, the host and co-hosts see it
	Sent        time.Time
}

// History returns the last MaxShown messages of the session that the participant may see, in the order in which they were sent.
func History(app core.App, p *sessions.Participant) ([]*Message, error) {
	visible := dbx.Or(dbx.HashExp{"to_hosts": false}, dbx.HashExp{"participant": p.Id})
	if p.Leads() {
		visible = nil
	}
	return list(app, p.SessionID(), visible, MaxShown)
}

// All returns the messages of a session for its host and co-hosts, in the order in which they were sent. Others get
// errs.ErrNotFound.
func All(app core.App, actor *actors.Actor, session *sessions.Session) ([]*Message, error) {
	leads, err := sessions.Leads(app, session, actor)
	if err == nil && !leads {
		err = errs.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return list(app, session.Id, nil, MaxStored)
}

// Exists reports whether there are messages that the actor can see with All.
func Exists(app core.App, actor *actors.Actor, session *sessions.Session) (bool, error) {
	leads, err := sessions.Leads(app, session, actor)
	if err != nil || !leads {
		return false, err
	}
	number, err := count(app, session.Id)
	return number > 0, err
}

func count(app core.App, session string) (int64, error) {
	number, err := app.CountRecords("messages", dbx.HashExp{"session": session})
	if err != nil {
		return 0, fmt.Errorf("count the messages of a session: %w", err)
	}
	return number, nil
}

// list returns the last messages of a session that match where, or all for nil.
func list(app core.App, session string, where dbx.Expression, most int64) ([]*Message, error) {
	records := []*core.Record{}
	err := app.RecordQuery("messages").WithContext(record.Prepared).AndWhere(dbx.HashExp{"session": session}).AndWhere(where).
		OrderBy("created DESC", "rowid DESC").Limit(most).All(&records)
	if err != nil {
		return nil, fmt.Errorf("list the messages of a session: %w", err)
	}
	senders := map[string]*sessions.Participant{}
	if len(records) > 0 {
		people, err := sessions.ListParticipants(app, session)
		if err != nil {
			return nil, err
		}
		for _, p := range people {
			senders[p.Id] = p
		}
	}
	messages := make([]*Message, 0, len(records))
	for _, r := range slices.Backward(records) {
		messages = append(messages, newMessage(r, senders[r.GetString("participant")]))
	}
	return messages, nil
}

func newMessage(r *core.Record, sender *sessions.Participant) *Message {
	m := &Message{ID: r.Id, Participant: r.GetString("participant"), Text: r.GetString("text"), ToHosts: r.GetBool("to_hosts"), Sent: r.GetDateTime("created").Time()}
	if sender != nil {
		m.Sender = sender.PublicName()
	}
	return m
}
