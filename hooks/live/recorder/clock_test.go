package recorder

import (
	"math/rand/v2"
	"testing"
	"time"

	"usher/hooks/tools/webm"
)

// drifting is a sender with a clock of its own: its time of day is wrong, and its timestamps are too fast.
type drifting struct {
	rig        *rig
	wrong      time.Duration
	perMillion int
	random     *rand.Rand
}

// stamp is the timestamp of what is captured at a time since the start.
func (d *drifting) stamp(first uint32, at time.Duration, rate int64) uint32 {
	at += at * time.Duration(d.perMillion) / 1_000_000
	return first + uint32(int64(at)*rate/int64(time.Second))
}

// report sends a report of the track at that time, which takes some time to arrive.
func (d *drifting) report(s *source, first uint32, at time.Duration, rate int64) {
	sent := rigStart.Add(at + d.wrong)
	ntp := uint64(sent.Unix()+2_208_988_800)<<32 | uint64(sent.Nanosecond())<<32/uint64(time.Second)
	s.report(ntp, d.stamp(first, at, rate), rigStart.Add(at+d.latency()))
}

func (d *drifting) latency() time.Duration {
	return 20*time.Millisecond + time.Duration(d.random.ExpFloat64()*float64(10*time.Millisecond))
}

// Half an hour of a sender whose camera takes 160 ms longer than the microphone, and whose clocks drift: picture and sound that
// belong together stay together, up to the end.
func TestClock_HalfAnHour_StaysInSync(t *testing.T) {
	const (
		length      = 30 * time.Minute
		videoEvery  = 100 * time.Millisecond
		cameraDelay = 160 * time.Millisecond
		videoFirst  = 1<<32 - 5_000_000 // wraps around
		audioFirst  = 77
	)
	for name, d := range map[string]*drifting{
		"fast": {wrong: 37 * time.Second, perMillion: 300},
		"slow": {wrong: -time.Hour, perMillion: -300},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newRig(t, nil)
			d.rig, d.random = g, rand.New(rand.NewPCG(1, 2))
			camera, microphone := g.publish("ada", SourceCamera, webm.VP8), g.publish("ada", SourceMicrophone, webm.Opus)
			for at := time.Duration(0); at < length; at += silenceLength {
				number := uint32(at / silenceLength)
				microphone.stamp = d.stamp(audioFirst, at, sampleRateOfOpus)
				g.clock.Store(int64(at + 20*time.Millisecond + time.Duration(d.random.IntN(8))*time.Millisecond))
				microphone.sound(number)
				if captured := at - cameraDelay; captured >= 0 && captured%videoEvery == 0 {
					camera.stamp = d.stamp(videoFirst, captured, 90_000)
					camera.picture(captured%(8*time.Second) == 0, 640, 360, uint32(captured/silenceLength), 60)
				}
				if at%(3*time.Second) == 2*time.Second {
					d.report(camera, videoFirst, at, 90_000)
					d.report(microphone, audioFirst, at, sampleRateOfOpus)
				}
				if at%(100*time.Millisecond) == 0 {
					g.tickTracks()
				}
			}
			m := g.finish()
			if len(m.Parts) != 2 {
				t.Fatalf("got %+v, want two parts", m.Parts)
			}
			var sound, pictures map[uint32]int64
			for _, part := range m.Parts {
				blocks := readBlocks(t, g.dir, part.File)
				at := map[uint32]int64{}
				for _, b := range blocks {
					if n, ok := b.number(part.Kind == "audio"); ok {
						at[n] = part.Offset + b.at
					}
				}
				if part.Kind == "audio" {
					checkGapless(t, blocks)
					sound = at
				} else {
					pictures = at
				}
				if part.Duration < (length-time.Second).Milliseconds() || part.Duration > (length+time.Second).Milliseconds() {
					t.Errorf("%s: got %d ms, want half an hour", part.Kind, part.Duration)
				}
			}
			compared, worst := 0, int64(0)
			for n, at := range pictures {
				heard, ok := sound[n]
				if !ok {
					continue
				}
				compared++
				worst = max(worst, at-heard, heard-at)
			}
			if compared < 17_000 || worst > 100 {
				t.Errorf("compared %d pictures with sound: up to %d ms apart, want at least 17000 and at most 100 ms", compared, worst)
			}
			t.Logf("%d pictures are at most %d ms away from their sound", compared, worst)
			last := uint32(length/silenceLength) - 1
			if away := sound[last] - int64(last)*20; away < -150 || away > 150 {
				t.Errorf("the last packet is %d ms away from when it was captured", away)
			}
		})
	}
}

// Reports that can't be right don't move anything far.
func TestClock_HostileReports_AreIgnored(t *testing.T) {
	g := newRig(t, nil)
	s := g.publish("eve", SourceMicrophone, webm.Opus)
	random := rand.New(rand.NewPCG(3, 4))
	for n := range 2000 {
		s.sound(uint32(n))
		s.stamp += 960
		g.advance(silenceLength)
		s.report(random.Uint64(), random.Uint32(), g.now())
	}
	m := g.finish()
	if d := m.Parts[0].Duration; d < 36_000 || d > 44_000 {
		t.Errorf("got %d ms, want about 40000", d)
	}
}

func TestNTPTime(t *testing.T) {
	if got, want := ntpTime(3_976_214_400<<32|1<<31), time.Unix(1_767_225_600, 500_000_000); !got.Equal(want) {
		t.Errorf("got %s, want %s", got, want)
	}
}
