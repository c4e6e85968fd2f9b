package webm

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"time"
)

// Summary is what a finished file contains.
type Summary struct {
	Frames    int
	Duration  time.Duration // whole milliseconds
	Bytes     int64
	Truncated bool // its end was damaged and left out
}

// cueEvery is how far apart the places are at which a seek in audio can begin. In video it is each key frame.
const cueEvery = 2 * time.Second

// Finish makes the file seekable: it writes its duration and the index of its key frames in front of the frames, and leaves
// out a damaged end. The new file replaces the old one when it is on disk, so Finish can be interrupted and repeated; it needs
// free space of the size of the file. It returns ErrEmpty if nothing in the file can be used, and leaves a file that can't be
// read as it is.
func Finish(path string, track Track) (Summary, error) {
	file, err := os.Open(path)
	if err != nil {
		return Summary{}, err
	}
	defer file.Close()
	stat, err := file.Stat()
	if err != nil {
		return Summary{}, err
	}
	c, err := scan(file, stat.Size())
	if err != nil {
		return Summary{}, err
	}
	if len(c.clusters) == 0 || !c.seenTracks {
		return Summary{}, ErrEmpty
	}
	summary := Summary{Frames: c.frames, Duration: c.duration(track), Bytes: stat.Size(), Truncated: c.truncated}
	if c.seekable {
		return summary, nil
	}
	head, err := c.header(track, summary.Duration)
	if err != nil {
		return Summary{}, err
	}
	summary.Bytes = int64(len(head)) + c.bytes
	return summary, Replace(path, func(to *os.File) error {
		if _, err := to.Write(head); err != nil {
			return err
		}
		return c.copy(to, file)
	})
}

// duration adds to the time of the last frame how long it lasts, which the frame before it tells.
func (c *contents) duration(track Track) time.Duration {
	interval := c.interval
	if interval <= 0 || interval > time.Second {
		interval = 40 * time.Millisecond
		if !track.Codec.IsVideo() {
			interval = 20 * time.Millisecond
		}
	}
	return c.last + interval
}

// header is everything before the clusters.
func (c *contents) header(track Track, duration time.Duration) ([]byte, error) {
	document, err := documentHeader()
	if err != nil {
		return nil, err
	}
	info, err := infoHeader(duration)
	if err != nil {
		return nil, err
	}
	tracks, err := tracksHeader(track)
	if err != nil {
		return nil, err
	}
	seek, err := seekHeader(0, 0, 0)
	if err != nil {
		return nil, err
	}
	infoAt := int64(len(seek))
	tracksAt := infoAt + int64(len(info))
	cuesAt := tracksAt + int64(len(tracks))
	if seek, err = seekHeader(infoAt, tracksAt, cuesAt); err != nil {
		return nil, err
	}
	index, err := c.cues(track, 0)
	if err != nil {
		return nil, err
	}
	clustersAt := cuesAt + int64(len(index))
	if index, err = c.cues(track, clustersAt); err != nil {
		return nil, err
	}
	head := append(document, segmentHeader(clustersAt+c.bytes)...)
	for _, part := range [][]byte{seek, info, tracks, index} {
		head = append(head, part...)
	}
	return head, nil
}

// seekHeader tells where the elements are in the segment. Its size doesn't depend on that.
func seekHeader(info, tracks, cues int64) ([]byte, error) {
	var s seekHead
	for _, to := range []struct {
		id uint32
		at int64
	}{{idInfo, info}, {idTracks, tracks}, {idCues, cues}} {
		s.SeekHead.Seek = append(s.SeekHead.Seek, seek{binary.BigEndian.AppendUint32(nil, to.id), uint64(to.at)})
	}
	return marshal(&s)
}

// cues is the index, for clusters that begin there in the segment.
func (c *contents) cues(track Track, at int64) ([]byte, error) {
	var all cues
	last := -cueEvery
	for n, k := range c.clusters {
		if n == 0 || k.key && (track.Codec.IsVideo() || k.time-last >= cueEvery) {
			all.Cues.CuePoint = append(all.Cues.CuePoint, cuePoint{uint64(k.time.Milliseconds()), cuePosition{1, uint64(at)}})
			last = k.time
		}
		at += k.size
	}
	return marshal(&all)
}

// copy copies the clusters. Those next to each other are copied together, which the system does without us where it can.
func (c *contents) copy(to, from *os.File) error {
	for n := 0; n < len(c.clusters); {
		k := c.clusters[n]
		if k.repaired != nil {
			if _, err := to.Write(k.repaired); err != nil {
				return err
			}
			n++
			continue
		}
		length := int64(0)
		for ; n < len(c.clusters) && c.clusters[n].repaired == nil && c.clusters[n].at == k.at+length; n++ {
			length += c.clusters[n].size
		}
		if _, err := from.Seek(k.at, io.SeekStart); err != nil {
			return err
		}
		if _, err := io.CopyN(to, from, length); err != nil {
			return err
		}
	}
	return nil
}

// TemporarySuffix ends the name of a file that is being written by Replace.
const TemporarySuffix = ".tmp"

// Replace writes a file, readable by its owner only, that takes the place of the one at the path when it is on disk. If it fails
// the file at the path is what it was.
func Replace(path string, fill func(*os.File) error) (err error) {
	temporary := path + TemporarySuffix
	file, err := os.OpenFile(temporary, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temporary)
			err = fmt.Errorf("write %s: %w", path, err)
		}
	}()
	if err = fill(file); err == nil {
		err = file.Sync()
	}
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	return os.Rename(temporary, path)
}
