package recorder

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"usher/hooks/tools/webm"
)

// shortDisk is a disk that is full after some bytes.
type shortDisk struct{ left int }

type shortFile struct {
	*os.File
	disk *shortDisk
}

func (f *shortFile) Write(b []byte) (int, error) {
	if len(b) <= f.disk.left {
		f.disk.left -= len(b)
		return f.File.Write(b)
	}
	n, _ := f.File.Write(b[:f.disk.left])
	f.disk.left = 0
	return n, fmt.Errorf("write: %w", syscall.ENOSPC)
}

func TestFaults_StopCleanly(t *testing.T) {
	refused := errors.New("the storage of the team is full")
	var reserved int64
	for name, c := range map[string]struct {
		change func(dir *string, o *Options)
		want   error
	}{
		"disk full": {func(dir *string, o *Options) {
			disk := &shortDisk{200_000}
			o.create = func(name string) (writeCloser, error) {
				to, err := os.OpenFile(filepath.Join(o.Dir, name), os.O_CREATE|os.O_WRONLY, 0o600)
				return &shortFile{to, disk}, err
			}
		}, ErrDiskFull},
		"refused": {func(_ *string, o *Options) {
			reserved = 0
			o.Reserve = func(n int64) error {
				if reserved+n > 200_000 {
					return refused
				}
				reserved += n
				return nil
			}
		}, refused},
	} {
		t.Run(name, func(t *testing.T) {
			dir := ""
			g := newRig(t, func(o *Options) {
				dir = o.Dir
				c.change(&dir, o)
				create := o.create
				o.create = func(name string) (writeCloser, error) { // the options have been copied
					if create != nil {
						o.Dir = dir
						return create(name)
					}
					return os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_WRONLY, 0o600)
				}
			})
			camera, microphone := g.publish("ada", SourceCamera, webm.VP8), g.publish("ada", SourceMicrophone, webm.Opus)
			for n := range 60 {
				camera.film(n*25, 25, 640, 360, 1000)
				microphone.sound(uint32(n))
			}
			if g.ctx.Err() == nil {
				t.Error("it goes on")
			}
			m := g.finish()
			if err := g.Err(); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			kept := int64(0)
			for _, part := range m.Parts {
				kept = max(kept, part.Duration)
			}
			if kept < 5000 || kept > 9000 {
				t.Errorf("kept %d ms, want about 7000", kept)
			}
			if name == "refused" && g.Bytes() != reserved {
				t.Errorf("wrote %d bytes, %d were reserved", g.Bytes(), reserved)
			}
		})
	}
}

// Every byte is reserved, the journal's too.
func TestReserve_CountsAllFiles(t *testing.T) {
	var reserved int64
	g := newRig(t, func(o *Options) {
		o.Reserve = func(n int64) error {
			reserved += n
			return nil
		}
	})
	g.publish("ada", SourceCamera, webm.VP8).film(0, 100, 640, 360, 1000)
	g.end()
	written := int64(0)
	files, err := filepath.Glob(filepath.Join(g.dir, "*"))
	if err != nil || len(files) != 2 {
		t.Fatalf("got %v, %v, want the journal and a part", files, err)
	}
	for _, path := range files {
		stat, err := os.Stat(path)
		if err != nil || stat.Mode() != 0o600 {
			t.Fatalf("%s: %v, want mode 0600", path, err)
		}
		written += stat.Size()
	}
	if written != reserved || written != g.Bytes() {
		t.Errorf("reserved %d, counted %d, want %d", reserved, g.Bytes(), written)
	}
}

// A participant who publishes again and again has a limited number of files; the others are still recorded.
func TestParts_TooMany_EndOnlyThatTrack(t *testing.T) {
	g := newRig(t, nil)
	for n := range maxPartsEach + 20 {
		s := g.publish("eve", SourceCamera, webm.VP8)
		s.id.track = fmt.Sprintf("TR_eve%d", n)
		s.film(0, 1, 640, 360, 100)
		s.end(g.now())
	}
	g.publish("ada", SourceCamera, webm.VP8).film(0, 25, 640, 360, 100)
	m := g.finish()
	if err := g.Err(); err != nil {
		t.Errorf("got %v, want no error", err)
	}
	parts := map[string]int{}
	for _, part := range m.Parts {
		parts[part.Participant]++
	}
	if parts["eve"] != maxPartsEach || parts["ada"] != 1 || len(m.Skipped) != 20 || m.Skipped[0].Reason != SkippedLimit {
		t.Errorf("got %v and %d skipped, want %d of eve, one of ada and 20 skipped", parts, len(m.Skipped), maxPartsEach)
	}
}

// Files of participants whose name isn't known yet don't count together.
func TestParts_NotAnnounced_CountForEachParticipant(t *testing.T) {
	g := newRig(t, nil)
	publish := func(who string, n int) {
		s := g.publish(who, SourceCamera, webm.VP8)
		s.id.track, s.id.identity = fmt.Sprintf("TR_%s%d", who, n), ""
		s.film(0, 1, 640, 360, 100)
		s.end(g.now())
	}
	for n := range maxPartsEach + 1 {
		publish("eve", n)
	}
	publish("ada", 0)
	m := g.finish()
	if len(m.Parts) != maxPartsEach+1 || m.Parts[len(m.Parts)-1].Participant != "ada" || len(m.Skipped) != 1 {
		t.Errorf("got %d parts, %d skipped, want %d and the one of ada, and one skipped", len(m.Parts), len(m.Skipped), maxPartsEach)
	}
}

