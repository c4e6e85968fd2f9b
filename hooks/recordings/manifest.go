package recordings

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/live/recorder"
)

// The description of a recording's files, which the recorder writes.
type (
	Manifest    = recorder.Manifest
	Part        = recorder.Part
	Participant = recorder.Participant
	Interval    = recorder.Interval
)

// maxManifest is the largest manifest that is read, in bytes. One of 2,000 files has less than 1 MB.
const maxManifest = 16 << 20

// ReadManifest reads the manifest of a ready recording, or returns errs.ErrNotFound. The caller checks access.
func ReadManifest(app core.App, r *Recording) (*Manifest, error) {
	file, err := OpenFile(app, r, ManifestName)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	m := &Manifest{}
	if err := json.NewDecoder(io.LimitReader(file, maxManifest)).Decode(m); err != nil {
		return nil, fmt.Errorf("read the manifest of recording %s: %w", r.Id, err)
	}
	return m, nil
}
