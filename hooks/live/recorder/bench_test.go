package recorder

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"usher/hooks/tools/webm"
)

// The camera of the benchmarks: 720p as browsers send it.
const (
	benchBits   = 1_700_000
	benchRate   = 30 // pictures a second
	benchFrames = benchBits / 8 / benchRate
)

// BenchmarkTracks records a second of cameras with 1.7 Mbit/s and microphones, without the network: it measures ordering,
// assembling and writing. The processor time is a percentage of one core in real time.
func BenchmarkTracks(b *testing.B) {
	for _, senders := range []int{2, 4, 8} {
		b.Run(fmt.Sprint(senders), func(b *testing.B) {
			g := newRig(b, nil)
			var cameras, microphones []*source
			for n := range senders {
				who := fmt.Sprint("user", n)
				cameras = append(cameras, g.publish(who, SourceCamera, webm.VP8))
				microphones = append(microphones, g.publish(who, SourceMicrophone, webm.Opus))
			}
			before := processorTime()
			seconds := 0
			for b.Loop() {
				second(g, cameras, microphones, true)
				seconds++
			}
			used := processorTime() - before
			var memory runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&memory)
			b.ReportMetric(100*used.Seconds()/float64(seconds)/float64(senders), "%-of-a-core/sender")
			b.ReportMetric(float64(memory.HeapAlloc)/1e6, "heap-MB")
		})
	}
}

// second lets a second pass, in which cameras and microphones send.
func second(g *rig, cameras, microphones []*source, key bool) {
	const packets = 50 // of a microphone
	for n := range packets {
		for _, s := range microphones {
			s.sound(uint32(n))
			s.stamp += 48_000 / packets
		}
		if (n+1)*benchRate/packets > n*benchRate/packets {
			for _, s := range cameras {
				s.picture(key, 1280, 720, uint32(n), benchFrames)
				s.stamp += 90_000 / benchRate
			}
			key = false
		}
		g.advance(time.Second / packets)
	}
}

// processorTime is the time that this process has used.
func processorTime() time.Duration {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkFinish makes an hour of a camera with 1.7 Mbit/s and a microphone seekable.
func BenchmarkFinish(b *testing.B) {
	files := hour(b)
	dir := b.TempDir()
	size := 0
	for b.Loop() {
		b.StopTimer()
		size = 0
		for name, data := range files {
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
				b.Fatal(err)
			}
			size += len(data)
		}
		b.StartTimer()
		if _, err := Finish(dir); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(size)/1e6, "MB")
}

// hour is what a recorder left after an hour.
func hour(b *testing.B) map[string][]byte {
	files := map[string]*bytes.Buffer{}
	g := newRig(b, func(o *Options) {
		o.create = func(name string) (writeCloser, error) {
			files[name] = &bytes.Buffer{}
			return nopCloser{files[name]}, nil
		}
	})
	camera, microphone := g.publish("ada", SourceCamera, webm.VP8), g.publish("ada", SourceMicrophone, webm.Opus)
	for n := range 3600 {
		second(g, []*source{camera}, []*source{microphone}, n%8 == 0)
	}
	g.end()
	all := map[string][]byte{}
	for name, data := range files {
		all[name] = data.Bytes()
	}
	return all
}

type nopCloser struct{ *bytes.Buffer }

func (nopCloser) Close() error { return nil }
