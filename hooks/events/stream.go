package events

import (
	"sync"

	"github.com/pocketbase/pocketbase/tools/subscriptions"
)

// Stream is the event stream of one open page. PocketBase's client closes its channel when it ends, which races with senders; a
// Stream leaves the channel open and closes Done instead.
type Stream struct {
	*subscriptions.DefaultClient
	done chan struct{}
	end  func()
}

func newStream() *Stream {
	ended := make(chan struct{})
	return &Stream{subscriptions.NewDefaultClient(), ended, sync.OnceFunc(func() { close(ended) })}
}

// Done returns a channel that is closed when the stream ends.
func (s *Stream) Done() <-chan struct{} { return s.done }

// Discard implements [subscriptions.Client].
func (s *Stream) Discard() { s.end() }

// IsDiscarded implements [subscriptions.Client].
func (s *Stream) IsDiscarded() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// Send implements [subscriptions.Client]: it returns when the message is received or the stream has ended.
func (s *Stream) Send(m subscriptions.Message) {
	select {
	case s.Channel() <- m:
	case <-s.done:
	}
}
