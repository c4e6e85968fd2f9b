package recorder

import "time"

// limitWindow is how much of a track's bits it can send at once, as for a key frame.
const limitWindow = 2 * time.Second

// limit is the limit of a track's bits. Frames above it are dropped until half of the window is free.
type limit struct {
	bitsPerSecond int
	used          float64 // bits in the window
	at            time.Time
	exceeded      bool
}

// allow reports whether a frame of that many bytes can be recorded.
func (l *limit) allow(now time.Time, bytes int) bool {
	window := float64(l.bitsPerSecond) * limitWindow.Seconds()
	if !l.at.IsZero() {
		l.used = max(l.used-max(now.Sub(l.at).Seconds(), 0)*float64(l.bitsPerSecond), 0)
	}
	l.at = now
	free := window - l.used
	if l.exceeded && free < window/2 || free < float64(bytes)*8 {
		l.exceeded = true
		return false
	}
	l.exceeded = false
	l.used += float64(bytes) * 8
	return true
}
