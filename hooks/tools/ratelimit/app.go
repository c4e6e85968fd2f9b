package ratelimit

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// For is the limiter of that name of the app, made when it is first asked for.
func For(app core.App, name string, number int, window time.Duration) *Limiter {
	return app.Store().GetOrSet("usher.limits."+name, func() any { return New(number, window) }).(*Limiter)
}
