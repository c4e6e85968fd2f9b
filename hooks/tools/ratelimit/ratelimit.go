// Package ratelimit limits how many events a key may cause in a window of time. Limits live in memory: a restart resets
// them.
package ratelimit

import (
	"sync"
	"time"
)

// Limiter allows a number of events in a window for each key. A burst of the whole number is
// allowed, and the places come back evenly over the window.
type Limiter struct {
	limit  int
	window time.Duration

	mu        sync.Mutex
	buckets   map[string]*bucket
	nextSweep time.Time
}

// epsilon is what the arithmetic of places may be wrong by.
const epsilon = 1e-6

// bucket holds the places of a key that were free at a moment.
type bucket struct {
	tokens  float64
	updated time.Time
}

// New makes a limiter of number events in the window.
func New(number int, window time.Duration) *Limiter {
	return &Limiter{limit: number, window: window, buckets: map[string]*bucket{}}
}

// Take uses one place of the key. If none is free, wait says after how long there will be one.
func (l *Limiter) Take(key string) (wait time.Duration, ok bool) { return l.TakeN(key, 1, time.Now()) }

// Refund returns a place that was taken for something that turned out not to count.
func (l *Limiter) Refund(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(key, time.Now())
	b.tokens = min(b.tokens+1, float64(l.limit))
}

// Exhausted reports whether no place of the key is free now, without using one.
func (l *Limiter) Exhausted(key string) (wait time.Duration, full bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if free := l.bucket(key, time.Now()).tokens; free < 1-epsilon {
		return l.refillTime(1 - free), true
	}
	return 0, false
}

// TakeN uses n places at once at the given time. More than the whole number never fits.
func (l *Limiter) TakeN(key string, n int, now time.Time) (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n > l.limit {
		return l.refillTime(float64(n)), false
	}
	b := l.bucket(key, now)
	if missing := float64(n) - b.tokens; missing > epsilon {
		return l.refillTime(missing), false
	}
	b.tokens -= float64(n)
	return 0, true
}

// refillTime is how long it takes for so many places to come back.
func (l *Limiter) refillTime(places float64) time.Duration {
	return time.Duration(places * float64(l.window) / float64(l.limit))
}

// bucket is that of the key, with the places that have come back by now.
func (l *Limiter) bucket(key string, now time.Time) *bucket {
	l.sweep(now)
	b, ok := l.buckets[key]
	if !ok {
		b = &bucket{tokens: float64(l.limit), updated: now}
		l.buckets[key] = b
	}
	if passed := now.Sub(b.updated); passed > 0 {
		b.tokens = min(b.tokens+float64(passed)*float64(l.limit)/float64(l.window), float64(l.limit))
		b.updated = now
	}
	return b
}

// sweep forgets the keys whose places have all come back, once a window.
func (l *Limiter) sweep(now time.Time) {
	if now.Before(l.nextSweep) {
		return
	}
	l.nextSweep = now.Add(l.window)
	for key, b := range l.buckets {
		if now.Sub(b.updated) > l.window {
			delete(l.buckets, key)
		}
	}
}
