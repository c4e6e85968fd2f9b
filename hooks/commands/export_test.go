package commands

import (
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

var (
	PathError  = pathError
	TakeLock   = takeLock
	LockHolder = lockHolder

	TeamCommand    = teamCommand
	UserCommand    = userCommand
	BillingCommand = billingCommand
	SaveServed     = saveServed
	UseServed      = useServed
)

// Release closes the lock, as the end of the process does.
func (l *lock) Release() error { return l.file.Close() }

// NewStopHandler is what a server runs when it is told to stop.
func NewStopHandler(server *http.Server, drain time.Duration) func(*core.TerminateEvent) error {
	return (&stopper{server: server, drain: drain}).stop
}