func TestGuard_PanicOfATrack_EndsOnlyThatTrack(t *testing.T) {
	g := newRig(t, nil)
	bad, good := g.publish("eve", SourceCamera, webm.VP8), g.publish("ada", SourceCamera, webm.VP8)
	bad.ask = func() { panic("in a library") }
	bad.film(0, 1, 640, 360, 100)
	bad.lastKey = bad.lastKey.Add(-keyFrameEvery)
	bad.lastFrame = g.now()
	good.film(0, 100, 640, 360, 100)
	if !bad.ended || good.ended {
		t.Errorf("ended: %v, %v, want the first only", bad.ended, good.ended)
	}
	m := g.finish()
	if len(m.Parts) != 1 || m.Parts[0].Participant != "ada" {
		t.Errorf("got %+v, want the part of ada", m.Parts)
	}
}

// fixture is a folder that a recorder left, with two tracks of 20 seconds.
func fixture(t testing.TB) map[string][]byte {
	g := newRig(t, nil)
	camera, microphone := g.publish("ada", SourceCamera, webm.VP8), g.publish("ada", SourceMicrophone, webm.Opus)
	for n := range 200 {
		camera.picture(n%50 == 0, 640, 360, uint32(n), 60)
		for range 5 {
			microphone.sound(uint32(n))
			microphone.stamp += 960
		}
		camera.stamp += 9000
		g.advance(100 * time.Millisecond)
	}
	g.end()
	files := map[string][]byte{}
	paths, _ := filepath.Glob(filepath.Join(g.dir, "*"))
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(path)] = data
	}
	return files
}

func restore(t testing.TB, files map[string][]byte) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFinish_Repeated_IsTheSame(t *testing.T) {
	dir := restore(t, fixture(t))
	if err := os.WriteFile(filepath.Join(dir, "0001-video.webm"+webm.TemporarySuffix), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	first, err := Finish(dir)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Finish(dir)
	if err != nil {
		t.Fatal(err)
	}
	read, err := ReadManifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]*Manifest{"second": second, "read": read} {
		if got, want := fmt.Sprintf("%+v", m), fmt.Sprintf("%+v", first); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*"+webm.TemporarySuffix)); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

func TestFinish_FileMissing_KeepsTheOthers(t *testing.T) {
	files := fixture(t)
	delete(files, "0001-video.webm")
	m, err := Finish(restore(t, files))
	if err != nil || len(m.Parts) != 1 || m.Parts[0].Kind != "audio" {
		t.Errorf("got %+v, %v, want the audio", m, err)
	}
}

func TestFinish_NoJournal_IsRefused(t *testing.T) {
	for name, journal := range map[string][]byte{"none": nil, "empty": {}, "no start": []byte(`{"event":"joined"}`)} {
		files := map[string][]byte{}
		if journal != nil {
			files[journalFile] = journal
		}
		if _, err := Finish(restore(t, files)); !errors.Is(err, errNoJournal) {
			t.Errorf("%s: got %v, want %v", name, err, errNoJournal)
		}
	}
}

// A file name in a damaged journal doesn't lead out of the folder.
func TestFinish_NamesOfFiles_AreChecked(t *testing.T) {
	files := fixture(t)
	files[journalFile] = bytes.ReplaceAll(files[journalFile], []byte("0001-video.webm"), []byte("../0001-video.webm"))
	m, err := Finish(restore(t, files))
	if err != nil || len(m.Parts) != 1 {
		t.Errorf("got %+v, %v, want one part", m, err)
	}
}

func FuzzFinish(f *testing.F) {
	files := fixture(f)
	f.Add(files[journalFile], files["0001-video.webm"], files["0002-audio.webm"])
	f.Add(files[journalFile][:len(files[journalFile])-40], files["0001-video.webm"][:5000], files["0002-audio.webm"][:900])
	f.Add([]byte(strings.Repeat(`{"event":"start","wall":1}`+"\n", 3)), []byte{}, []byte{0x1f})
	f.Add([]byte(`{"event":"start","wall":1}`+"\n"+`{"event":"part","part":1,"file":"0001-video.webm","codec":"opus","offset":-5000}`+"\n"+`{"event":"lost"}`),
		files["0001-video.webm"], []byte{})
	f.Fuzz(func(t *testing.T, journal, video, audio []byte) {
		dir := restore(t, map[string][]byte{journalFile: journal, "0001-video.webm": video, "0002-audio.webm": audio})
		m, err := Finish(dir)
		if err != nil {
			if !errors.Is(err, errNoJournal) {
				t.Fatal(err)
			}
			return
		}
		for _, part := range m.Parts {
			if part.Offset < 0 || part.Duration <= 0 || part.Offset+part.Duration > m.Milliseconds {
				t.Fatalf("got %+v in a recording of %d ms", part, m.Milliseconds)
			}
		}
	})
}
