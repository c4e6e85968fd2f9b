package recordings

import (
	"context"
	"log/slog"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/disk"
)

// Recorder is a running recorder of a media room.
type Recorder interface {
	Stop()                 // returns when everything is written; can be called again
	Done() <-chan struct{} // closed when it has stopped for any reason
	Err() error            // why it stopped by itself, or nil
	Bytes() int64          // written so far
}

// RecorderOptions are the options of a recorder.
type RecorderOptions struct {
	Room    string                  // media room
	Dir     string                  // existing empty folder
	Reserve func(bytes int64) error // called before every write; an error stops the recorder with it
	Log     *slog.Logger
}

// Finished describes what Engine.Finish kept.
type Finished struct {
	Milliseconds int64
	Bytes        int64
	Parts        int  // 0: there is nothing to play
	Crashed      bool // the process ended while it recorded
}

// Engine is what records.
type Engine struct {
	Ready    func(core.App) error // nil if media rooms can be joined
	Start    func(context.Context, core.App, RecorderOptions) (Recorder, error)
	Finish   func(dir string) (Finished, error) // makes files playable; can be repeated
	FreeDisk func(dir string) (free uint64, ok bool)
}

const engineKey = "usher.recordings.engine"

// SetEngine replaces the engine of an app, for tests. A nil function keeps the default.
func SetEngine(app core.App, engine Engine) { app.Store().Set(engineKey, engine) }

func engineOf(app core.App) Engine {
	engine, _ := app.Store().Get(engineKey).(Engine)
	if engine.Ready == nil {
		engine.Ready = defaultEngine.Ready
	}
	if engine.Start == nil {
		engine.Start = defaultEngine.Start
	}
	if engine.Finish == nil {
		engine.Finish = defaultEngine.Finish
	}
	if engine.FreeDisk == nil {
		engine.FreeDisk = disk.FreeBytes
	}
	return engine
}
