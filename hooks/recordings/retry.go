package recordings

import (
	"path/filepath"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/tools/errs"
)

// Retry finishes a failed recording that the actor manages once more, or makes its MP4 once more.
func Retry(app core.App, actor *actors.Actor, id string) (*Recording, error) {
	return modify(app, actor, id, "recording.retry", func(tx core.App, r *Recording, _ *audit.Entry) error {
		switch {
		case !r.Trashed().IsZero():
			return inTrashError()
		case !CanRetry(tx, r):
			return errs.Invalid("base", CodeNotFailed, "There is nothing to try again.")
		case r.Status() == StatusFailed:
			r.Set("status", StatusProcessing)
		default:
			r.Load(map[string]any{"mp4_status": MP4Queued, "mp4_progress": 0, "mp4_error": "", "mp4_attempts": 0})
		}
		return nil
	})
}

// CanRetry reports whether a recording failed although it has files, or its MP4 on a server that makes them.
func CanRetry(app core.App, r *Recording) bool {
	switch {
	case !r.Trashed().IsZero():
		return false
	case r.Status() == StatusFailed:
		tracks, _ := filepath.Glob(filepath.Join(Folder(app, r.Id), "*.webm"))
		return len(tracks) > 0
	}
	return r.Status() == StatusReady && r.MP4Status() == MP4Failed && app.Store().Get(mp4Key) == true
}

const mp4Key = "usher.recordings.mp4"

// SetMakesMP4s says whether the server makes MP4s.
func SetMakesMP4s(app core.App, makes bool) { app.Store().Set(mp4Key, makes) }
