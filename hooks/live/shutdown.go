package live

import (
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// disconnectTimeout is how long a shutdown waits for connections to close.
const disconnectTimeout = 2 * time.Second

// disconnectAll tells everyone connected that the server stops, and waits until their signalling connections close: stopping the
// media server cuts off connections before its message arrives.
func disconnectAll(app core.App, running *Instance) {
	rooms, err := ListRooms(app)
	if err != nil {
		app.Logger().Warn("notify participants that the media server stops", "error", err)
		return
	}
	for _, room := range rooms {
		running.DisconnectAll(room)
	}
	select {
	case <-stateOf(app).waitIdle():
	case <-time.After(disconnectTimeout):
		app.Logger().Info("some connections were still open when the media server stopped")
	}
}

// serve serves one connection with forward and counts it until it ends.
func (s *state) serve(forward http.Handler, w http.ResponseWriter, r *http.Request) {
	s.count(1)
	defer s.count(-1)
	forward.ServeHTTP(w, r)
}

func (s *state) count(by int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connections += by
	if s.connections == 0 && s.idle != nil {
		close(s.idle)
		s.idle = nil
	}
}

// waitIdle returns a channel that is closed when no connection is proxied.
func (s *state) waitIdle() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	none := s.idle
	if none == nil {
		none = make(chan struct{})
	}
	if s.connections == 0 {
		close(none)
	} else {
		s.idle = none
	}
	return none
}
