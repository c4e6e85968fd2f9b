package events

import (
	"sync"

	"github.com/pocketbase/pocketbase/tools/subscriptions"
)

// Stream tells one open page what changes. At its end PocketBase's own client closes the channel, under the hands of
// whoever sends just then; that of a Stream stays open, and Ended is closed.
type Stream struct {
	*subscriptions.DefaultClient
	done chan struct{}
	end  func()
}

func newStream() *Stream {
	ended := make(chan struct{})
	return &Stream{subscriptions.NewDefaultClient(), ended, sync.OnceFunc(func() { close(ended) })}
}

// Done is closed when the stream is over.
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

// Send implements [subscriptions.Client]: it returns once the message is taken or the stream is over.
func (s *Stream) Send(m subscriptions.Message) {
	select {
	case s.Channel() <- m:
	case <-s.done:
	}
}
