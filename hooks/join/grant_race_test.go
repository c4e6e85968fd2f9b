package join_test

import (
	"sync"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/join"
	"usher/hooks/live"
	"usher/hooks/sessions"
)

// slowMedia is a media server to which the first call arrives after all others.
type slowMedia struct {
	mu      sync.Mutex
	calls   int
	applied live.Grant
	waiting chan struct{} // closed when the first call is on its way
	release chan struct{} // closed when it may arrive
}

func (m *slowMedia) send(_ core.App, grant live.Grant) error {
	m.mu.Lock()
	m.calls++
	first := m.calls == 1
	m.mu.Unlock()
	if first {
		close(m.waiting)
		<-m.release
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.applied = grant
	return nil
}

func TestUpdateGrant_TwoQuickChanges_LastHolds(t *testing.T) {
	once := func(app core.App, grant live.Grant, send func(core.App, live.Grant) error) error {
		return send(app, grant)
	}
	limit := func(h *fixture, limited bool) {
		if err := join.SetShareLimited(h.app, h.participant("host@x.example"), limited, testIP); err != nil {
			h.Fatal(err)
		}
	}
	setRole := func(h *fixture, role string) {
		p := h.participant("asked@x.example")
		p.Set("part", role)
		if err := h.app.Save(p); err != nil {
			h.Fatal(err)
		}
	}
	for name, changes := range map[string][2]func(*fixture){
		"screen sharing limited, then allowed": {func(h *fixture) { limit(h, true) }, func(h *fixture) { limit(h, false) }},
		"screen sharing allowed, then limited": {func(h *fixture) { limit(h, false) }, func(h *fixture) { limit(h, true) }},
		"made presenter, then attendee":        {func(h *fixture) { setRole(h, sessions.Presenter) }, func(h *fixture) { setRole(h, sessions.Attendee) }},
		"limited, then made presenter":         {func(h *fixture) { limit(h, true) }, func(h *fixture) { setRole(h, sessions.Presenter) }},
	} {
		t.Run(name, func(t *testing.T) {
			for control, update := range map[bool]func(core.App, live.Grant, func(core.App, live.Grant) error) error{false: join.UpdateGrant, true: once} {
				h := newFixture(t, "").moveTo("running")
				h.join("asked", "")
				id := h.participant("asked@x.example").Id
				current := func() live.Grant {
					grant, in, err := join.CurrentGrant(h.app, id)
					if err != nil || !in {
						t.Fatalf("got %v, %v, want a grant", in, err)
					}
					return grant
				}
				media := &slowMedia{waiting: make(chan struct{}), release: make(chan struct{})}
				changes[0](h)
				grant, done := current(), make(chan error)
				go func() { done <- update(h.app, grant, media.send) }()
				<-media.waiting
				changes[1](h)
				if err := update(h.app, current(), media.send); err != nil {
					t.Error(err)
				}
				close(media.release)
				if err := <-done; err != nil {
					t.Error(err)
				}
				if holds := media.applied == current(); holds == control {
					t.Errorf("control %v: applied %+v, current %+v", control, media.applied, current())
				}
			}
		})
	}
}

func TestUpdateGrant_RemovedMeanwhile_Stops(t *testing.T) {
	h := newFixture(t, "").moveTo("running")
	h.join("asked", "")
	grant, _, err := join.CurrentGrant(h.app, h.participant("asked@x.example").Id)
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	err = join.UpdateGrant(h.app, grant, func(core.App, live.Grant) error {
		calls++
		return join.Kick(h.app, h.participant("host@x.example"), grant.Identity, testIP)
	})
	if err != nil || calls != 1 {
		t.Errorf("got %d calls, %v, want 1", calls, err)
	}
}
