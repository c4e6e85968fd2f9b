package active

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/live"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
	"usher/hooks/tools/text"
)

// MaxMessage is the maximum length of a message in characters.
const MaxMessage = 500

// Codes of errors.
const (
	CodeRequired = "required"
	CodeExternal = "session_external"
)

// MessageTopic is the topic of the data packets with messages, which only the server can send without a sender.
const MessageTopic = "admin-message"

// messageLimit limits the messages to one session.
var messageLimit = ratelimit.Define("session-message", 5, time.Minute)

// message is the content of a data packet.
type message struct {
	From string `json:"from"`
	Text string `json:"text"`
}

// SendMessage shows a message to everyone who is in a running session. The Owner, Admins, host and co-hosts can send one.
func SendMessage(app core.App, actor *actors.Actor, id, words string) error {
	entry, room := audit.NewEntry(actor, "session.message").WithTarget(id, ""), ""
	err := audit.Do(app, entry, func(tx core.App) error {
		actor, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		session, err := sessions.Find(tx, actor.Team.Id, id)
		if err != nil {
			return err
		}
		entry.WithTarget(session.Id, session.Title())
		leads, err := sessions.Leads(tx, session, actor)
		switch {
		case err != nil:
			return err
		case !leads && !actor.CanUsePanel():
			return actor.Refusal((*actors.Actor).CanUsePanel, errs.Forbidden("Only the host, co-hosts, the Owner and Admins can send a message to this session."))
		case session.Status() != sessions.Running:
			return sessions.StatusError(session.Status())
		case session.ExternalLink() != "":
			return errs.Invalid("base", CodeExternal, "This session is held in another tool, so Usher can't show messages in it.")
		}
		if words, err = text.CleanText("text", "The message", words, MaxMessage); err != nil {
			return err
		}
		if words == "" {
			return errs.Invalid("text", CodeRequired, "Enter a message.")
		}
		if wait, ok := messageLimit.In(app).Take(session.Id); !ok {
			return errs.RateLimited(wait, "Too many messages to this session. Try again in a minute.")
		}
		room = session.Media()
		return nil
	})
	if err != nil {
		return err
	}
	data, err := json.Marshal(message{actor.Name(), words})
	if err != nil {
		return fmt.Errorf("encode a message: %w", err)
	}
	return live.SendData(app, room, MessageTopic, data)
}
