package record

import (
	"math"
	"strconv"
	"time"
)

// CodeTooMany is the code of a refusal for asking too often or for too much at once.
const CodeTooMany = "too_many"

// Slow is a refusal that ends by itself: after Wait the same request may go through. At the edge it is a 429.
type Slow struct {
	Wait    time.Duration
	refusal error
}

// TooMany refuses until wait has passed.
func TooMany(wait time.Duration, sentence string) error {
	return &Slow{Wait: wait, refusal: Refuse("base", CodeTooMany, sentence)}
}

// Seconds is Wait as the header Retry-After takes it: whole seconds, rounded up.
func (s *Slow) Seconds() string { return strconv.Itoa(int(math.Ceil(s.Wait.Seconds()))) }

func (s *Slow) Error() string { return s.refusal.Error() }

// Unwrap gives the refusal with its code.
func (s *Slow) Unwrap() error { return s.refusal }
