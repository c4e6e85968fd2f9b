package browsertest

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// flashScript replaces the camera and the microphone of a page by a picture that flashes and a sound that beeps at every whole
// second of one clock. The right half of the picture shows the time of day in milliseconds modulo 65,536 as 16 bars, the highest first.
const flashScript = `(() => {
	const devices = navigator.mediaDevices;
	if (!devices) return;
	const audio = new AudioContext({ sampleRate: 48000 });
	document.addEventListener("click", () => audio.resume());
	function sound() {
		const beep = new OscillatorNode(audio, { frequency: 1000 }), volume = new GainNode(audio, { gain: 0 });
		const out = audio.createMediaStreamDestination();
		beep.connect(volume).connect(out);
		beep.start();
		for (let second = 1; second < 120; second++) {
			volume.gain.setValueAtTime(0.5, second);
			volume.gain.setValueAtTime(0, second + 0.15);
		}
		return out.stream.getTracks();
	}
	function picture() {
		const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
		const paint = canvas.getContext("2d");
		setInterval(() => {
			paint.fillStyle = audio.currentTime % 1 < 0.15 ? "white" : "black";
			paint.fillRect(0, 0, 320, 360);
			const bits = (Date.now() % 65536).toString(2).padStart(16, "0");
			for (let i = 0; i < 16; i++) {
				paint.fillStyle = bits[i] === "1" ? "white" : "black";
				paint.fillRect(320 + i * 20, 0, 20, 360);
			}
		}, 15);
		return canvas.captureStream(30).getTracks();
	}
	devices.getUserMedia = async (want) => new MediaStream([...(want.audio ? sound() : []), ...(want.video ? picture() : [])]);
})()`

// readTimeScript reads the bars of the video that the expression selects. It is -1 while no picture is shown.
func readTimeScript(video string) string {
	return `(() => {
		const v = ` + video + `;
		if (!v?.videoWidth) return -1;
		const canvas = Object.assign(document.createElement("canvas"), { width: 32, height: 1 });
		const paint = canvas.getContext("2d");
		paint.drawImage(v, 0, 0, v.videoWidth, v.videoHeight, 0, 0, 32, 1);
		const pixels = paint.getImageData(16, 0, 16, 1).data;
		let time = 0;
		for (let i = 0; i < 16; i++) time = time * 2 + (pixels[i * 4 + 1] > 127 ? 1 : 0);
		return time;
	})()`
}

// requireFFmpeg skips the test without ffmpeg, unless it is required.
func requireFFmpeg(t *testing.T) {
	t.Helper()
	for _, name := range []string{"ffmpeg", "ffprobe"} {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("USHER_FFMPEG_TESTS") == "required" {
				t.Fatalf("%s is required: %v", name, err)
			}
			t.Skipf("without %s", name)
		}
	}
}

func runTool(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	var errors bytes.Buffer
	command := exec.Command(name, args...)
	command.Stderr = &errors
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, errors.String())
	}
	return out
}

// flashTimes returns when the picture of a file turns white.
func flashTimes(t *testing.T, file string) []time.Duration {
	t.Helper()
	var times []float64
	for line := range strings.Lines(string(runTool(t, "ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "frame=pts_time", "-of", "csv=p=0", file))) {
		seconds, err := strconv.ParseFloat(strings.Trim(line, ",\r\n "), 64)
		must(t, err)
		times = append(times, seconds)
	}
	levels := runTool(t, "ffmpeg", "-v", "error", "-i", file, "-fps_mode", "passthrough", "-vf", "crop=iw/4:ih/2:0:0,scale=1:1,format=gray", "-f", "rawvideo", "-")
	if len(levels) != len(times) {
		t.Fatalf("%d pictures with %d times", len(levels), len(times))
	}
	var flashes []time.Duration
	for i := 1; i < len(levels); i++ {
		if levels[i] > 160 && levels[i-1] <= 160 {
			flashes = append(flashes, time.Duration(times[i]*float64(time.Second)))
		}
	}
	return flashes
}

// beepTimes returns when the sound of a file begins after silence.
func beepTimes(t *testing.T, file string) []time.Duration {
	t.Helper()
	samples := runTool(t, "ffmpeg", "-v", "error", "-i", file, "-f", "s16le", "-ac", "1", "-ar", "48000", "-")
	var beeps []time.Duration
	quietSince := 0
	for i := 0; i+1 < len(samples); i += 2 {
		if math.Abs(float64(int16(binary.LittleEndian.Uint16(samples[i:])))) < 2000 {
			continue
		}
		at := i / 2
		if at-quietSince > 48000/5 {
			beeps = append(beeps, time.Duration(at)*time.Second/48000)
		}
		quietSince = at
	}
	return beeps
}

// pairOffsets returns how long after the nearest beep each flash came, in ascending order.
func pairOffsets(flashes, beeps []time.Duration) []time.Duration {
	var offsets []time.Duration
	for _, flash := range flashes {
		nearest := time.Hour
		for _, beep := range beeps {
			if apart := flash - beep; apart.Abs() < nearest.Abs() {
				nearest = apart
			}
		}
		if nearest.Abs() < 500*time.Millisecond {
			offsets = append(offsets, nearest)
		}
	}
	slices.Sort(offsets)
	return offsets
}
