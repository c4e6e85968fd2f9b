package recorder

import (
	"slices"
	"testing"
	"time"

	"usher/hooks/tools/webm"
)

// recordAudio records what send sends, and returns the packets, which follow each other, and the part.
func recordAudio(t *testing.T, send func(*rig, *source)) ([]block, Part) {
	t.Helper()
	g := newRig(t, nil)
	s := g.publish("ada", SourceMicrophone, webm.Opus)
	send(g, s)
	m := g.finish()
	if len(m.Parts) != 1 {
		t.Fatalf("got %+v, want one part", m)
	}
	blocks := readBlocks(t, g.dir, m.Parts[0].File)
	checkGapless(t, blocks)
	return blocks, m.Parts[0]
}

// talk sends packets from first on, one each 20 ms.
func (s *source) talk(first, count int) {
	for n := range count {
		s.sound(uint32(first + n))
		s.stamp += 960
		s.rig.advance(silenceLength)
	}
}

// places returns where the packets with those numbers are, in milliseconds.
func places(blocks []block) map[uint32]int64 {
	at := map[uint32]int64{}
	for _, b := range blocks {
		if n, ok := b.number(true); ok {
			at[n] = b.at
		}
	}
	return at
}

func TestAudio_Silence_IsFilled(t *testing.T) {
	blocks, part := recordAudio(t, func(g *rig, s *source) {
		s.talk(0, 50)
		g.advance(10 * time.Second) // muted, or nothing said
		s.stamp += 10 * 48_000
		s.talk(550, 50)
		g.advance(5 * time.Second)
	})
	at := places(blocks)
	if len(at) != 100 {
		t.Errorf("got %d packets, want 100", len(at))
	}
	for n, place := range at {
		if away := place - int64(n)*20; away < -60 || away > 60 {
			t.Fatalf("packet %d is at %d ms, want %d", n, place, n*20)
		}
	}
	if part.Duration < 15_500 || part.Duration > 17_000 {
		t.Errorf("got %d ms, want 16 to 17 seconds", part.Duration)
	}
}

func TestAudio_LostAndRepeatedPackets_KeepTheirPlace(t *testing.T) {
	blocks, _ := recordAudio(t, func(g *rig, s *source) {
		for n := range 3000 {
			switch {
			case n%10 == 3: // lost
				s.number++
			case n%10 == 7:
				s.sound(uint32(n))
				s.sendNumbered(s.number, []byte{0xfc, 0, 0, 0, 0}, true)
			default:
				s.sound(uint32(n))
			}
			s.stamp += 960
			g.advance(silenceLength)
		}
	})
	at := places(blocks)
	if len(at) < 2690 {
		t.Errorf("got %d packets, want at least 2690 of 2700", len(at))
	}
	for n, place := range at {
		if away := place - int64(n)*20; away < -80 || away > 80 {
			t.Fatalf("packet %d is at %d ms, want %d", n, place, n*20)
		}
	}
}

func TestAudio_HostileTimestamps_KeepTheFileShort(t *testing.T) {
	for name, step := range map[string]uint32{"fast": 480_000, "backwards": 1<<32 - 960, "still": 0, "random": 2_654_435_761} {
		_, part := recordAudio(t, func(g *rig, s *source) {
			for n := range 10_000 {
				s.stamp += step
				s.sound(uint32(n))
				if n%4 == 0 {
					g.clock.Add(int64(2 * time.Millisecond))
				}
			}
		})
		if part.Duration > 5000+2*believeFor.Milliseconds() {
			t.Errorf("%s: got %d ms, want about 5000", name, part.Duration)
		}
	}
}

func TestOpusLength(t *testing.T) {
	for _, c := range []struct {
		packet []byte
		want   time.Duration
	}{
		{nil, 0},
		{silence, 20 * time.Millisecond},
		{[]byte{0x18}, 60 * time.Millisecond},
		{[]byte{0x60}, 10 * time.Millisecond},
		{[]byte{0x80}, 2500 * time.Microsecond},
		{[]byte{0xfd}, 40 * time.Millisecond},
		{[]byte{0xff, 6}, 120 * time.Millisecond},
		{[]byte{0xff, 7}, 0},
		{[]byte{0xff}, 0},
	} {
		if got := opusLength(c.packet); got != c.want {
			t.Errorf("%x: got %s, want %s", c.packet, got, c.want)
		}
	}
}

func TestReorder(t *testing.T) {
	g := newRig(t, nil)
	s := g.publish("ada", SourceMicrophone, webm.Opus)
	for _, n := range []uint16{1, 3, 2, 3, 5, 4} {
		s.stamp = uint32(n) * 960
		s.sendNumbered(n, []byte{0xfc, 0, 0, 0, byte(n)}, true)
	}
	m := g.finish()
	if got, want := numbers(readBlocks(t, g.dir, m.Parts[0].File), true), sequence(1, 6); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
