package errs

import (
	"math"
	"strconv"
	"time"
)

// CodeTooMany is the code of a rate-limited request.
const CodeTooMany = "too_many"

// RateLimitError is a refusal of a request that may succeed after Wait. It becomes HTTP 429.
type RateLimitError struct {
	Wait  time.Duration
	cause error
}

// RateLimited returns a RateLimitError with a sentence for the user.
func RateLimited(wait time.Duration, sentence string) error {
	return &RateLimitError{Wait: wait, cause: Invalid("base", CodeTooMany, sentence)}
}

// RetryAfter returns Wait for the Retry-After header: whole seconds, rounded up.
func (e *RateLimitError) RetryAfter() string { return strconv.Itoa(int(math.Ceil(e.Wait.Seconds()))) }

func (e *RateLimitError) Error() string { return e.cause.Error() }

// Unwrap returns the refusal.
func (e *RateLimitError) Unwrap() error { return e.cause }
