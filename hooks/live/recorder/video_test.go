package recorder

import (
	"slices"
	"testing"
	"time"

	"usher/hooks/tools/webm"
)

const frameEvery = 40 * time.Millisecond

// film sends pictures from first on, one each 40 ms, the first a key frame.
func (s *source) film(first, count, width, height, size int) {
	for n := range count {
		s.picture(n == 0, width, height, uint32(first+n), size)
		s.stamp += uint32(frameEvery.Milliseconds() * 90)
		s.rig.advance(frameEvery)
	}
}

func numbers(blocks []block, audio bool) (list []uint32) {
	for _, b := range blocks {
		if n, ok := b.number(audio); ok {
			list = append(list, n)
		}
	}
	return list
}

func sequence(from, to uint32) (list []uint32) {
	for n := from; n < to; n++ {
		list = append(list, n)
	}
	return list
}

// recordVideo records what send sends, and returns the frames and the part.
func recordVideo(t *testing.T, change func(*Options), send func(*rig, *source)) ([]block, Part, *source) {
	t.Helper()
	g := newRig(t, change)
	s := g.publish("ada", SourceCamera, webm.VP8)
	send(g, s)
	m := g.finish()
	if len(m.Parts) != 1 {
		t.Fatalf("got %+v, want one part", m)
	}
	return readBlocks(t, g.dir, m.Parts[0].File), m.Parts[0], s
}

func TestVideo_PacketsOutOfOrder_AreSorted(t *testing.T) {
	blocks, part, _ := recordVideo(t, nil, func(g *rig, s *source) {
		s.film(0, 1, 640, 360, 100)
		for n := uint32(1); n < 100; n += 2 { // in pairs, the second of which comes first
			first, second := s.number+1, s.number+2
			s.stamp += 3600
			s.sendNumbered(second, append([]byte{0x10}, vp8Frame(false, 0, 0, n+1, 100)...), true)
			s.stamp -= 3600
			s.sendNumbered(first, append([]byte{0x10}, vp8Frame(false, 0, 0, n, 100)...), true)
			s.number, s.stamp = second, s.stamp+7200
			g.advance(2 * frameEvery)
		}
	})
	if got, want := numbers(blocks, false), sequence(0, 101); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if part.Duration < 4000 || part.Duration > 4080 {
		t.Errorf("got %d ms, want 4040", part.Duration)
	}
}

// A lost packet costs its picture and those up to the next key frame, which is asked for each half second.
func TestVideo_LostPacket_WaitsForKeyFrame(t *testing.T) {
	blocks, _, s := recordVideo(t, nil, func(g *rig, s *source) {
		s.film(0, 10, 640, 360, 3000)
		s.number++ // lost
		for n := uint32(11); n < 61; n++ {
			s.picture(false, 0, 0, n, 3000)
			s.stamp += 3600
			g.advance(frameEvery)
		}
		if s.asked < 3 || s.asked > 6 {
			t.Errorf("asked %d times for a key frame within two seconds, want 3 to 6", s.asked)
		}
		s.film(100, 10, 640, 360, 3000)
		g.advance(time.Second)
	})
	want := append(sequence(0, 10), sequence(100, 110)...)
	if got := numbers(blocks, false); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if s.dropped == 0 || s.reorder.lost != 1 {
		t.Errorf("dropped %d pictures, lost %d packets, want some and 1", s.dropped, s.reorder.lost)
	}
}

func TestVideo_StartsAnew_AfterNumbersThatJump(t *testing.T) {
	blocks, _, _ := recordVideo(t, nil, func(g *rig, s *source) {
		s.film(0, 10, 640, 360, 100)
		s.number += 20_000
		s.film(100, 10, 640, 360, 100)
		s.number -= 25_000
		s.film(200, 250, 640, 360, 100)
		s.film(1000, 10, 640, 360, 100)
	})
	got := numbers(blocks, false)
	if len(got) < 20 || !slices.Equal(got[:10], sequence(0, 10)) || !slices.Equal(got[len(got)-10:], sequence(1000, 1010)) {
		t.Errorf("got %v, want 0 to 9 first and 1000 to 1009 last", got)
	}
}

func TestVideo_KeyFrames_AreAskedForEvery8Seconds(t *testing.T) {
	_, _, s := recordVideo(t, nil, func(g *rig, s *source) { s.film(0, 25*60, 640, 360, 100) })
	if s.asked < 52*2-2 || s.asked > 106 { // every half second after the first 8 seconds, because none comes
		t.Errorf("asked %d times in a minute without key frames, want 104", s.asked)
	}
	_, _, s = recordVideo(t, nil, func(g *rig, s *source) {
		for n := range 60 {
			s.film(n*25, 25, 640, 360, 100)
		}
	})
	if s.asked != 1 {
		t.Errorf("asked %d times though key frames came, want only at the start", s.asked)
	}
}

