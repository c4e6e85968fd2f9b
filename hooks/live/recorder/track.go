package recorder

import (
	"errors"
	"sync"
	"time"

	"github.com/pion/rtp"

	"usher/hooks/tools/webm"
)

const (
	// keyFrameEvery is how far apart key frames are at most, and therefore how much a seek must decode. Senders make them when
	// they are asked only.
	keyFrameEvery = 8 * time.Second

	// askAgainAfter is how often a sender is asked at most.
	askAgainAfter = 500 * time.Millisecond
)

var (
	errTooManyParts = errors.New("too many parts")
	errTrackEnded   = errors.New("the track has ended")
)

// The names of codecs in the journal and the manifest.
var (
	codecNames   = map[webm.Codec]string{webm.VP8: "vp8", webm.VP9: "vp9", webm.Opus: "opus"}
	codecsByName = map[string]webm.Codec{"vp8": webm.VP8, "vp9": webm.VP9, "opus": webm.Opus}
)

// trackID says whose track it is.
type trackID struct {
	track, participant string // ids of the media server
	identity, source   string
}

// track records a track while it is received. Its methods can be called by several goroutines.
type track struct {
	recording *Recording
	journal   *journal
	id        trackID
	codec     webm.Codec
	ask       func() // asks the sender for a key frame

	mu        sync.Mutex
	ended     bool
	reorder   reorder
	clock     clock
	assembler assembler
	limit     limit
	limited   time.Time // since when frames are dropped because of the limit; zero if none are
	settled   bool      // the offset of the part follows the reports
	part      *part
	needKey   bool
	asked     time.Time // for a key frame
	lastKey   time.Time
	lastFrame time.Time // when it arrived

	frames, dropped, requests, silent int
}

// newTrack begins to record a track with that rate of timestamps, in a second.
func (r *Recording) newTrack(id trackID, codec webm.Codec, rate int, ask func()) *track {
	t := &track{recording: r, journal: r.journal, id: id, codec: codec, ask: ask,
		clock:   clock{rate: int64(max(rate, 1)), skew: r.clocks.of(id.participant)},
		reorder: reorder{hold: holdFor}, limit: limit{bitsPerSecond: r.options.MaxBitsPerSecond}, needKey: codec.IsVideo()}
	if codec.IsVideo() {
		t.assembler.depacketizer = newDepacketizer(codec)
	}
	r.mu.Lock()
	r.tracks[t] = true
	r.mu.Unlock()
	return t
}

// begin asks for the first key frame.
func (t *track) begin(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.codec.IsVideo() {
		t.askForKey(now)
	}
}

// receive takes a packet that has arrived. It returns an error when the track has ended.
func (t *track) receive(packet *rtp.Packet, now time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return errTrackEnded
	}
	t.reorder.push(packet, now)
	return t.check(t.drain(now))
}

// report takes a sender report.
func (t *track) report(ntp uint64, stamp uint32, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clock.report(ntp, stamp, now)
}

// tick sees that time has passed.
func (t *track) tick(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return
	}
	err := t.drain(now)
	if err == nil && t.part != nil {
		if t.codec.IsVideo() {
			t.keepKeyFrames(now)
		} else {
			err = t.fillSilence(now)
		}
		if err == nil {
			err = t.part.flushOld(now)
		}
	}
	_ = t.check(err)
}

// drain handles the packets that are in order.
func (t *track) drain(now time.Time) error {
	for {
		packet, lost, ok := t.reorder.pop(now)
		if lost && t.codec.IsVideo() {
			t.assembler.lose()
			t.lose(now)
		}
		if !ok {
			return nil
		}
		if err := t.handle(packet, now); err != nil {
			return err
		}
	}
}

func (t *track) handle(packet received, now time.Time) (err error) {
	if !t.codec.IsVideo() {
		return t.writeAudio(packet, now)
	}
	t.assembler.take(packet, func(p *picture) {
		if err != nil {
			return
		}
		if p == nil {
			t.lose(now)
			return
		}
		err = t.writePicture(*p, now)
	})
	return err
}

// check ends the track if there is an error. That of the disk ends the recording, too.
func (t *track) check(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, errTooManyParts) {
		_ = t.journal.add(entry{Event: eventSkipped, Track: t.id.track, Participant: t.id.participant, Source: t.id.source,
			Codec: codecNames[t.codec], Reason: SkippedLimit})
	}
	t.finish()
	return err
}

// end writes what is left. The track can't be used after that.
func (t *track) end(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.ended {
		t.reorder.hold = 0
		_ = t.drain(now)
		t.finish()
	}
}

// abandon ends a track in whose code something is wrong.
func (t *track) abandon() {
	defer t.recording.remove(t)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = true
	if t.part != nil {
		t.part.file.close()
	}
}

// finish closes the file.
func (t *track) finish() {
	t.ended = true
	t.recording.remove(t)
	p := t.part
	if p == nil {
		return
	}
	t.noteLimit(t.recording.options.now(), false)
	t.part = nil
	err := p.writer.Flush()
	p.file.close()
	if err != nil {
		return
	}
	_ = t.journal.add(entry{Event: eventClosed, Part: p.number, Frames: t.frames, Dropped: t.dropped, Lost: t.reorder.lost,
		Requests: t.requests, Silent: t.silent})
}

func (r *Recording) remove(t *track) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.tracks, t)
}

// settle moves the part to where the first report places it, and later the timeline towards the reports, by most a frame.
func (t *track) settle(most time.Duration) {
	if t.settled {
		t.clock.slew(most)
		return
	}
	late, ok := t.clock.error()
	if !ok {
		return
	}
	t.settled = true
	t.clock.move(late)
	t.part.start = t.part.start.Add(late)
	_ = t.journal.add(entry{Event: eventOffset, Part: t.part.number, Offset: t.offset(t.part)})
}
