package operate

import (
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

var (
	Unusable = unusable
	TakeLock = takeLock
	Holder   = holder
)

// Release closes the lock, as the end of the process does.
func (l *lock) Release() error { return l.file.Close() }

// NewStop is what a server runs when it is told to stop.
func NewStop(server *http.Server, drain time.Duration) func(*core.TerminateEvent) error {
	return (&stopper{server: server, drain: drain}).stop
}
