package live

import (
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// disconnectTimeout is how long a stop waits until everybody has heard it and hung up.
const disconnectTimeout = 2 * time.Second

// disconnectAll tells everybody who is in that the server stops, and waits until their signalling has ended: the stop of
// the media server itself cuts off whoever its last word has not reached yet.
func disconnectAll(app core.App, running *Instance) {
	rooms, err := ListRooms(app)
	if err != nil {
		app.Logger().Warn("nobody is told that the media server stops", "error", err)
		return
	}
	for _, room := range rooms {
		running.DisconnectAll(room)
	}
	select {
	case <-stateOf(app).waitIdle():
	case <-time.After(disconnectTimeout):
		app.Logger().Info("not everybody hung up before the media server stopped")
	}
}

// serve serves one connection by forward, counted until it ends.
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

// waitIdle is closed as soon as no connection is handed on.
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
