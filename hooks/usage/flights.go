package usage

import (
	"errors"
	"sync"

	"github.com/pocketbase/pocketbase/core"
)

// flightKey identifies a computation.
type flightKey struct {
	team, zone string
	query      queryKey
}

// queryKey is a Query that can be compared.
type queryKey struct {
	month, organizer, room, tag, sort string
	page                              int
	all                               bool
}

func (q Query) keyed() queryKey {
	return queryKey{q.Month.String(), q.Organizer, q.Room, q.Tag, q.Sort, q.Page, q.All}
}

// flights shares computations between requests for the same. A request never gets the result of a computation that began
// before it, because it may follow a change: it starts one, or waits for the next.
type flights struct {
	mu      sync.Mutex
	running map[flightKey]*flight
}

type flight struct {
	done   chan struct{}
	report *Report
	err    error
	next   *flight // waited for by those who came while this one ran
}

var errAborted = errors.New("the computation of usage was aborted")

const flightsKey = "usher.usage.flights"

func flightsOf(app core.App) *flights {
	return app.Store().GetOrSet(flightsKey, func() any { return &flights{running: map[flightKey]*flight{}} }).(*flights)
}

func (f *flights) do(key flightKey, compute func() (*Report, error)) (*Report, error) {
	f.mu.Lock()
	current, busy := f.running[key]
	switch {
	case !busy:
		mine := &flight{done: make(chan struct{})}
		f.running[key] = mine
		f.mu.Unlock()
		f.run(key, mine, compute)
		return mine.report, mine.err
	case current.next != nil:
		next := current.next
		f.mu.Unlock()
		<-next.done
		return next.report, next.err
	}
	next := &flight{done: make(chan struct{})}
	current.next = next
	f.mu.Unlock()
	<-current.done
	f.run(key, next, compute)
	return next.report, next.err
}

// run computes a flight that is the running one of its key, or becomes it when the running one ends.
func (f *flights) run(key flightKey, one *flight, compute func() (*Report, error)) {
	f.mu.Lock()
	f.running[key] = one
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		if f.running[key] == one && one.next == nil {
			delete(f.running, key)
		}
		f.mu.Unlock()
		close(one.done)
	}()
	one.err = errAborted // unless compute returns
	one.report, one.err = compute()
}
