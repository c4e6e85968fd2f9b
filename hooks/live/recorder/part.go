package recorder

import (
	"cmp"
	"fmt"
	"time"

	"usher/hooks/tools/webm"
)

// flushAfter is how long frames wait in memory at most, which is what a crash loses.
const flushAfter = time.Second

// part is a file: what is received of a track from the first frame to the last.
type part struct {
	number        int
	file          *file
	writer        *webm.Writer
	start         time.Time     // when its time 0 was captured
	last          time.Duration // of the last frame of video
	next          time.Duration // where the next packet of audio belongs
	width, height int           // the largest so far
	pending       time.Time     // since when frames wait in memory
}

// write writes a frame.
func (p *part) write(now time.Time, at time.Duration, key bool, frame []byte) error {
	before, waiting := p.writer.Pending()
	if err := p.writer.WriteFrame(at, key, frame); err != nil {
		return err
	}
	if since, _ := p.writer.Pending(); !waiting || since != before {
		p.pending = now
	}
	return nil
}

// flushOld writes what has waited too long, because no frame followed.
func (p *part) flushOld(now time.Time) error {
	if _, waiting := p.writer.Pending(); waiting && now.Sub(p.pending) >= flushAfter {
		return p.writer.Flush()
	}
	return nil
}

// beginPart begins a file for frames that were captured from that time on.
func (t *track) beginPart(start time.Time, width, height int) error {
	number, ok := t.recording.takePart(cmp.Or(t.id.identity, t.id.participant)) // who isn't announced yet counts alone
	if !ok {
		return errTooManyParts
	}
	kind := "video"
	if !t.codec.IsVideo() {
		kind = "audio"
	}
	p := &part{number: number, start: start, width: width, height: height}
	name := fmt.Sprintf("%04d-%s.webm", number, kind)
	if err := t.journal.add(entry{Event: eventPart, Part: number, File: name, Track: t.id.track, Participant: t.id.participant,
		Source: t.id.source, Codec: codecNames[t.codec], Offset: t.offset(p), Width: width, Height: height}); err != nil {
		return err
	}
	var err error
	if p.file, err = t.recording.files.open(name); err != nil {
		return err
	}
	if p.writer, err = webm.NewWriter(p.file, webm.Track{Codec: t.codec, Width: width, Height: height, Channels: 2}); err != nil {
		p.file.close()
		return err
	}
	t.part, t.settled = p, false
	return nil
}

// offset is when the part begins, in milliseconds since the start of the recording.
func (t *track) offset(p *part) int64 { return p.start.Sub(t.recording.started).Milliseconds() }

// takePart returns the number of a further part of a participant. ok is false if there can't be more.
func (r *Recording) takePart(identity string) (number int, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.total >= maxParts || r.parts[identity] >= maxPartsEach {
		return 0, false
	}
	r.total++
	r.parts[identity]++
	return r.total, true
}
