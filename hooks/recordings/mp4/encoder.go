package mp4

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	stallTimeout = 5 * time.Minute // without progress, ffmpeg is stopped
	probeTimeout = time.Minute
	exitTimeout  = 5 * time.Second // for the pipes to close after a kill
	maxErrorText = 4096
)

// encoder runs ffmpeg.
type encoder struct {
	path  string
	nice  string // path of nice; optional
	names bool   // it can write names, for which it needs a font
	stall time.Duration
}

// findProgram returns the path of ffmpeg by the setting: "off", a path, or empty for the one in PATH. found is false if there is none.
func findProgram(setting string) (path string, found bool) {
	switch setting {
	case "off":
		return "", false
	case "":
		setting = "ffmpeg"
	}
	path, err := exec.LookPath(setting)
	return path, err == nil
}

// newEncoder tries what the MP4s need, and returns an error if ffmpeg can't do it.
func newEncoder(ctx context.Context, path string) (*encoder, error) {
	e := &encoder{path: path, stall: stallTimeout}
	e.nice, _ = exec.LookPath("nice")
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	try := func(filter string) error {
		return e.run(ctx, os.TempDir(), []string{"-filter_complex", "color=s=64x64:d=0.2" + filter + "[v];anullsrc=r=48000:cl=stereo,atrim=end=0.2[a]", "-map", "[v]", "-map", "[a]",
			"-c:v", "libx264", "-c:a", "aac", "-f", "null", "-"}, func(int64, int64) {})
	}
	if err := try(""); err != nil {
		return nil, err
	}
	e.names = try(",drawtext=text=a") == nil
	return e, nil
}

// run runs ffmpeg in a folder at the lowest priority, until it has ended, ctx ends, or nothing advances for long. progress gets how many
// milliseconds and bytes are written.
func (e *encoder) run(ctx context.Context, dir string, args []string, progress func(ms, bytes int64)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	name, args := e.path, append([]string{"-nostdin", "-hide_banner", "-loglevel", "error", "-y", "-progress", "pipe:1", "-nostats", "-max_error_rate", "1"}, args...)
	if e.nice != "" {
		name, args = e.nice, append([]string{"-n", "19", e.path}, args...)
	}
	command := exec.CommandContext(ctx, name, args...)
	command.Dir, command.Env = dir, environment()
	command.WaitDelay = exitTimeout
	ownGroup(command)
	errorText := &tail{}
	command.Stderr = errorText
	out, in := io.Pipe()
	command.Stdout = in

	stall := time.AfterFunc(e.stall, func() { cancel(errStalled) })
	defer stall.Stop()
	var read sync.WaitGroup
	read.Go(func() {
		readProgress(out, func(ms, bytes int64) {
			stall.Reset(e.stall)
			progress(ms, bytes)
		})
		_, _ = io.Copy(io.Discard, out)
	})
	err := onOneThread(command.Run)
	_ = in.Close()
	read.Wait()
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errStalled):
		return failure{reason: "ffmpeg made no progress and was stopped.", err: errors.New(errorText.String())}
	case ctx.Err() != nil:
		return cause
	case err == nil:
		return nil
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() < 0 || exit != nil && exit.ExitCode() > 128 {
		return failure{reason: "ffmpeg was killed. The server may be short of memory.", err: fmt.Errorf("%w: %s", err, errorText)}
	}
	if strings.Contains(errorText.String(), "No space left on device") {
		return failure{reason: "The server's disk is full.", err: fmt.Errorf("%w: %s", err, errorText)}
	}
	return failure{reason: "ffmpeg stopped with an error. The server's log has the details.", err: fmt.Errorf("%w: %s", err, errorText)}
}

var errStalled = errors.New("no progress")

// readProgress reads what ffmpeg reports, and calls f whenever it advances. Lines that aren't understood are skipped.
func readProgress(from io.Reader, f func(ms, bytes int64)) {
	lines := bufio.NewScanner(from)
	lines.Buffer(make([]byte, 4096), 64*1024)
	var ms, bytes, reported int64 = 0, 0, -1
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), "=")
		number, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
		switch {
		case key == "out_time_us" && err == nil && number >= 0:
			ms = number / 1000
		case key == "total_size" && err == nil && number >= 0:
			bytes = number
		case key == "progress" && (ms+bytes > reported || value == "end"):
			reported = ms + bytes
			f(ms, bytes)
		}
	}
}

// environment is what ffmpeg gets of the server's environment: nothing secret.
func environment() (all []string) {
	for _, line := range os.Environ() {
		name, _, _ := strings.Cut(line, "=")
		switch {
		case name == "PATH", name == "HOME", name == "LANG", name == "TMPDIR", name == "LD_LIBRARY_PATH", name == "XDG_CACHE_HOME", strings.HasPrefix(name, "FONTCONFIG_"), strings.HasPrefix(name, "LC_"):
			all = append(all, line)
		}
	}
	return all
}

// tail keeps the end of what is written.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if over := len(t.text) - maxErrorText; over > 0 {
		t.text = append(t.text[:0], t.text[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(strings.ToValidUTF8(string(t.text), ""))
}
