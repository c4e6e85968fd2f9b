package recorder

import (
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"usher/hooks/tools/webm"
)

// manifestFile is the name of the manifest.
const manifestFile = "manifest.json"

// Manifest describes a finished recording. Times are milliseconds since Started.
type Manifest struct {
	Started      time.Time     `json:"started"`
	Milliseconds int64         `json:"milliseconds"`
	Bytes        int64         `json:"bytes"`            // of the parts
	Reason       string        `json:"reason,omitempty"` // why the recorder stopped by itself; ReasonCrashed after a crash
	Participants []Participant `json:"participants"`     // in the order in which they came
	Parts        []Part        `json:"parts"`            // by Offset
	Skipped      []Skipped     `json:"skipped,omitempty"`
	Gaps         []Interval    `json:"gaps,omitempty"` // when the recorder had lost its connection
}

// ReasonCrashed is the reason of a recording whose process ended in the middle.
const ReasonCrashed = "the server stopped during the recording"

// Interval is a span of time.
type Interval struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

// Participant is someone who was in the room, whether they sent anything or not.
type Participant struct {
	ID    string     `json:"id"` // identity
	Name  string     `json:"name"`
	Stays []Interval `json:"stays"`
}

// Part is a file: a track from its first frame to its last.
type Part struct {
	File        string     `json:"file"`
	Participant string     `json:"participant"` // identity
	Source      string     `json:"source"`
	Kind        string     `json:"kind"` // audio or video
	Codec       string     `json:"codec"`
	Offset      int64      `json:"offset"`
	Duration    int64      `json:"duration"` // milliseconds
	Width       int        `json:"width,omitempty"`
	Height      int        `json:"height,omitempty"` // the largest; the size can change within the file
	Bytes       int64      `json:"bytes"`
	Muted       []Interval `json:"muted,omitempty"`
	Limited     []Interval `json:"limited,omitempty"`   // when frames are missing because the sender exceeded the limit of bits
	Truncated   bool       `json:"truncated,omitempty"` // the end is missing, at most two seconds
}

// Skipped is a track that wasn't recorded.
type Skipped struct {
	Participant string `json:"participant"` // identity
	Source      string `json:"source"`
	Codec       string `json:"codec"`
	Reason      string `json:"reason"` // SkippedCodec, …
}

// The reasons why a track was skipped.
const (
	SkippedCodec     = "codec"     // its codec isn't recorded
	SkippedEncrypted = "encrypted" // only participants can decrypt it
	SkippedLimit     = "limit"     // there were too many tracks or files
)

// ReadManifest reads the manifest that Finish wrote.
func ReadManifest(dir string) (*Manifest, error) {
	data, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if err != nil {
		return nil, err
	}
	m := &Manifest{}
	return m, json.Unmarshal(data, m)
}

func (m *Manifest) write(dir string) error {
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return webm.Replace(filepath.Join(dir, manifestFile), func(to *os.File) error {
		_, err := to.Write(data)
		return err
	})
}
