package chat

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/join"
	"usher/hooks/live"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
	"usher/hooks/tools/text"
)

// Codes of errors.
const (
	CodeRequired = "required"
	CodeFull     = "chat_full"
)

// Topic is the topic of the data packets with messages, which only the server can send without a sender.
const Topic = "chat"

// messageLimit limits the messages of one participant.
var messageLimit = ratelimit.Define("chat-message", 20, 30*time.Second)

// packet is a message as pages get it.
type packet struct {
	ID      string `json:"id"`
	Person  string `json:"person"`
	Name    string `json:"name"`
	Text    string `json:"text"`
	ToHosts bool   `json:"hosts"`
	At      int64  `json:"at"` // Unix time in milliseconds
}

// MarshalJSON encodes a message for a page.
func (m *Message) MarshalJSON() ([]byte, error) {
	return json.Marshal(packet{m.ID, m.Participant, m.Sender, m.Text, m.ToHosts, m.Sent.UnixMilli()})
}

// Send keeps a message of a participant who can be in the running session, and shows it to everyone in it, or to the sender, the
// host and co-hosts. Pages that aren't reached get it from History.
func Send(app core.App, sender *sessions.Participant, words string, toHosts bool) (*Message, error) {
	if wait, ok := messageLimit.In(app).Take(sender.Id); !ok {
		return nil, errs.RateLimited(wait, "Too many messages. Try again in a moment.")
	}
	words, err := text.CleanText("text", "The message", words, MaxText)
	if err != nil {
		return nil, err
	}
	if words == "" {
		return nil, errs.Invalid("text", CodeRequired, "Enter a message.")
	}
	var message *Message
	var session *sessions.Session
	var readers []string
	err = app.RunInTransaction(func(tx core.App) error {
		if session, err = sessions.FindByID(tx, sender.SessionID()); err != nil {
			return err
		}
		if err := join.Authorize(tx, sender.Id, session.Media()); err != nil {
			return err
		}
		if toHosts {
			if readers, err = leading(tx, session.Id, sender.Id); err != nil {
				return err
			}
		}
		message, err = add(tx, session, sender, words, toHosts)
		return err
	})
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(message)
	if err != nil {
		return nil, fmt.Errorf("encode a message: %w", err)
	}
	if err := live.SendData(app, session.Media(), Topic, data, readers...); err != nil {
		app.Logger().Warn("show a message of a session", "error", err)
	}
	return message, nil
}

func add(tx core.App, session *sessions.Session, sender *sessions.Participant, words string, toHosts bool) (*Message, error) {
	number, err := count(tx, session.Id)
	if err != nil {
		return nil, err
	}
	if number >= MaxStored {
		return nil, errs.Invalid("text", CodeFull, fmt.Sprintf("The chat of this session is full: it holds %d messages.", MaxStored))
	}
	collection, err := tx.FindCachedCollectionByNameOrId("messages")
	if err != nil {
		return nil, fmt.Errorf("find the collection of messages: %w", err)
	}
	r := core.NewRecord(collection)
	r.Load(map[string]any{"session": session.Id, "participant": sender.Id, "text": words, "to_hosts": toHosts})
	if err := tx.Save(r); err != nil {
		return nil, err
	}
	return newMessage(r, sender), nil
}

// leading returns the ids of the host, the co-hosts and the sender.
func leading(tx core.App, session, sender string) ([]string, error) {
	people, err := sessions.ListParticipants(tx, session)
	if err != nil {
		return nil, err
	}
	ids := []string{sender}
	for _, p := range people {
		if p.Leads() && !p.Excluded() && p.Id != sender {
			ids = append(ids, p.Id)
		}
	}
	return ids, nil
}
