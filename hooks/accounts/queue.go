package accounts

import (
	"sync/atomic"
	"time"

	"usher/hooks/tools/errs"
)

// maxPendingChecks is how many password checks may wait: a few seconds at about ten checks a second.
const maxPendingChecks = 64

var pendingChecks atomic.Int64

// throttle runs a password check when a slot is free. It returns a rate limit error if too many are waiting.
func throttle(check func() error) error {
	defer pendingChecks.Add(-1)
	if pendingChecks.Add(1) > maxPendingChecks {
		return errs.RateLimited(5*time.Second, "The server is busy. Try again in a few seconds.")
	}
	checkSlots <- struct{}{}
	defer func() { <-checkSlots }()
	return check()
}
