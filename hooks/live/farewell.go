package live

import (
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// hearWithin is how long a stop waits until everybody has heard it and hung up.
const hearWithin = 2 * time.Second

// farewell tells everybody who is in that the server stops, and waits until their signalling has ended: the stop of
// the media server itself cuts off whoever its last word has not reached yet.
func farewell(app core.App, running *Instance) {
	rooms, err := Rooms(app)
	if err != nil {
		app.Logger().Warn("nobody is told that the media server stops", "error", err)
		return
	}
	for _, room := range rooms {
		running.Dismiss(room)
	}
	select {
	case <-stateOf(app).hungUp():
	case <-time.After(hearWithin):
		app.Logger().Info("not everybody hung up before the media server stopped")
	}
}

// handOn serves one connection by forward, counted until it ends.
func (s *state) handOn(forward http.Handler, w http.ResponseWriter, r *http.Request) {
	s.count(1)
	defer s.count(-1)
	forward.ServeHTTP(w, r)
}

func (s *state) count(by int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connections += by
	if s.connections == 0 && s.none != nil {
		close(s.none)
		s.none = nil
	}
}

// hungUp is closed as soon as no connection is handed on.
func (s *state) hungUp() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	none := s.none
	if none == nil {
		none = make(chan struct{})
	}
	if s.connections == 0 {
		close(none)
	} else {
		s.none = none
	}
	return none
}
