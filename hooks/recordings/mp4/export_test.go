package mp4

import (
	"context"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/live/recorder"
)

// Encoder is an encoder for tests.
type Encoder struct{ *encoder }

// NewEncoder is newEncoder.
func NewEncoder(ctx context.Context, path string) (Encoder, error) {
	e, err := newEncoder(ctx, path)
	return Encoder{e}, err
}

// FakeEncoder runs a program instead of ffmpeg.
func FakeEncoder(path string, stall time.Duration) Encoder {
	return Encoder{&encoder{path: path, stall: stall}}
}

// Render is render.
func (e Encoder) Render(ctx context.Context, m *recorder.Manifest, parts, work string, progress func(int, int64) error) (string, error) {
	return e.render(ctx, m, parts, work, progress)
}

// ReasonOf is reasonOf.
var ReasonOf = reasonOf

// Scenes returns the scenes of a recording as text.
func Scenes(m *recorder.Manifest) (all []string) {
	for _, s := range scenes(m) {
		all = append(all, s.String())
	}
	return all
}

func (s scene) String() string {
	text := fmt.Sprintf("%s-%s", seconds(s.from), seconds(s.to))
	for _, c := range s.cells {
		text += fmt.Sprintf(" %s %dx%d+%d+%d", c.name, c.w, c.h, c.x, c.y)
		if c.part == nil {
			text += " (no picture)"
		}
	}
	return text
}

// NewWorker returns a worker of an app with an encoder, which tries again immediately.
func NewWorker(app core.App, e Encoder) Worker {
	return Worker{&worker{app: app, encoder: e.encoder}}
}

// Worker is a worker for tests.
type Worker struct{ *worker }

// Step is step.
func (w Worker) Step(ctx context.Context) error {
	_, err := w.step(ctx)
	return err
}

// Start is start.
func (w Worker) Start() (stop func()) { return w.start() }

// Path is the path of the program.
func (e Encoder) Path() string { return e.path }
