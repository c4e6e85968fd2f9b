package recorder

import "time"

const (
	// slewAudio is how much the timeline of audio follows the reports with each packet.
	slewAudio = 100 * time.Microsecond

	// tolerance is how far a packet can be from its place in the file. Beyond it the gap is filled, or the packet left out.
	tolerance = 60 * time.Millisecond

	// silentAfter is after how long without packets silence is written. Packets that are held back must not come after it.
	silentAfter = holdFor + 400*time.Millisecond
)

// writeAudio writes a packet of Opus after the one before. Files have no gaps, because players count samples: what is missing
// is filled with silence, and what overlaps is left out.
func (t *track) writeAudio(packet received, now time.Time) error {
	length := opusLength(packet.Payload)
	if length == 0 {
		return nil
	}
	allowed := t.limit.allow(packet.at, len(packet.Payload))
	t.noteLimit(now, !allowed)
	if !allowed {
		t.dropped++
		return nil
	}
	when, _ := t.clock.at(packet.Timestamp, packet.at)
	if t.part == nil {
		if err := t.beginPart(when, 0, 0); err != nil {
			return err
		}
	}
	t.settle(slewAudio)
	at := t.clock.anchor.Sub(t.part.start)
	switch away := at - t.part.next; {
	case away > tolerance:
		if err := t.writeSilence(at-silenceLength/2, now); err != nil {
			return err
		}
	case away < -tolerance:
		t.dropped++
		return nil
	}
	t.frames++
	if err := t.part.write(now, t.part.next, true, packet.Payload); err != nil {
		return err
	}
	t.part.next += length
	return nil
}

// fillSilence lets the file go on while nothing arrives, as when a microphone is muted.
func (t *track) fillSilence(now time.Time) error {
	until := now.Add(-silentAfter).Sub(t.part.start)
	if until < t.part.next+10*silenceLength {
		return nil
	}
	return t.writeSilence(until, now)
}

// writeSilence writes silence up to that time.
func (t *track) writeSilence(until time.Duration, now time.Time) error {
	for t.part.next+silenceLength <= until {
		t.silent++
		if err := t.part.write(now, t.part.next, true, silence); err != nil {
			return err
		}
		t.part.next += silenceLength
	}
	return nil
}
