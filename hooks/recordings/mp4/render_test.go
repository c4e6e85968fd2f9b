package mp4_test

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"usher/hooks/live/recorder"
	"usher/hooks/recordings/mp4"
)

// media is the folder of the player's samples: 12 seconds of Anneke's camera, and 8 of Clara's, with a beep at the start of each second.
const media = "../../../views/browsertest/testdata/player"

// requireFFmpeg returns ffmpeg's encoder. Without it tests are skipped, unless USHER_FFMPEG_TESTS is "required".
func requireFFmpeg(t testing.TB) mp4.Encoder {
	t.Helper()
	skip := t.Skipf
	if os.Getenv("USHER_FFMPEG_TESTS") == "required" {
		skip = t.Fatalf
	}
	for _, name := range []string{"ffmpeg", "ffprobe"} {
		if _, err := exec.LookPath(name); err != nil {
			skip("%s isn't installed", name)
		}
	}
	path, _ := exec.LookPath("ffmpeg")
	e, err := mp4.NewEncoder(t.Context(), path)
	if err != nil {
		skip("ffmpeg can't make an MP4: %v", err)
	}
	return e
}

// sample is a recording of 12 seconds: Clara comes at 3 and leaves at 11, and Anneke shares her screen from 5 to 9.
func sample() *recorder.Manifest {
	return &recorder.Manifest{
		Milliseconds: 12_000,
		Participants: []recorder.Participant{
			{ID: "a", Name: `Anneke: de 'Vries' %{pts} \ [x],;`, Stays: []recorder.Interval{{From: 0, To: 12_000}}},
			{ID: "c", Name: "Clara Weiss", Stays: []recorder.Interval{{From: 3000, To: 11_000}}},
		},
		Parts: []recorder.Part{
			{File: "anneke-camera.webm", Participant: "a", Source: recorder.SourceCamera, Kind: "video", Codec: "vp8", Duration: 12_000, Muted: []recorder.Interval{{From: 1000, To: 2500}}},
			{File: "anneke-microphone.webm", Participant: "a", Source: recorder.SourceMicrophone, Kind: "audio", Codec: "opus", Duration: 12_000},
			{File: "clara-camera.webm", Participant: "c", Source: recorder.SourceCamera, Kind: "video", Codec: "vp9", Offset: 3000, Duration: 8000},
			{File: "clara-microphone.webm", Participant: "c", Source: recorder.SourceMicrophone, Kind: "audio", Codec: "opus", Offset: 3000, Duration: 8000},
			{File: "anneke-screen.webm", Participant: "a", Source: recorder.SourceScreen, Kind: "video", Codec: "vp8", Offset: 5000, Duration: 4000},
		},
	}
}

// TestRender_Sample_HasPicturesAndWholeSound renders the sample with ffmpeg.
func TestRender_Sample_HasPicturesAndWholeSound(t *testing.T) {
	e := requireFFmpeg(t)
	parts, err := filepath.Abs(media)
	if err != nil {
		t.Fatal(err)
	}
	last := 0
	path, err := e.Render(t.Context(), sample(), parts, t.TempDir(), func(percent int, _ int64) error {
		if percent < last {
			t.Errorf("got %d percent after %d, want progress", percent, last)
		}
		last = percent
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if last < 90 {
		t.Errorf("got %d percent at the end, want at least 90", last)
	}
	if keep := os.Getenv("USHER_KEEP_MP4"); keep != "" {
		body, _ := os.ReadFile(path)
		_ = os.WriteFile(keep, body, 0o600)
	}
	assertStreams(t, path, 12)
	assertBeeps(t, path, 12)
	assertPicture(t, path, 0.5, 640, 360, 51, 80, 122)  // Anneke alone
	assertPicture(t, path, 1.5, 640, 500, 42, 38, 40)   // her camera is off
	assertPicture(t, path, 4, 320, 400, 51, 80, 122)    // left
	assertPicture(t, path, 4, 960, 400, 122, 85, 51)    // Clara is right
	assertPicture(t, path, 7, 500, 500, 51, 85, 68)     // the screen
	assertPicture(t, path, 7, 1150, 100, 51, 80, 122)   // Anneke beside it
	assertPicture(t, path, 11.5, 640, 360, 51, 80, 122) // alone again
}

// assertStreams checks duration and streams with ffprobe.
func assertStreams(t *testing.T, path string, seconds float64) {
	t.Helper()
	out, err := exec.Command("ffprobe", "-v", "error", "-show_entries", "format=duration:stream=codec_name,width,height,nb_frames", "-of", "json", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	var probe struct {
		Streams []struct {
			Codec  string `json:"codec_name"`
			Width  int    `json:"width"`
			Height int    `json:"height"`
			Frames string `json:"nb_frames"`
		} `json:"streams"`
		Format struct {
			Duration string `json:"duration"`
		} `json:"format"`
	}
	if err := json.Unmarshal(out, &probe); err != nil {
		t.Fatal(err)
	}
	if len(probe.Streams) != 2 || probe.Streams[0].Codec != "h264" || probe.Streams[1].Codec != "aac" || probe.Streams[0].Width != 1280 || probe.Streams[0].Height != 720 {
		t.Fatalf("got %s, want H.264 of 1280 by 720 and AAC", out)
	}
	if frames := strconv.Itoa(int(seconds * 25)); probe.Streams[0].Frames != frames {
		t.Errorf("got %s frames, want %s", probe.Streams[0].Frames, frames)
	}
	if got, err := strconv.ParseFloat(probe.Format.Duration, 64); err != nil || math.Abs(got-seconds) > 0.05 {
		t.Errorf("got a duration of %s seconds, want %v", probe.Format.Duration, seconds)
	}
}

// assertBeeps checks that each second begins with a beep of 300 ms and is silent after it.
func assertBeeps(t *testing.T, path string, seconds int) {
	t.Helper()
	pcm, err := exec.Command("ffmpeg", "-nostdin", "-v", "error", "-i", path, "-f", "s16le", "-ac", "1", "-ar", "8000", "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	level := func(from, to float64) float64 {
		sum, n := 0.0, 0.0
		for i := int(from * 8000); i < int(to*8000) && i*2+1 < len(pcm); i++ {
			v := float64(int16(binary.LittleEndian.Uint16(pcm[i*2:]))) / 32768
			sum, n = sum+v*v, n+1
		}
		return math.Sqrt(sum / max(n, 1))
	}
	for s := range seconds {
		at := float64(s)
		if beep, silence := level(at+0.05, at+0.25), level(at+0.45, at+0.9); beep < 0.02 || silence > beep/5 {
			t.Errorf("second %d: got a level of %.3f at its start and %.3f later, want a beep and silence", s, beep, silence)
		}
	}
}

// assertPicture checks a color at a time and place.
func assertPicture(t *testing.T, path string, at float64, x, y int, r, g, b float64) {
	t.Helper()
	rgb, err := exec.Command("ffmpeg", "-nostdin", "-v", "error", "-ss", strconv.FormatFloat(at, 'f', 3, 64), "-i", path, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-").Output()
	if err != nil || len(rgb) != 1280*720*3 {
		t.Fatalf("got %d bytes of the picture at %v: %v", len(rgb), at, err)
	}
	i := (y*1280 + x) * 3
	if got := [3]float64{float64(rgb[i]), float64(rgb[i+1]), float64(rgb[i+2])}; math.Abs(got[0]-r)+math.Abs(got[1]-g)+math.Abs(got[2]-b) > 40 {
		t.Errorf("at %v: got the color %v at %d, %d, want about %v", at, got, x, y, [3]float64{r, g, b})
	}
}
