// Package limits slows down who asks too often. A limit is a number in a window, for each key;
// it lives in memory, so a restart forgets it.
package limits

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limiter allows a number of events in a window for each key. A burst of the whole number is
// allowed, and the places come back evenly over the window.
type Limiter struct {
	number int
	every  rate.Limit

	mu   sync.Mutex
	keys map[string]*bucket
	next time.Time
}

type bucket struct {
	*rate.Limiter
	seen time.Time
}

// New makes a limiter of number events in the window.
func New(number int, window time.Duration) *Limiter {
	return &Limiter{number: number, every: rate.Every(window / time.Duration(number)), keys: map[string]*bucket{}}
}

// Take uses one place of the key. If none is free, wait says after how long there will be one.
func (l *Limiter) Take(key string) (wait time.Duration, ok bool) { return l.TakeAt(key, 1, time.Now()) }

// Full reports whether no place of the key is free now, without using one.
func (l *Limiter) Full(key string) (wait time.Duration, full bool) {
	now := time.Now()
	free := l.bucket(key, now).TokensAt(now)
	if free >= 1 {
		return 0, false
	}
	return time.Duration((1 - free) / float64(l.every) * float64(time.Second)), true
}

// TakeAt uses n places at once at the given time. More than the whole number never fits.
func (l *Limiter) TakeAt(key string, n int, now time.Time) (wait time.Duration, ok bool) {
	reservation := l.bucket(key, now).ReserveN(now, n)
	if !reservation.OK() {
		return time.Duration(float64(n) / float64(l.every) * float64(time.Second)), false
	}
	if wait = reservation.DelayFrom(now); wait > 0 {
		reservation.CancelAt(now)
		return wait, false
	}
	return 0, true
}

func (l *Limiter) bucket(key string, now time.Time) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweep(now)
	b, ok := l.keys[key]
	if !ok {
		b = &bucket{Limiter: rate.NewLimiter(l.every, l.number)}
		l.keys[key] = b
	}
	b.seen = now
	return b.Limiter
}

// sweep forgets the keys whose places have all come back, once a window.
func (l *Limiter) sweep(now time.Time) {
	if now.Before(l.next) {
		return
	}
	window := time.Duration(float64(l.number) / float64(l.every) * float64(time.Second))
	l.next = now.Add(window)
	for key, b := range l.keys {
		if now.Sub(b.seen) > window {
			delete(l.keys, key)
		}
	}
}
