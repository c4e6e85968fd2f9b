package ratelimit

import (
	"fmt"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// Limit is a rate limit as it is declared: at most a number of events in a window, for each key. It is a package variable
// of the domain whose rule it is, and every app counts on its own.
type Limit struct {
	name   string
	number int
	window time.Duration
}

var (
	definedMu sync.Mutex
	defined   = map[string]bool{}
)

// Define declares a rate limit. It panics if the name is taken: two limits would share their counts.
func Define(name string, number int, window time.Duration) *Limit {
	definedMu.Lock()
	defer definedMu.Unlock()
	if defined[name] {
		panic(fmt.Sprintf("ratelimit: %q is defined twice", name))
	}
	defined[name] = true
	return &Limit{name, number, window}
}

// In is the limiter that counts for an app.
func (l *Limit) In(app core.App) *Limiter {
	return app.Store().GetOrSet("usher.limits."+l.name, func() any { return New(l.number, l.window) }).(*Limiter)
}
