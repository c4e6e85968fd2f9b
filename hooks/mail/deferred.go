package mail

import (
	"fmt"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/record"
	"usher/hooks/tools/jobs"
)

// Deferred is an email that is rendered at its first attempt, so that ten thousand of them can be queued in a few bytes
// each. The rendered email is stored, so that every retry is identical.
type Deferred struct {
	Kind   string // one that has a renderer
	To     string
	About  string // id of the record the email is about
	Team   string
	Topic  string // as in Message
	Basis  string // as in Message
	Secret string // token of the link; encrypted like a message
	Bulk   bool   // one of many that an action sends: the team's other emails don't wait for them; without attachments
}

// Renderer renders a deferred email. If the email is obsolete, it returns an error with one of the Reason codes.
type Renderer func(tx core.App, about, secret string) (Message, error)

const (
	rendererKey    = "usher.mail.writer."
	deferredPrefix = "recipe " // a rendered email begins with a brace
)

// RegisterRenderer registers the renderer of deferred emails of the kinds.
func RegisterRenderer(app core.App, writer Renderer, kinds ...string) {
	for _, kind := range kinds {
		app.Store().Set(rendererKey+kind, writer)
	}
}

// QueueDeferred adds a deferred email to the outbox in the caller's transaction. It is sent after the commit.
func QueueDeferred(tx core.App, r Deferred) error {
	if _, ok := tx.Store().Get(rendererKey + r.Kind).(Renderer); !ok {
		return fmt.Errorf("no renderer is registered for emails of kind %q", r.Kind)
	}
	if !HasAddress(r.To) {
		return nil
	}
	if err := supersede(tx, r.Topic, r.To); err != nil {
		return err
	}
	id := core.GenerateDefaultRandomId()
	sealed, err := seal(tx, id, []byte(deferredPrefix+r.Secret))
	if err != nil {
		return err
	}
	turn, err := nextTurn(tx, normalPriority, r.Team, r.Kind, r.Bulk)
	if err != nil {
		return err
	}
	_, err = tx.NonconcurrentDB().NewQuery(`INSERT INTO outbox (id, kind, recipient, about, team, topic, basis, status, priority, turn, bulk, due, sealed, created, updated)
		VALUES ({:id}, {:kind}, {:to}, {:about}, {:team}, {:topic}, {:basis}, 'queued', {:priority}, {:turn}, {:bulk}, {:now}, {:sealed}, {:now}, {:now})`).WithContext(record.Prepared).
		Bind(params{"id": id, "kind": r.Kind, "to": r.To, "about": r.About, "team": r.Team, "topic": r.Topic, "basis": r.Basis, "sealed": sealed,
			"priority": normalPriority, "turn": turn, "bulk": r.Bulk, "now": types.NowDateTime().String()}).Execute()
	if err != nil {
		return fmt.Errorf("queue an email of kind %q: %w", r.Kind, err)
	}
	wake := func(failed error) error {
		if failed == nil {
			jobs.Wake(tx, workerID)
		}
		return nil
	}
	if info := tx.TxInfo(); info != nil {
		info.OnComplete(wake)
		return nil
	}
	return wake(nil)
}

// render renders a deferred email and stores it. It returns the content of any other email as it is.
func render(tx core.App, m *Email, content []byte) ([]byte, error) {
	secret, ok := strings.CutPrefix(string(content), deferredPrefix)
	if !ok {
		return content, nil
	}
	writer, ok := tx.Store().Get(rendererKey + m.Kind()).(Renderer)
	if !ok {
		return nil, fmt.Errorf("no renderer is registered for emails of kind %q", m.Kind())
	}
	message, err := writer(tx, m.About(), secret)
	if err != nil {
		return nil, err
	}
	if m.GetBool("bulk") && len(message.Attachments) > 0 {
		return nil, fmt.Errorf("a bulk email of kind %q has attachments", m.Kind())
	}
	request, err := message.encode(tx)
	if err != nil {
		return nil, err
	}
	return request, m.setRequest(tx, request)
}
