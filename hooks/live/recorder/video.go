package recorder

import "time"

// slewVideo is how much the timeline of video follows the reports with each frame.
const slewVideo = time.Millisecond

// lose drops a picture that isn't whole. Those after it can't be decoded before the next key frame.
func (t *track) lose(now time.Time) {
	t.dropped++
	t.needKey = true
	t.askForKey(now)
}

func (t *track) askForKey(now time.Time) {
	if now.Sub(t.asked) < askAgainAfter {
		return
	}
	t.asked = now
	t.requests++
	t.ask()
}

// keepKeyFrames asks for a key frame if the last one was long ago, while pictures arrive.
func (t *track) keepKeyFrames(now time.Time) {
	if now.Sub(t.lastKey) >= keyFrameEvery && now.Sub(t.lastFrame) < time.Second {
		t.askForKey(now)
	}
}

// writePicture writes a picture if it can be decoded.
func (t *track) writePicture(p picture, now time.Time) error {
	t.lastFrame = now
	if p.isClosing() {
		t.needKey = true
		return nil
	}
	if t.needKey && !p.key {
		t.dropped++
		t.askForKey(now)
		return nil
	}
	allowed := t.limit.allow(p.arrived, len(p.data))
	t.noteLimit(now, !allowed)
	if !allowed {
		t.dropped++
		t.needKey = true
		return nil
	}
	when, _ := t.clock.at(p.stamp, p.arrived)
	if t.part == nil {
		if err := t.beginPart(when, p.width, p.height); err != nil {
			return err
		}
	}
	t.settle(slewVideo)
	at := t.clock.anchor.Sub(t.part.start)
	if t.frames > 0 {
		at = max(at, t.part.last+time.Millisecond)
	}
	if at = max(at, 0); at > p.arrived.Sub(t.part.start)+2*believeFor { // more than a thousand pictures a second
		t.lose(now)
		return nil
	}
	if p.key {
		t.needKey, t.lastKey = false, now
		if err := t.noteSize(p); err != nil {
			return err
		}
	}
	t.frames++
	t.part.last = at
	return t.part.write(now, at, p.key, p.data)
}

// noteSize keeps the largest size of the part.
func (t *track) noteSize(p picture) error {
	width, height := max(t.part.width, p.width), max(t.part.height, p.height)
	if width == t.part.width && height == t.part.height {
		return nil
	}
	t.part.width, t.part.height = width, height
	return t.journal.add(entry{Event: eventSize, Part: t.part.number, Width: width, Height: height})
}

// noteLimit notes when frames begin to be dropped because of the limit, and when that ends.
func (t *track) noteLimit(now time.Time, exceeded bool) {
	switch {
	case exceeded && t.limited.IsZero():
		t.limited = now
	case !exceeded && !t.limited.IsZero():
		if t.part != nil {
			_ = t.journal.add(entry{Event: eventLimited, Part: t.part.number, From: t.limited.Sub(t.recording.started).Milliseconds()})
		}
		t.limited = time.Time{}
	}
}
