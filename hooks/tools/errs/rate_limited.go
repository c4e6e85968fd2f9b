package errs

import (
	"math"
	"strconv"
	"time"
)

// CodeTooMany is the code of a refusal for asking too often or for too much at once.
const CodeTooMany = "too_many"

// RateLimitError is a refusal that ends by itself: after Wait the same request may go through. At the edge it is a 429.
type RateLimitError struct {
	Wait  time.Duration
	cause error
}

// RateLimited refuses until wait has passed.
func RateLimited(wait time.Duration, sentence string) error {
	return &RateLimitError{Wait: wait, cause: Invalid("base", CodeTooMany, sentence)}
}

// RetryAfter is Wait as the header Retry-After takes it: whole seconds, rounded up.
func (s *RateLimitError) RetryAfter() string { return strconv.Itoa(int(math.Ceil(s.Wait.Seconds()))) }

func (s *RateLimitError) Error() string { return s.cause.Error() }

// Unwrap gives the refusal with its code.
func (s *RateLimitError) Unwrap() error { return s.cause }