// The media server ends a track that is muted or closed with small black pictures.
func TestVideo_ClosingPictures_AreLeftOut(t *testing.T) {
	blocks, part, _ := recordVideo(t, nil, func(g *rig, s *source) {
		s.film(0, 10, 640, 360, 100)
		for range 6 {
			s.film(50, 1, 8, 8, 30)
		}
		g.advance(5 * time.Second)
		s.stamp += 5 * 90_000
		s.picture(false, 0, 0, 51, 100) // can't be decoded after them
		s.film(100, 10, 320, 180, 100)
	})
	if got, want := numbers(blocks, false), append(sequence(0, 10), sequence(100, 110)...); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if part.Width != 640 || part.Height != 360 {
		t.Errorf("got %dx%d, want 640x360", part.Width, part.Height)
	}
}

func TestVideo_SizeChangesEverySecond_IsOnePartOfLargestSize(t *testing.T) {
	g := newRig(t, nil)
	s := g.publish("ada", SourceScreen, webm.VP8)
	for n := range 120 {
		s.film(n*25, 25, 160+n*97%800, 90+n*61%600, 200)
	}
	m := g.finish()
	if len(m.Parts) != 1 || m.Parts[0].Width < 900 || m.Parts[0].Height < 650 {
		t.Errorf("got %+v, want one part of at least 900x650", m.Parts)
	}
	if blocks := readBlocks(t, g.dir, m.Parts[0].File); len(blocks) != 3000 {
		t.Errorf("got %d frames, want 3000", len(blocks))
	}
}

func TestVideo_AboveLimit_IsDroppedUntilItFalls(t *testing.T) {
	blocks, part, s := recordVideo(t, func(o *Options) { o.MaxBitsPerSecond = 500_000 }, func(g *rig, s *source) {
		s.film(0, 50, 640, 360, 1000)   // 200 kbit/s
		s.film(50, 250, 640, 360, 8000) // 1.6 Mbit/s
		for n := range 20 {
			s.film(300+n*25, 25, 640, 360, 1000)
		}
	})
	if part.Bytes > 500_000/8*(32+2) || len(part.Limited) == 0 || s.dropped < 100 {
		t.Errorf("got %d bytes, limited %v, %d dropped, want at most 500 kbit/s, an interval, and at least 100", part.Bytes, part.Limited, s.dropped)
	}
	got := numbers(blocks, false)
	if !slices.Equal(got[:50], sequence(0, 50)) || !slices.Equal(got[len(got)-400:], sequence(400, 800)) {
		t.Errorf("got %v, want what is below the limit", got)
	}
	if bytes := s.asked; bytes > 60 {
		t.Errorf("asked %d times for a key frame in 32 seconds, want at most 60", bytes)
	}
}

// A sender whose timestamps run away, or who sends thousands of pictures a second, can't make the file longer than the time.
func TestVideo_HostileTimestamps_KeepTheFileShort(t *testing.T) {
	for name, step := range map[string]uint32{"fast": 90_000, "backwards": 1<<32 - 90_000, "still": 0, "random": 2_654_435_761} {
		_, part, _ := recordVideo(t, nil, func(g *rig, s *source) {
			for n := range 20_000 {
				s.stamp += step
				s.picture(true, 64, 64, uint32(n), 20)
				if n%4 == 0 {
					g.clock.Add(int64(time.Millisecond))
				}
			}
		})
		if part.Duration > 5000+3*believeFor.Milliseconds() {
			t.Errorf("%s: got %d ms, want about 5000", name, part.Duration)
		}
	}
}

func TestVideo_GarbagePayloads_DoNoHarm(t *testing.T) {
	for _, codec := range []webm.Codec{webm.VP8, webm.VP9, webm.Opus} {
		g := newRig(t, nil)
		s := g.publish("eve", SourceCamera, codec)
		state := uint32(1)
		for range 50_000 {
			state = state*1_664_525 + 1_013_904_223
			payload := make([]byte, state>>24%40)
			for n := range payload {
				state = state*1_664_525 + 1_013_904_223
				payload[n] = byte(state >> 24)
			}
			s.stamp += state >> 20 % 3 * 3000
			s.number += uint16(state >> 28 % 3)
			s.send(payload, state>>27%4 == 0)
			g.clock.Add(int64(5 * time.Millisecond))
		}
		g.finish()
	}
}
