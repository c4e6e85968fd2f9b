package ratelimit

import (
	"fmt"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// Limit declares a rate limit: a number of events per key in a window. Declare it as a package variable of the domain whose
// rule it is. Each app counts separately.
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

// In returns the limiter of an app.
func (l *Limit) In(app core.App) *Limiter {
	return app.Store().GetOrSet("usher.limits."+l.name, func() any { return New(l.number, l.window) }).(*Limiter)
}
