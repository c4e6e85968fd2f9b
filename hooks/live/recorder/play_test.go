package recorder_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/at-wat/ebml-go"
	"github.com/livekit/protocol/livekit"
	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media/ivfreader"
	"github.com/pion/webrtc/v4/pkg/media/oggreader"

	"usher/hooks/live/livetest"
	"usher/hooks/live/recorder"
)

// needFFmpeg skips the test without ffmpeg, or fails it if USHER_FFMPEG_TESTS is "required".
func needFFmpeg(t testing.TB) {
	t.Helper()
	for _, program := range []string{"ffmpeg", "ffprobe"} {
		if _, err := exec.LookPath(program); err == nil {
			continue
		}
		if os.Getenv("USHER_FFMPEG_TESTS") == "required" {
			t.Fatalf("%s isn't installed", program)
		}
		t.Skipf("%s isn't installed", program)
	}
}

func ffmpeg(t testing.TB, arguments ...string) {
	t.Helper()
	command := exec.Command("ffmpeg", append([]string{"-nostdin", "-v", "error", "-y"}, arguments...)...)
	if out, err := command.CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("ffmpeg %v: %v\n%s", arguments, err, out)
	}
}

// testCodecsCanBePlayed records real pictures and sound, and has another program decode them all.
func testCodecsCanBePlayed(s *studio) {
	needFFmpeg(s)
	media := s.TempDir()
	file := func(name string) string { return filepath.Join(media, name) }
	picture := []string{"-f", "lavfi", "-i", "testsrc=size=320x180:rate=25:duration=4", "-g", "25", "-deadline", "realtime", "-cpu-used", "8"}
	ffmpeg(s, append(picture, "-c:v", "libvpx", file("vp8.ivf"))...)
	ffmpeg(s, append(picture, "-c:v", "libvpx-vp9", file("vp9.ivf"))...)
	ffmpeg(s, "-f", "lavfi", "-i", "sine=frequency=440:duration=4", "-c:a", "libopus", "-ac", "2", "-page_duration", "20000", file("opus.ogg"))
	r := s.record()
	ada := s.join("ada")
	played := make(chan error, 3)
	go func() {
		played <- sendIVF(ada.Publish(s, webrtc.MimeTypeVP8, livekit.TrackSource_CAMERA), file("vp8.ivf"), &codecs.VP8Payloader{})
	}()
	bob := s.join("bob")
	go func() {
		played <- sendIVF(bob.Publish(s, webrtc.MimeTypeVP9, livekit.TrackSource_CAMERA), file("vp9.ivf"), &codecs.VP9Payloader{})
	}()
	carol := s.join("carol")
	go func() {
		played <- sendOgg(carol.Publish(s, webrtc.MimeTypeOpus, livekit.TrackSource_MICROPHONE), file("opus.ogg"))
	}()
	for range cap(played) {
		if err := <-played; err != nil {
			s.Fatal(err)
		}
	}
	r.Stop()
	m := s.finish()
	if len(m.Parts) != 3 {
		s.Fatalf("got %+v, want three parts", m.Parts)
	}
	for _, part := range m.Parts {
		path := filepath.Join(s.dir, part.File)
		ffmpeg(s, "-xerror", "-i", path, "-f", "null", "-")
		checkProbe(s, path, part)
	}
}

// checkProbe compares what ffprobe finds with the manifest.
func checkProbe(t testing.TB, path string, part recorder.Part) {
	t.Helper()
	out, err := exec.Command("ffprobe", "-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json", path).Output()
	if err != nil {
		t.Fatalf("ffprobe: %v", err)
	}
	var got struct {
		Format  struct{ Duration string }
		Streams []struct {
			Codec  string `json:"codec_name"`
			Frames string `json:"nb_read_frames"`
			Width  int
			Height int
		}
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	seconds, _ := strconv.ParseFloat(got.Format.Duration, 64)
	if len(got.Streams) != 1 || math.Abs(seconds*1000-float64(part.Duration)) > 40 {
		t.Fatalf("%s: got %s", path, out)
	}
	stream := got.Streams[0]
	frames, _ := strconv.Atoi(stream.Frames)
	perSecond := map[string]int64{"video": 25, "audio": 50}[part.Kind]
	if stream.Codec != part.Codec || stream.Width != part.Width || stream.Height != part.Height || int64(frames) < perSecond*part.Duration/1000*8/10 || part.Duration < 2000 {
		t.Errorf("%s: got %+v, want %+v", path, stream, part)
	}
}

// sendIVF sends the pictures of a file at their time.
func sendIVF(p *livetest.Publication, path string, payloader rtp.Payloader) error {
	from, err := os.Open(path)
	if err != nil {
		return err
	}
	defer from.Close()
	reader, _, err := ivfreader.NewWith(from)
	if err != nil {
		return err
	}
	packetizer := rtp.NewPacketizer(1200, 0, 0, payloader, rtp.NewRandomSequencer(), 90_000)
	for ticker := time.NewTicker(40 * time.Millisecond); ; <-ticker.C {
		frame, _, err := reader.ParseNextFrame()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		for _, packet := range packetizer.Packetize(frame, 3600) {
			if err := p.Send(packet); err != nil {
				return err
			}
		}
	}
}

// sendOgg sends the sound of a file at its time.
func sendOgg(p *livetest.Publication, path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	reader, _, err := oggreader.NewWith(bytes.NewReader(data))
	if err != nil {
		return err
	}
	packetizer := rtp.NewPacketizer(1200, 0, 0, &codecs.OpusPayloader{}, rtp.NewRandomSequencer(), 48_000)
	for ticker := time.NewTicker(20 * time.Millisecond); ; <-ticker.C {
		page, _, err := reader.ParseNextPage()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if bytes.HasPrefix(page, []byte("OpusTags")) {
			continue
		}
		for _, packet := range packetizer.Packetize(page, 960) {
			if err := p.Send(packet); err != nil {
				return err
			}
		}
	}
}

// capturedAt returns when the frames of startSender are in the recording, in milliseconds since its start, by when they were
// captured by the sender's clock, in Unix milliseconds.
func capturedAt(s *studio, m *recorder.Manifest, kind string) map[int64]int64 {
	s.Helper()
	at := map[int64]int64{}
	for _, part := range m.Parts {
		if part.Kind != kind {
			continue
		}
		var file struct {
			Segment struct {
				Cluster []struct {
					Timecode    uint64
					SimpleBlock []ebml.Block
				}
			}
		}
		data, err := os.ReadFile(filepath.Join(s.dir, part.File))
		if err != nil {
			s.Fatal(err)
		}
		if err := ebml.Unmarshal(bytes.NewReader(data), &file, ebml.WithIgnoreUnknown(true)); err != nil {
			s.Fatal(err)
		}
		for _, cluster := range file.Segment.Cluster {
			for _, block := range cluster.SimpleBlock {
				frame, start, every := block.Data[0], 1, int64(20)
				if kind == "video" {
					start, every = 3, 40
					if block.Keyframe {
						start = 10
					}
				}
				if len(frame) >= start+4 {
					at[unwrap(binary.BigEndian.Uint32(frame[start:]), every)] = part.Offset + int64(cluster.Timecode) + int64(block.Timecode)
				}
			}
		}
	}
	return at
}

// unwrap returns the Unix milliseconds of a number that counts intervals and wrapped around: those near now.
func unwrap(number uint32, every int64) int64 {
	now := time.Now().UnixMilli() / every
	return (now + int64(int32(number-uint32(now)))) * every
}
