package webm_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"usher/hooks/tools/webm"
)

var (
	camera     = webm.Track{Codec: webm.VP8, Width: 640, Height: 360}
	microphone = webm.Track{Codec: webm.Opus, Channels: 2}
)

// write writes a file with a frame each 40 ms, and a key frame each second. Frame n consists of n+1 bytes at most 200.
func write(t testing.TB, track webm.Track, frames int) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := webm.NewWriter(&out, track)
	if err != nil {
		t.Fatal(err)
	}
	for n := range frames {
		if err := w.WriteFrame(time.Duration(n)*40*time.Millisecond, n%25 == 0, bytes.Repeat([]byte{byte(n)}, n%200+1)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func save(t testing.TB, data []byte) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "track.webm")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFinish(t *testing.T) {
	for _, track := range []webm.Track{camera, microphone, {Codec: webm.VP9, Width: 1, Height: 1}} {
		path := save(t, write(t, track, 100))
		got, err := webm.Finish(path, track)
		if err != nil {
			t.Fatal(err)
		}
		stat, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		want := webm.Summary{Frames: 100, Duration: 4 * time.Second, Bytes: stat.Size()}
		if got != want || stat.Mode() != 0o600 {
			t.Errorf("%s: got %+v, mode %s, want %+v, mode 0600", track.Codec, got, stat.Mode(), want)
		}
	}
}

func TestFinish_Repeated_ChangesNothing(t *testing.T) {
	path := save(t, write(t, camera, 100))
	first, err := webm.Finish(path, camera)
	if err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(path)
	second, err := webm.Finish(path, camera)
	if err != nil || second != first {
		t.Errorf("got %+v, %v, want %+v", second, err, first)
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("the file changed")
	}
}

// Every file that is cut off keeps the frames before the cut.
func TestFinish_Truncated_KeepsFramesBefore(t *testing.T) {
	whole := write(t, camera, 100)
	previous := 0
	for cut := 0; cut <= len(whole); cut += 53 {
		path := save(t, whole[:cut])
		got, err := webm.Finish(path, camera)
		if errors.Is(err, webm.ErrEmpty) {
			if previous > 0 {
				t.Fatalf("cut at %d: empty, want at least %d frames", cut, previous)
			}
			continue
		}
		if err != nil || got.Frames < previous {
			t.Fatalf("cut at %d: got %d frames, %v, want at least %d", cut, got.Frames, err, previous)
		}
		previous = got.Frames
		again, err := webm.Finish(path, camera)
		if err != nil || again.Truncated || again.Frames != got.Frames || again.Duration != got.Duration || again.Bytes != got.Bytes {
			t.Fatalf("cut at %d: finished again: got %+v, %v, want %+v", cut, again, err, got)
		}
	}
	if previous < 98 {
		t.Errorf("got %d frames at the end, want at least 98", previous)
	}
}

func TestFinish_ZerosAtTheEnd_AreLeftOut(t *testing.T) {
	path := save(t, append(write(t, camera, 100), make([]byte, 4096)...))
	got, err := webm.Finish(path, camera)
	if err != nil || got.Frames != 100 || !got.Truncated {
		t.Errorf("got %+v, %v, want 100 frames, truncated", got, err)
	}
}

func TestFinish_DiskFull_KeepsTheFile(t *testing.T) {
	path := save(t, write(t, camera, 100))
	before, _ := os.ReadFile(path)
	full := errors.New("no space left")
	err := webm.Replace(path, func(to *os.File) error {
		_, _ = to.WriteString("half")
		return full
	})
	after, _ := os.ReadFile(path)
	if !errors.Is(err, full) || !bytes.Equal(before, after) {
		t.Errorf("got %v, unchanged: %v, want %v, unchanged", err, bytes.Equal(before, after), full)
	}
	if _, err := os.Stat(path + webm.TemporarySuffix); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the temporary file: got %v, want none", err)
	}
}

// countingWriter counts writes.
type countingWriter struct{ writes int }

func (c *countingWriter) Write(b []byte) (int, error) {
	c.writes++
	return len(b), nil
}

func TestWriter_WritesOncePerCluster(t *testing.T) {
	for name, key := range map[string]func(n int) bool{
		"rare key frames":      func(n int) bool { return n%250 == 0 },
		"nothing but key ones": func(int) bool { return true },
	} {
		var out countingWriter
		w, err := webm.NewWriter(&out, camera)
		if err != nil {
			t.Fatal(err)
		}
		for n := range 10_000 { // 100 seconds
			if err := w.WriteFrame(time.Duration(n)*10*time.Millisecond, key(n), []byte{1}); err != nil {
				t.Fatal(err)
			}
		}
		if out.writes > 1001 {
			t.Errorf("%s: got %d writes, want at most 1001", name, out.writes)
		}
	}
}

func TestWriter_RefusesFrames(t *testing.T) {
	w, err := webm.NewWriter(&countingWriter{}, camera)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.WriteFrame(time.Second, true, []byte{1}); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"empty":     w.WriteFrame(time.Second, false, nil),
		"too large": w.WriteFrame(time.Second, false, make([]byte, webm.MaxFrame+1)),
		"too early": w.WriteFrame(time.Second-time.Millisecond, false, []byte{1}),
	} {
		if err == nil {
			t.Errorf("%s: was written", name)
		}
	}
}

func FuzzFinish(f *testing.F) {
	whole := write(f, camera, 60)
	f.Add(whole)
	f.Add(whole[:len(whole)-30])
	f.Add(append(whole[:300:300], whole[400:]...))
	f.Add(write(f, microphone, 60))
	f.Add([]byte{0x1A, 0x45, 0xDF, 0xA3})
	path := save(f, whole)
	if _, err := webm.Finish(path, camera); err != nil {
		f.Fatal(err)
	}
	finished, _ := os.ReadFile(path)
	f.Add(finished)
	f.Fuzz(func(t *testing.T, data []byte) {
		path := save(t, data)
		got, err := webm.Finish(path, camera)
		if errors.Is(err, webm.ErrEmpty) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		again, err := webm.Finish(path, camera)
		if got.Truncated = false; err != nil || again != got {
			t.Fatalf("finished again: got %+v, %v, want %+v", again, err, got)
		}
	})
}
