package usage

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// 20 requests that come while a computation runs share the next one.
func TestFlights_ShareTheNextComputation(t *testing.T) {
	f := &flights{running: map[flightKey]*flight{}}
	var computed atomic.Int32
	first, began := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		_, _ = f.do(flightKey{}, func() (*Report, error) {
			computed.Add(1)
			close(began)
			<-first
			return &Report{Past: 1}, nil
		})
	})
	<-began
	for range 20 {
		all.Go(func() {
			report, err := f.do(flightKey{}, func() (*Report, error) {
				computed.Add(1)
				return &Report{Past: 2}, nil
			})
			if err != nil || report.Past != 2 {
				t.Errorf("got %+v, %v, want a computation that began later", report, err)
			}
		})
	}
	// The others wait for the next computation; another key doesn't.
	for waiting := false; !waiting; time.Sleep(time.Millisecond) {
		f.mu.Lock()
		waiting = f.running[flightKey{}].next != nil
		f.mu.Unlock()
	}
	if report, err := f.do(flightKey{team: "other"}, func() (*Report, error) { return &Report{Past: 3}, nil }); err != nil || report.Past != 3 {
		t.Errorf("another key: got %+v, %v", report, err)
	}
	close(first)
	all.Wait()
	if n := computed.Load(); n < 2 || n > 21 {
		t.Errorf("got %d computations, want at least 2", n)
	}
	if len(f.running) != 0 {
		t.Errorf("%d computations are left", len(f.running))
	}
	want := errors.New("broken")
	if _, err := f.do(flightKey{}, func() (*Report, error) { return nil, want }); !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}
