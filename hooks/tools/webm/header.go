package webm

import (
	"bytes"
	"encoding/binary"
	"time"

	"github.com/at-wat/ebml-go"
)

// The elements before the clusters, as ebml-go marshals them.
type (
	document struct {
		EBML struct {
			EBMLVersion            uint64
			EBMLReadVersion        uint64
			EBMLMaxIDLength        uint64
			EBMLMaxSizeLength      uint64
			EBMLDocType            string
			EBMLDocTypeVersion     uint64
			EBMLDocTypeReadVersion uint64
		}
	}

	seekHead struct {
		SeekHead struct{ Seek []seek }
	}
	seek struct {
		SeekID       []byte
		SeekPosition uint64 `ebml:"SeekPosition,size=8"` // its size doesn't depend on what follows
	}

	info struct {
		Info struct {
			TimecodeScale uint64
			Duration      float64 `ebml:"Duration,omitempty"`
			MuxingApp     string
			WritingApp    string
		}
	}

	tracks struct {
		Tracks struct{ TrackEntry trackEntry }
	}
	trackEntry struct {
		TrackNumber  uint64
		TrackUID     uint64
		TrackType    uint64
		FlagLacing   uint64
		CodecID      string
		CodecPrivate []byte `ebml:"CodecPrivate,omitempty"`
		CodecDelay   uint64 `ebml:"CodecDelay,omitempty"`
		SeekPreRoll  uint64 `ebml:"SeekPreRoll,omitempty"`
		Audio        *audio
		Video        *video
	}
	audio struct {
		SamplingFrequency float64
		Channels          uint64
	}
	video struct {
		PixelWidth  uint64
		PixelHeight uint64
	}

	cues struct {
		Cues struct{ CuePoint []cuePoint }
	}
	cuePoint struct {
		CueTime           uint64
		CueTrackPositions cuePosition
	}
	cuePosition struct {
		CueTrack           uint64
		CueClusterPosition uint64 `ebml:"CueClusterPosition,size=8"`
	}
)

// The element ids that are written and read by hand.
const (
	idSegment     = 0x18538067
	idInfo        = 0x1549A966
	idTracks      = 0x1654AE6B
	idCues        = 0x1C53BB6B
	idCluster     = 0x1F43B675
	idTimecode    = 0xE7
	idSimpleBlock = 0xA3
)

const (
	sampleRate = 48000

	// preSkip is how many samples an Opus decoder needs before its output is right. Files begin in the middle of a call, so
	// that nothing must be left out; it is what encoders announce.
	preSkip = 312

	// seekPreRoll is how long before a seek decoding must begin, as the Opus mapping of WebM demands.
	seekPreRoll = 80 * time.Millisecond
)

func marshal(element any) ([]byte, error) {
	var out bytes.Buffer
	err := ebml.Marshal(element, &out)
	return out.Bytes(), err
}

func documentHeader() ([]byte, error) {
	var d document
	e := &d.EBML
	e.EBMLVersion, e.EBMLReadVersion, e.EBMLMaxIDLength, e.EBMLMaxSizeLength = 1, 1, 4, 8
	e.EBMLDocType, e.EBMLDocTypeVersion, e.EBMLDocTypeReadVersion = "webm", 4, 2
	return marshal(&d)
}

func infoHeader(duration time.Duration) ([]byte, error) {
	var i info
	i.Info.TimecodeScale = uint64(time.Millisecond)
	i.Info.Duration = float64(duration.Milliseconds())
	i.Info.MuxingApp, i.Info.WritingApp = "usher", "usher"
	return marshal(&i)
}

func tracksHeader(track Track) ([]byte, error) {
	entry := trackEntry{TrackNumber: 1, TrackUID: 1, CodecID: string(track.Codec)}
	if track.Codec.IsVideo() {
		entry.TrackType = 1
		entry.Video = &video{uint64(max(track.Width, 1)), uint64(max(track.Height, 1))}
	} else {
		channels := track.Channels
		if channels < 1 || channels > 2 {
			channels = 2
		}
		entry.TrackType = 2
		entry.CodecPrivate = opusHead(channels)
		entry.CodecDelay = preSkip * uint64(time.Second) / sampleRate
		entry.SeekPreRoll = uint64(seekPreRoll)
		entry.Audio = &audio{sampleRate, uint64(channels)}
	}
	var t tracks
	t.Tracks.TrackEntry = entry
	return marshal(&t)
}

// opusHead is the identification header of Opus (RFC 7845, section 5.1).
func opusHead(channels int) []byte {
	head := append([]byte("OpusHead"), 1, byte(channels))
	head = binary.LittleEndian.AppendUint16(head, preSkip)
	head = binary.LittleEndian.AppendUint32(head, sampleRate)
	return append(head, 0, 0, 0) // no gain, mono or stereo
}

// segmentHeader is the head of the segment; size -1 means that it isn't known.
func segmentHeader(size int64) []byte {
	return appendSize(binary.BigEndian.AppendUint32(nil, idSegment), size)
}

// appendSize appends a size of an element in eight bytes; -1 means that it isn't known.
func appendSize(b []byte, size int64) []byte {
	return binary.BigEndian.AppendUint64(b, 1<<56|uint64(size)&(1<<56-1))
}
