package webm

import (
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// Writer writes a file of one track. Frames are collected in clusters, each of which is one Write of the file.
type Writer struct {
	to      io.Writer
	track   Track
	cluster []byte        // with its head, empty if none is open
	start   time.Duration // of the cluster
	last    time.Duration // of the last frame
}

// NewWriter writes the head of the file.
func NewWriter(to io.Writer, track Track) (*Writer, error) {
	document, err := documentHeader()
	if err != nil {
		return nil, err
	}
	info, err := infoHeader(0)
	if err != nil {
		return nil, err
	}
	tracks, err := tracksHeader(track)
	if err != nil {
		return nil, err
	}
	head := append(document, segmentHeader(-1)...)
	head = append(append(head, info...), tracks...)
	if _, err := to.Write(head); err != nil {
		return nil, err
	}
	return &Writer{to: to, track: track}, nil
}

// WriteFrame adds a frame that is shown or heard at that time, which must not be before that of the previous frame. The frame
// is copied.
func (w *Writer) WriteFrame(at time.Duration, key bool, frame []byte) error {
	if len(frame) == 0 || len(frame) > MaxFrame {
		return ErrFrameSize
	}
	if at < w.last {
		return fmt.Errorf("webm: the frame at %s is before the one at %s", at, w.last)
	}
	if w.isFull(at, key) {
		if err := w.Flush(); err != nil {
			return err
		}
	}
	if len(w.cluster) == 0 {
		w.start = at.Truncate(time.Millisecond)
		w.cluster = appendSize(binary.BigEndian.AppendUint32(w.cluster, idCluster), 0)
		w.cluster = append(w.cluster, idTimecode, 0x88)
		w.cluster = binary.BigEndian.AppendUint64(w.cluster, uint64(w.start.Milliseconds()))
	}
	w.last = at
	w.cluster = appendBlock(w.cluster, at.Truncate(time.Millisecond)-w.start, key, frame)
	return nil
}

func (w *Writer) isFull(at time.Duration, key bool) bool {
	if len(w.cluster) == 0 {
		return false
	}
	length := at - w.start
	return length >= clusterLength || len(w.cluster) >= clusterBytes || w.track.Codec.IsVideo() && key && length >= minClusterLength
}

// appendBlock appends a simple block of track 1. The time is that since the start of the cluster.
func appendBlock(b []byte, at time.Duration, key bool, frame []byte) []byte {
	flags := byte(0)
	if key {
		flags = 0x80
	}
	b = append(b, idSimpleBlock)
	b = binary.BigEndian.AppendUint32(b, 1<<28|uint32(len(frame)+4))
	b = append(b, 0x81)
	b = binary.BigEndian.AppendUint16(b, uint16(at.Milliseconds()))
	return append(append(b, flags), frame...)
}

// Pending returns the time of the first frame that isn't in the file yet. ok is false if all are.
func (w *Writer) Pending() (since time.Duration, ok bool) { return w.start, len(w.cluster) > 0 }

// Flush writes the frames that aren't in the file yet.
func (w *Writer) Flush() error {
	if len(w.cluster) == 0 {
		return nil
	}
	appendSize(w.cluster[4:4], int64(len(w.cluster)-12))
	_, err := w.to.Write(w.cluster)
	if cap(w.cluster) > 2*clusterBytes {
		w.cluster = nil // a huge frame
	}
	w.cluster = w.cluster[:0]
	return err
}
