package mp4

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"usher/hooks/live/recorder"
)

// maxInputs is how many sounds are mixed at once.
const maxInputs = 48

// errEmpty is a recording without anything to see or hear.
var errEmpty = failure{reason: "There is no sound and no video in this recording.", final: true}

// render makes the MP4 of a recording, whose files are in parts, in the empty folder work, and returns its path there. The sound is first, in
// stretches; then the scenes; then both are joined. progress gets percents, and the bytes written by then.
func (e *encoder) render(ctx context.Context, m *recorder.Manifest, parts, work string, progress func(percent int, bytes int64) error) (string, error) {
	if m.Milliseconds < minScene || len(m.Parts) == 0 {
		return "", errEmpty
	}
	all := scenes(m)
	length := all[len(all)-1].to
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var written int64 // of the video so far
	report := func(from, share float64, done, of, bytes int64) {
		percent := from + share*min(1, float64(done)/float64(max(of, 1)))
		if err := progress(min(99, int(percent)), bytes); err != nil {
			cancel(err)
		}
	}
	run := func(args []string, report func(ms, bytes int64)) error {
		err := e.run(ctx, work, args, report)
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return err
	}

	var sound, video []string
	for from := int64(0); from < length; {
		to := soundStretch(m, from, length)
		name := fmt.Sprintf("sound%d.flac", len(sound))
		err := run(soundArgs(parts, audible(m, from, to), from, to, name), func(ms, _ int64) { report(0, 10, from+ms, length, 0) })
		if err != nil {
			return "", err
		}
		sound, from = append(sound, name), to
	}
	for i, s := range all {
		name := fmt.Sprintf("scene%d.mp4", i)
		args, err := e.videoArgs(parts, work, s, name)
		if err != nil {
			return "", err
		}
		if err := run(args, func(ms, bytes int64) { report(10, 85, s.from+ms, length, written+bytes) }); err != nil {
			return "", err
		}
		size, err := outputSize(work, name)
		if err != nil {
			return "", err
		}
		written, video = written+size, append(video, name)
	}
	output := "joined.mp4"
	args, err := joinArgs(work, video, sound, all, m.Milliseconds, output)
	if err != nil {
		return "", err
	}
	if err := run(args, func(ms, bytes int64) { report(95, 4, ms, length, bytes) }); err != nil {
		return "", err
	}
	_, err = outputSize(work, output)
	return filepath.Join(work, output), err
}

// outputSize returns the size of what ffmpeg wrote.
func outputSize(work, name string) (int64, error) {
	info, err := os.Stat(filepath.Join(work, name))
	if err != nil || info.Size() == 0 {
		return 0, failure{reason: "ffmpeg wrote no video.", err: err}
	}
	return info.Size(), nil
}

// audible returns the parts that are heard between two times.
func audible(m *recorder.Manifest, from, to int64) (all []*recorder.Part) {
	for i := range m.Parts {
		if p := &m.Parts[i]; p.Kind == "audio" && p.Offset < to && p.Offset+p.Duration > from {
			all = append(all, p)
		}
	}
	return all
}

// soundStretch returns until when sound can be mixed at once.
func soundStretch(m *recorder.Manifest, from, length int64) int64 {
	to := min(length, from+maxScene)
	for to-from > minScene && len(audible(m, from, to)) > maxInputs {
		to = from + max(minScene, (to-from)/2/frame*frame)
	}
	return to
}

// failure says in plain words why an MP4 wasn't made.
type failure struct {
	reason string
	err    error // for the log
	final  bool  // another attempt would end the same
}

func (f failure) Error() string {
	if f.err == nil {
		return f.reason
	}
	return f.reason + " " + f.err.Error()
}

func (f failure) Unwrap() error { return f.err }

// reasonOf returns what is shown of an error.
func reasonOf(err error) (reason string, final bool) {
	var f failure
	if errors.As(err, &f) {
		return f.reason, f.final
	}
	return "Something went wrong on the server.", false
}
