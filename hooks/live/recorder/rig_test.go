package recorder

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/at-wat/ebml-go"
	"github.com/pion/rtp"

	"usher/hooks/tools/webm"
)

// rig is a recording without a media server. Its clock goes only when it is told to.
type rig struct {
	testing.TB
	*Recording
	dir   string
	clock atomic.Int64 // nanoseconds since rigStart
}

var rigStart = time.Date(2026, 3, 29, 0, 59, 0, 0, time.UTC)

func newRig(t testing.TB, change func(*Options)) *rig {
	t.Helper()
	g := &rig{TB: t, dir: t.TempDir()}
	o := Options{Dir: g.dir, now: g.now}
	if change != nil {
		change(&o)
	}
	r, err := open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	g.Recording = r
	t.Cleanup(func() { g.end() })
	return g
}

func (g *rig) now() time.Time { return rigStart.Add(time.Duration(g.clock.Load())) }

// advance lets time pass, with ticks.
func (g *rig) advance(d time.Duration) {
	for ; d > 0; d -= tickEvery {
		g.clock.Add(int64(min(d, tickEvery)))
		g.tickTracks()
	}
}

// end ends the recording as Stop does.
func (g *rig) end() {
	select {
	case <-g.done:
		return
	default:
	}
	g.cancel(errStopped)
	for _, t := range g.list() {
		t.end(g.now())
	}
	g.close()
}

func (g *rig) finish() *Manifest {
	g.Helper()
	g.end()
	m, err := Finish(g.dir)
	if err != nil {
		g.Fatal(err)
	}
	return m
}

// source is a sender of one track, whose packets the test passes on.
type source struct {
	*track
	rig    *rig
	number uint16
	stamp  uint32
	asked  int // for key frames
}

func (g *rig) publish(identity, kind string, codec webm.Codec) *source {
	rate := 90_000
	if codec == webm.Opus {
		rate = sampleRateOfOpus
	}
	s := &source{rig: g, number: 65_530, stamp: 1<<32 - 1000}
	s.track = g.newTrack(trackID{track: "TR_" + identity + kind, participant: "PA_" + identity, identity: identity, source: kind}, codec, rate, func() { s.asked++ })
	_ = g.journal.add(entry{Event: eventParticipant, Participant: "PA_" + identity, Identity: identity, Name: identity})
	s.begin(g.now())
	return s
}

const sampleRateOfOpus = 48_000

func (s *source) send(payload []byte, marker bool) {
	s.number++
	s.sendNumbered(s.number, payload, marker)
}

func (s *source) sendNumbered(number uint16, payload []byte, marker bool) {
	_ = s.receive(&rtp.Packet{Header: rtp.Header{SequenceNumber: number, Timestamp: s.stamp, Marker: marker}, Payload: payload}, s.rig.now())
}

// vp8Frame is a frame that only consists of its header and a number.
func vp8Frame(key bool, width, height int, number uint32, size int) []byte {
	frame := []byte{0x11, 0, 0}
	if key {
		frame = []byte{0x10, 0, 0, 0x9d, 0x01, 0x2a, byte(width), byte(width >> 8), byte(height), byte(height >> 8)}
	}
	frame = binary.BigEndian.AppendUint32(frame, number)
	return append(frame, make([]byte, max(size-len(frame), 0))...)
}

// picture sends a picture of VP8 in packets of at most 1200 bytes.
func (s *source) picture(key bool, width, height int, number uint32, size int) {
	frame := vp8Frame(key, width, height, number, size)
	start := byte(0x10)
	for len(frame) > 0 {
		n := min(len(frame), 1199)
		s.send(append([]byte{start}, frame[:n]...), n == len(frame))
		frame, start = frame[n:], 0
	}
}

// sound sends 20 ms of Opus with a number.
func (s *source) sound(number uint32) {
	s.send(binary.BigEndian.AppendUint32([]byte{0xfc}, number), true)
}

// block is a frame in a file.
type block struct {
	at   int64 // ms
	key  bool
	data []byte
}

// number is the number in a frame of picture or sound; ok is false in silence.
func (b block) number(audio bool) (n uint32, ok bool) {
	at := 3
	switch {
	case audio:
		at = 1
	case b.key:
		at = 10
	}
	if len(b.data) < at+4 {
		return 0, false
	}
	return binary.BigEndian.Uint32(b.data[at:]), true
}

// readBlocks reads a finished file by the library, not by our own code.
func readBlocks(t testing.TB, dir, name string) (blocks []block) {
	t.Helper()
	from, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	var all struct {
		Segment struct {
			Cluster []struct {
				Timecode    uint64
				SimpleBlock []ebml.Block
			}
		}
	}
	if err := ebml.Unmarshal(from, &all, ebml.WithIgnoreUnknown(true)); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for _, c := range all.Segment.Cluster {
		for _, b := range c.SimpleBlock {
			blocks = append(blocks, block{int64(c.Timecode) + int64(b.Timecode), b.Keyframe, b.Data[0]})
		}
	}
	return blocks
}

// checkGapless fails if the packets of audio don't follow each other.
func checkGapless(t testing.TB, blocks []block) {
	t.Helper()
	next := int64(0)
	for n, b := range blocks {
		if b.at < next-1 || b.at > next+1 {
			t.Fatalf("packet %d is at %d ms, want %d", n, b.at, next)
		}
		next = b.at + opusLength(b.data).Milliseconds()
	}
}
