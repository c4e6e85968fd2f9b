// Package ratelimit limits how many events a key may cause in a window of time. Limits live in memory: a restart resets
// them.
package ratelimit

import (
	"sync"
	"time"
)

// Limiter allows a number of events per key in a window. It is a token bucket: a burst of the whole number is allowed, and
// tokens refill evenly over the window.
type Limiter struct {
	limit  int
	window time.Duration

	mu        sync.Mutex
	buckets   map[string]*bucket
	nextSweep time.Time
}

// epsilon absorbs rounding errors of token counts.
const epsilon = 1e-6

// bucket holds the free tokens of a key at a time.
type bucket struct {
	tokens  float64
	updated time.Time
}

// New returns a limiter of number events in the window.
func New(number int, window time.Duration) *Limiter {
	return &Limiter{limit: number, window: window, buckets: map[string]*bucket{}}
}

// Take takes one token of the key. If none is free, wait is the time until one is.
func (l *Limiter) Take(key string) (wait time.Duration, ok bool) { return l.TakeN(key, 1, time.Now()) }

// Refund returns a token for an event that turned out not to count.
func (l *Limiter) Refund(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(key, time.Now())
	b.tokens = min(b.tokens+1, float64(l.limit))
}

// Exhausted reports whether no token of the key is free, without taking one.
func (l *Limiter) Exhausted(key string) (wait time.Duration, full bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if free := l.bucket(key, time.Now()).tokens; free < 1-epsilon {
		return l.refillTime(1 - free), true
	}
	return 0, false
}

// TakeN takes n tokens at the given time. It always fails if n exceeds the limit.
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

// refillTime returns how long it takes to refill a number of tokens.
func (l *Limiter) refillTime(tokens float64) time.Duration {
	return time.Duration(tokens * float64(l.window) / float64(l.limit))
}

// bucket returns the bucket of the key, refilled up to now.
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

// sweep deletes full buckets, once per window.
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
