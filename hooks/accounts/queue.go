package accounts

import (
	"sync/atomic"
	"time"

	"usher/hooks/tools/errs"
)

// maxPendingChecks is how many checks of passwords may wait for their turn; at some ten a second that is seconds.
const maxPendingChecks = 64

var pendingChecks atomic.Int64

// throttle runs a check of a password in its turn. Where too many wait already it is refused.
func throttle(check func() error) error {
	defer pendingChecks.Add(-1)
	if pendingChecks.Add(1) > maxPendingChecks {
		return errs.RateLimited(5*time.Second, "Too many people sign in at this moment. Try again in some seconds.")
	}
	checkSlots <- struct{}{}
	defer func() { <-checkSlots }()
	return check()
}
