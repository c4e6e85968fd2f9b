// Package webm writes WebM files of one track while the track is being received, and makes them seekable afterwards. A file
// that was cut off, as by a crash, loses at most its last cluster.
package webm

import (
	"errors"
	"time"
)

// Codec is the codec of a track, by its name in WebM.
type Codec string

// The codecs that a file can contain.
const (
	VP8  Codec = "V_VP8"
	VP9  Codec = "V_VP9"
	Opus Codec = "A_OPUS"
)

// IsVideo reports whether the codec is one of video.
func (c Codec) IsVideo() bool { return c != Opus }

// Track describes the track of a file.
type Track struct {
	Codec         Codec
	Width, Height int // video: the largest size, in pixels
	Channels      int // audio; 0 means 2
}

const (
	// clusterLength is how much time a cluster holds, and therefore how much a crash can lose.
	clusterLength = time.Second

	// minClusterLength is the shortest cluster before a key frame, which begins a new one. It limits how often a sender of
	// nothing but key frames makes us write.
	minClusterLength = 100 * time.Millisecond

	// clusterBytes ends a cluster early.
	clusterBytes = 1 << 20

	// MaxFrame is the largest frame that a file can contain, in bytes.
	MaxFrame = 8 << 20

	// maxCluster is the largest cluster that is read, in bytes: one that was nearly full before the largest frame.
	maxCluster = clusterBytes + MaxFrame + 1<<10

	// maxTime is the latest time that is read. Later ones can only be damage.
	maxTime = 30 * 24 * time.Hour
)

// ErrEmpty means that a file contains no frame.
var ErrEmpty = errors.New("webm: the file contains no frame")

// ErrFrameSize means that a frame is empty or larger than MaxFrame.
var ErrFrameSize = errors.New("webm: the frame is empty or too large")
