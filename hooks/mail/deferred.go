package mail

import (
	"fmt"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/record"
)

// Deferred is a letter that waits as the little that cannot be read again, and is written out when it is first
// tried: a list of ten thousand is queued in a few bytes each. Then it is frozen, so that every retry is the same.
type Deferred struct {
	Kind   string // one that Writes knows
	To     string
	About  string // id of the record that the letter is about
	Team   string
	Topic  string // as of a Letter
	Basis  string // as of a Letter
	Secret string // what the letter's link is made of; sealed like a letter
}

// Renderer writes the letter of a recipe out. A refusal says why it is not worth sending any more.
type Renderer func(tx core.App, about, secret string) (Message, error)

const (
	rendererKey    = "usher.mail.writer."
	deferredPrefix = "recipe " // a frozen letter begins with a brace
)

// RegisterRenderer says who writes letters of the kinds.
func RegisterRenderer(app core.App, writer Renderer, kinds ...string) {
	for _, kind := range kinds {
		app.Store().Set(rendererKey+kind, writer)
	}
}

// QueueDeferred writes a letter into the outbox that is still to be written out, in the caller's transaction. Like
// Queue it leaves after the commit, and never without it.
func QueueDeferred(tx core.App, r Deferred) error {
	if _, ok := tx.Store().Get(rendererKey + r.Kind).(Renderer); !ok {
		return fmt.Errorf("nobody writes letters of kind %q", r.Kind)
	}
	if err := supersede(tx, r.Topic, r.To); err != nil {
		return err
	}
	id := core.GenerateDefaultRandomId()
	sealed, err := seal(tx, id, []byte(deferredPrefix+r.Secret))
	if err != nil {
		return err
	}
	_, err = tx.NonconcurrentDB().NewQuery(`INSERT INTO outbox (id, kind, recipient, about, team, topic, basis, status, priority, due, sealed, created, updated)
		VALUES ({:id}, {:kind}, {:to}, {:about}, {:team}, {:topic}, {:basis}, 'queued', 1, {:now}, {:sealed}, {:now}, {:now})`).WithContext(record.Prepared).
		Bind(params{"id": id, "kind": r.Kind, "to": r.To, "about": r.About, "team": r.Team, "topic": r.Topic, "basis": r.Basis, "sealed": sealed,
			"now": types.NowDateTime().String()}).Execute()
	if err != nil {
		return fmt.Errorf("queue a letter of kind %q: %w", r.Kind, err)
	}
	wake := func(failed error) error {
		if w := runningWorker(tx); w != nil && failed == nil {
			w.wakeUp()
		}
		return nil
	}
	if info := tx.TxInfo(); info != nil {
		info.OnComplete(wake)
		return nil
	}
	return wake(nil)
}

// render makes the letter of a recipe and freezes it. What is frozen already stays as it is.
func render(tx core.App, m *Email, content []byte) ([]byte, error) {
	secret, ok := strings.CutPrefix(string(content), deferredPrefix)
	if !ok {
		return content, nil
	}
	writer, ok := tx.Store().Get(rendererKey + m.Kind()).(Renderer)
	if !ok {
		return nil, fmt.Errorf("nobody writes letters of kind %q", m.Kind())
	}
	letter, err := writer(tx, m.About(), secret)
	if err != nil {
		return nil, err
	}
	request, err := letter.encode(tx)
	if err != nil {
		return nil, err
	}
	sealed, err := seal(tx, m.Id, request)
	if err != nil {
		return nil, err
	}
	m.Set("sealed", sealed)
	return request, nil
}
