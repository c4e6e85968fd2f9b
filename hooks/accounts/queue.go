package accounts

import (
	"sync/atomic"
	"time"

	"usher/hooks/record"
)

// maxWaiting is how many checks of passwords may wait for their turn; at some ten a second that is seconds.
const maxWaiting = 64

var waiting atomic.Int64

// inTurn runs a check of a password in its turn. Where too many wait already it is refused.
func inTurn(check func() error) error {
	defer waiting.Add(-1)
	if waiting.Add(1) > maxWaiting {
		return record.TooMany(5*time.Second, "Too many people sign in at this moment. Try again in some seconds.")
	}
	checks <- struct{}{}
	defer func() { <-checks }()
	return check()
}
