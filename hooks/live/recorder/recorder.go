// Package recorder records a room of the media server: a hidden participant that writes each track to a file of its own while
// it is being received, and a journal from which Finish makes a manifest, whatever ended the recording.
package recorder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

// Options configures a recording.
type Options struct {
	// Credentials returns the http or ws URL of the media server and a token of a recorder. It is called for each attempt to
	// join, because both can change when the media server restarts.
	Credentials func() (url, token string, err error)

	// Dir is an empty folder, which should be accessible to its owner only. The files in it are.
	Dir string

	// MaxBitsPerSecond is the limit of each track; 0 means DefaultBitsPerSecond. The frames of a track are dropped while
	// it exceeds the limit.
	MaxBitsPerSecond int

	// Reserve is called before every write, the journal's too, by one goroutine at a time. Its error stops the recording, which
	// keeps what was written before. nil: there is no limit.
	Reserve func(bytes int64) error

	// Log receives faults; nil discards them.
	Log *slog.Logger

	now    func() time.Time                       // the clock
	create func(name string) (writeCloser, error) // of a file in Dir
}

// DefaultBitsPerSecond is the default of Options.MaxBitsPerSecond: more than browsers send for a shared screen in 1080p.
const DefaultBitsPerSecond = 8_000_000

// The reasons why a recording stops by itself, besides those of Options.Reserve.
var (
	ErrDisconnected = errors.New("the media server can't be reached")
	ErrRoomClosed   = errors.New("the room was closed")
	ErrRemoved      = errors.New("the recorder was removed from the room, or another recorder took its place")
	ErrDiskFull     = errors.New("the disk is full")
)

var (
	errStopped  = errors.New("stopped") // the cause of the end by Stop
	errPanicked = errors.New("the recorder failed")
)

const (
	// tickEvery is how often tracks are looked at while no packet arrives.
	tickEvery = 100 * time.Millisecond

	// rejoinFor is for how long a recorder that lost its connection tries to join again.
	rejoinFor = 2 * time.Minute

	// maxTracks is how many tracks are recorded at a time.
	maxTracks = 200

	// maxParts is how many files a recording can have, and maxPartsEach how many of them a participant. Further tracks are
	// skipped.
	maxParts     = 2000
	maxPartsEach = 200
)

// Recording is a running recording.
type Recording struct {
	options Options
	started time.Time
	log     *slog.Logger
	files   *store
	journal *journal
	roster  *roster
	clocks  *clocks

	ctx    context.Context
	cancel context.CancelCauseFunc
	work   sync.WaitGroup // goroutines of the recording
	done   chan struct{}

	mu     sync.Mutex
	tracks map[*track]bool
	parts  map[string]int // by identity
	total  int            // of parts
}

// Start joins the room and records it until Stop is called, ctx is done, or Done is closed because of Err. It returns when the
// recorder has joined.
func Start(ctx context.Context, o Options) (*Recording, error) {
	r, err := open(ctx, o)
	if err != nil {
		return nil, err
	}
	first, err := r.connect()
	if err != nil {
		r.cancel(err)
		r.close()
		return nil, err
	}
	r.work.Go(func() { r.guard("tick", r.tick) })
	go func() {
		defer r.close()
		if !r.guard("record", func() { r.record(first) }) {
			r.fail(errPanicked)
		}
	}()
	return r, nil
}

// open makes a recording that isn't connected.
func open(ctx context.Context, o Options) (*Recording, error) {
	if o.now == nil {
		o.now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.MaxBitsPerSecond <= 0 {
		o.MaxBitsPerSecond = DefaultBitsPerSecond
	}
	r := &Recording{options: o, started: o.now(), log: o.Log, clocks: newClocks(), roster: newRoster(),
		done: make(chan struct{}), tracks: map[*track]bool{}, parts: map[string]int{}}
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	r.files = newStore(o, r.fail)
	var err error
	if r.journal, err = newJournal(r.files, r.elapsed); err != nil {
		r.cancel(err)
		return nil, fmt.Errorf("begin the journal of a recording: %w", err)
	}
	if err := r.journal.add(entry{Event: eventStart, Wall: r.started.UnixMilli()}); err != nil {
		r.cancel(err)
		r.close()
		return nil, fmt.Errorf("begin the journal of a recording: %w", err)
	}
	return r, nil
}

// Stop leaves the room and returns when all files are written. It can be called more than once.
func (r *Recording) Stop() {
	r.cancel(errStopped)
	<-r.done
}

// Done is closed when the recording has ended and all files are written.
func (r *Recording) Done() <-chan struct{} { return r.done }

// Err returns why the recording ended by itself: an error of Options.Reserve or one of those above. It returns nil while the
// recording runs, and when it was stopped.
func (r *Recording) Err() error {
	select {
	case <-r.done:
	default:
		return nil
	}
	if why := context.Cause(r.ctx); !errors.Is(why, errStopped) && !errors.Is(why, context.Canceled) {
		return why
	}
	return nil
}

// Bytes returns the number of bytes written.
func (r *Recording) Bytes() int64 { return r.files.bytes.Load() }

// elapsed is the time since the start.
func (r *Recording) elapsed() time.Duration { return r.options.now().Sub(r.started) }

// fail ends the recording.
func (r *Recording) fail(err error) { r.cancel(err) }

// guard runs a function and recovers its panic, because nothing that a participant sends may end the whole server. It reports
// whether the function returned.
func (r *Recording) guard(what string, run func()) (ok bool) {
	defer func() {
		if p := recover(); p != nil {
			r.log.Error("the recorder panicked", "in", what, "panic", fmt.Sprint(p))
			_ = r.journal.add(entry{Event: eventPanic, Reason: what})
		}
	}()
	run()
	return true
}

// tick lets all tracks see that time passes, until the recording ends.
func (r *Recording) tick() {
	ticker := time.NewTicker(tickEvery)
	defer ticker.Stop()
	for {
		select {
		case <-r.ctx.Done():
			return
		case <-ticker.C:
			r.tickTracks()
		}
	}
}

func (r *Recording) tickTracks() {
	now := r.options.now()
	for _, t := range r.list() {
		if !r.guard("tick", func() { t.tick(now) }) {
			t.abandon()
		}
	}
}

// list returns the tracks that are recorded now.
func (r *Recording) list() []*track {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Collect(maps.Keys(r.tracks))
}

// close closes the journal.
func (r *Recording) close() {
	r.cancel(errStopped) // does nothing if there is a cause
	r.work.Wait()
	reason := ""
	if why := context.Cause(r.ctx); !errors.Is(why, errStopped) && !errors.Is(why, context.Canceled) {
		reason = why.Error()
	}
	_ = r.journal.add(entry{Event: eventEnd, Reason: reason})
	r.journal.close()
	close(r.done)
}
