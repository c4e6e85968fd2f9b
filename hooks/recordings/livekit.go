package recordings

import (
	"context"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/live"
	"usher/hooks/live/recorder"
)

// defaultEngine records with the app's media server, embedded or external.
var defaultEngine = Engine{Ready: live.Ready, Start: startLiveRecorder, Finish: finishFiles}

func startLiveRecorder(ctx context.Context, app core.App, o RecorderOptions) (Recorder, error) {
	if err := live.OpenRoom(app, o.Room); err != nil {
		return nil, err
	}
	r, err := recorder.Start(ctx, recorder.Options{
		Credentials: func() (url, token string, err error) { return live.RecorderCredentials(app, o.Room) },
		Dir:         o.Dir, Reserve: o.Reserve, Log: o.Log,
	})
	if err != nil {
		return nil, err // not a nil *recorder.Recording in the interface
	}
	return r, nil
}

func finishFiles(dir string) (Finished, error) {
	manifest, err := recorder.Finish(dir)
	if err != nil {
		return Finished{}, err
	}
	return Finished{Milliseconds: manifest.Milliseconds, Bytes: manifest.Bytes, Parts: len(manifest.Parts),
		Crashed: manifest.Reason == recorder.ReasonCrashed}, nil
}
