package twofactors

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// Spend uses up a code without its transaction, for the control of the race tests.
func (a *Authenticator) Spend(app core.App, typed string, now time.Time) (Used, error) {
	return a.spend(app, typed, now)
}
