// Package singleuse keeps in memory what the server must remember between two requests of a browser, such as the start and the end
// of a sign-in. A restart forgets everything: users start again.
package singleuse

import (
	"container/list"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// Kind declares a store of values of type T. Declare it as a package variable of the domain. Each app has a store of its own.
type Kind[T any] struct {
	name     string
	limit    int
	lifetime time.Duration
}

// Define declares a store with a name of its own. It keeps at most limit values, each for the lifetime.
func Define[T any](name string, limit int, lifetime time.Duration) Kind[T] {
	return Kind[T]{name, limit, lifetime}
}

// In returns the store of an app.
func (k Kind[T]) In(app core.App) *Store[T] {
	return app.Store().GetOrSet("usher.singleuse."+k.name, func() any { return New[T](k.limit, k.lifetime) }).(*Store[T])
}

// Store keeps values by their keys until they are taken, at most once, or expire. A new value beyond the limit takes the place of the
// oldest one, so limit who may add values. It is safe for concurrent use.
type Store[T any] struct {
	limit    int
	lifetime time.Duration

	mu    sync.Mutex
	byKey map[string]*list.Element
	byAge *list.List // of *kept[T], oldest first; all live equally long, so this is also the order in which they expire
}

type kept[T any] struct {
	key     string
	value   T
	expires time.Time
}

// New returns an empty store.
func New[T any](limit int, lifetime time.Duration) *Store[T] {
	return &Store[T]{limit: limit, lifetime: lifetime, byKey: map[string]*list.Element{}, byAge: list.New()}
}

// Put keeps a value under a key, which must be new and hard to guess.
func (s *Store[T]) Put(key string, value T) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for oldest := s.byAge.Front(); oldest != nil && (s.byAge.Len() >= s.limit || !now.Before(oldest.Value.(*kept[T]).expires)); oldest = s.byAge.Front() {
		s.remove(oldest)
	}
	s.byKey[key] = s.byAge.PushBack(&kept[T]{key, value, now.Add(s.lifetime)})
}

// Take returns the value of a key and forgets it. ok is false if the key is unknown, was taken before or has expired.
func (s *Store[T]) Take(key string) (value T, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	element := s.byKey[key]
	if element == nil {
		return value, false
	}
	found := s.remove(element)
	if !time.Now().Before(found.expires) {
		return value, false
	}
	return found.value, true
}

// Len returns the number of values, expired ones included.
func (s *Store[T]) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byAge.Len()
}

func (s *Store[T]) remove(element *list.Element) *kept[T] {
	removed := s.byAge.Remove(element).(*kept[T])
	delete(s.byKey, removed.key)
	return removed
}
