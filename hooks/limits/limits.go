// Package limits slows down who asks too often. A limit is a number in a window, for each key;
// it lives in memory, so a restart forgets it.
package limits

import (
	"sync"
	"time"
)

// Limiter allows a number of events in a window for each key. A burst of the whole number is
// allowed, and the places come back evenly over the window.
type Limiter struct {
	number int
	window time.Duration

	mu   sync.Mutex
	keys map[string]*bucket
	next time.Time
}

// rounding is what the arithmetic of places may be wrong by.
const rounding = 1e-6

// bucket holds the places of a key that were free at a moment.
type bucket struct {
	free float64
	at   time.Time
}

// New makes a limiter of number events in the window.
func New(number int, window time.Duration) *Limiter {
	return &Limiter{number: number, window: window, keys: map[string]*bucket{}}
}

// Take uses one place of the key. If none is free, wait says after how long there will be one.
func (l *Limiter) Take(key string) (wait time.Duration, ok bool) { return l.TakeAt(key, 1, time.Now()) }

// Give returns a place that was taken for something that turned out not to count.
func (l *Limiter) Give(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(key, time.Now())
	b.free = min(b.free+1, float64(l.number))
}

// Full reports whether no place of the key is free now, without using one.
func (l *Limiter) Full(key string) (wait time.Duration, full bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if free := l.bucket(key, time.Now()).free; free < 1-rounding {
		return l.until(1 - free), true
	}
	return 0, false
}

// TakeAt uses n places at once at the given time. More than the whole number never fits.
func (l *Limiter) TakeAt(key string, n int, now time.Time) (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n > l.number {
		return l.until(float64(n)), false
	}
	b := l.bucket(key, now)
	if missing := float64(n) - b.free; missing > rounding {
		return l.until(missing), false
	}
	b.free -= float64(n)
	return 0, true
}

// until is how long it takes for so many places to come back.
func (l *Limiter) until(places float64) time.Duration {
	return time.Duration(places * float64(l.window) / float64(l.number))
}

// bucket is that of the key, with the places that have come back by now.
func (l *Limiter) bucket(key string, now time.Time) *bucket {
	l.sweep(now)
	b, ok := l.keys[key]
	if !ok {
		b = &bucket{free: float64(l.number), at: now}
		l.keys[key] = b
	}
	if passed := now.Sub(b.at); passed > 0 {
		b.free = min(b.free+float64(passed)*float64(l.number)/float64(l.window), float64(l.number))
		b.at = now
	}
	return b
}

// sweep forgets the keys whose places have all come back, once a window.
func (l *Limiter) sweep(now time.Time) {
	if now.Before(l.next) {
		return
	}
	l.next = now.Add(l.window)
	for key, b := range l.keys {
		if now.Sub(b.at) > l.window {
			delete(l.keys, key)
		}
	}
}
