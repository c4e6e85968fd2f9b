package sessions

import (
	"context"

	"github.com/pocketbase/pocketbase/core"
)

// ValidateChange is the check of a change without its transaction, for the control of a race test.
func ValidateChange(app core.App, r *core.Record) error {
	return validateChange(context.Background(), app, r)
}

// ValidateUndo is the check of a cancelled session before it is scheduled again, without its transaction.
var ValidateUndo = validateUndo

// ValidateNewParticipant is the check of a new participant, for a control outside of a transaction.
var ValidateNewParticipant = validateNewParticipant
